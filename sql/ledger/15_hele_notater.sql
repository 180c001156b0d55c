-- Which notes of whole cases answer one another?
-- grain: one row per place and baseline note of a whole case
-- reads: afstemning.hele_sager, foer.journalnotat, nyt.journalnotat, edh.journalnotat
-- columns: udfald as in hele_sager; foer_id and efter_id: notat_id|sag_uuid before and now
-- empty: no case is whole, or whole cases hold no notes
-- Equal notes answer one another in order of notat_id.
WITH foer AS (
    SELECT
        hel.*,
        notat.notat_id,
        notat.fingeraftryk,
        row_number() OVER (
            PARTITION BY hel.sted, hel.sag_uuid, notat.fingeraftryk ORDER BY notat.notat_id
        ) AS plads
    FROM afstemning.hele_sager AS hel
    INNER JOIN foer.journalnotat AS notat ON hel.sag_uuid = notat.sag_uuid
),

efter AS (
    SELECT
        system,
        notat_id,
        sag_uuid,
        fingeraftryk,
        row_number() OVER (PARTITION BY system, sag_uuid, fingeraftryk ORDER BY notat_id) AS plads
    FROM (
        SELECT
            system,
            notat_id,
            sag_uuid,
            fingeraftryk
        FROM nyt.journalnotat
        UNION ALL
        SELECT
            'edh' AS system,
            notat_id,
            sag_uuid,
            fingeraftryk
        FROM edh.journalnotat
    )
)

SELECT
    foer.kommunekode,
    foer.sted,
    foer.system,
    foer.sag_uuid,
    foer.efter_system,
    foer.efter_sag_uuid,
    foer.udfald,
    concat(replace(replace(foer.notat_id, '\', '\\'), '|', '\|'), '|', foer.sag_uuid) AS foer_id,
    concat(replace(replace(efter.notat_id, '\', '\\'), '|', '\|'), '|', efter.sag_uuid) AS efter_id
FROM foer
INNER JOIN efter
    ON
        foer.efter_system = efter.system
        AND foer.efter_sag_uuid = efter.sag_uuid
        AND foer.fingeraftryk = efter.fingeraftryk
        AND foer.plads = efter.plads
