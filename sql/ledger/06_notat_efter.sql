-- Which notes found now may answer a baseline note that is looked for?
-- grain: one row per place and note on a case that is not the counterpart of a whole case
-- reads: nyt.journalnotat, edh.journalnotat, afstemning.efter_aftryk, afstemning.hele_sager, afstemning.notatlink
-- columns: as notat_foer; kan_svare (older than the transition of its group)
-- empty: every note found lies on the counterpart of a whole case
WITH alle AS (
    SELECT
        'nyt' AS sted,
        system,
        notat_id,
        sag_uuid,
        oprettet,
        titel,
        tekst_bytes,
        er_stub,
        tekstaftryk,
        fingeraftryk
    FROM nyt.journalnotat
    UNION ALL
    SELECT
        'edh' AS sted,
        'edh' AS system,
        notat_id,
        sag_uuid,
        oprettet,
        titel,
        tekst_bytes,
        er_stub,
        tekstaftryk,
        fingeraftryk
    FROM edh.journalnotat
),

aaben_sag AS (
    SELECT
        sag.system,
        sag.sag_uuid
    FROM afstemning.efter_aftryk AS sag
    ANTI JOIN afstemning.hele_sager AS hel
        ON sag.sag_uuid = hel.efter_sag_uuid AND sag.system = hel.efter_system
),

aaben AS (
    SELECT alle.*
    FROM alle
    SEMI JOIN aaben_sag AS sag ON alle.sag_uuid = sag.sag_uuid AND alle.system = sag.system
),

grupper AS (
    SELECT DISTINCT
        sted,
        efter_system,
        efter_sag_uuid,
        gruppe,
        max(overgang) OVER (PARTITION BY gruppe) AS overgang
    FROM afstemning.notatlink
)

SELECT
    row_number() OVER (ORDER BY aaben.sted, aaben.sag_uuid, aaben.notat_id, aaben.system) AS nummer,
    aaben.*,
    cast(floor(epoch(aaben.oprettet)) AS BIGINT) AS sekund,
    grupper.gruppe,
    coalesce(aaben.oprettet < grupper.overgang, TRUE) AS kan_svare
FROM aaben
LEFT JOIN grupper
    ON
        aaben.sted = grupper.sted
        AND aaben.system = grupper.efter_system
        AND aaben.sag_uuid = grupper.efter_sag_uuid
