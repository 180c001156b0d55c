-- Where does each note come from that answers no baseline note?
-- grain: one row per unused note of notat_efter
-- reads: afstemning.notat_efter, afstemning.kommune, afstemning.notatpar, afstemning.system, afstemning.edh_sag,
--   afstemning.sagsgrundlag, nyt.journalnotat, edh.journalnotat, afstemning.hele_sager, afstemning.notat_foer,
--   foer.journalnotat, afstemning.sagslink
-- columns: efter_nummer; ophav: 'konverteret' (the same note is used on another case), 'ny', 'dublet' or 'ukendt';
--   of a dublet: sted, notat_id and sag_uuid of the baseline note that was found once too often
-- empty: every note found answers one
WITH ledig AS (
    SELECT
        notat.*,
        coalesce(
            notat.oprettet >= if(
                notat.sted = 'nyt',
                ny.overgang,
                CASE
                    WHEN edh_sag.sag_uuid IS NOT NULL THEN edh_sag.graense
                    WHEN foer.sag_uuid IS NOT NULL THEN foer.graense_edh
                    ELSE kommune.foer_edh
                END
            ),
            FALSE
        ) AS er_ny
    FROM afstemning.notat_efter AS notat
    CROSS JOIN afstemning.kommune
    ANTI JOIN afstemning.notatpar AS par ON notat.nummer = par.efter_nummer
    LEFT JOIN afstemning.system AS ny ON notat.system = ny.system
    LEFT JOIN afstemning.edh_sag AS edh_sag ON notat.sted = 'edh' AND notat.sag_uuid = edh_sag.sag_uuid
    LEFT JOIN afstemning.sagsgrundlag AS foer ON notat.sted = 'edh' AND notat.sag_uuid = foer.sag_uuid
),

-- The same note on several cases: answered on one of them, it is answered.
brugt AS (
    SELECT
        efter.system,
        efter.notat_id
    FROM afstemning.notat_efter AS efter
    SEMI JOIN afstemning.notatpar AS par ON efter.nummer = par.efter_nummer
    UNION ALL
    SELECT
        notat.system,
        notat.notat_id
    FROM (
        SELECT
            system,
            notat_id,
            sag_uuid
        FROM nyt.journalnotat
        UNION ALL
        SELECT
            'edh' AS system,
            notat_id,
            sag_uuid
        FROM edh.journalnotat
    ) AS notat
    SEMI JOIN ledig ON notat.notat_id = ledig.notat_id AND notat.system = ledig.system
    SEMI JOIN afstemning.hele_sager AS hel
        ON notat.sag_uuid = hel.efter_sag_uuid AND notat.system = hel.efter_system
),

vist_flere_steder AS (
    SELECT nummer
    FROM ledig
    SEMI JOIN brugt ON ledig.system = brugt.system AND ledig.notat_id = brugt.notat_id
),

overtallig AS (
    SELECT *
    FROM ledig
    ANTI JOIN vist_flere_steder ON ledig.nummer = vist_flere_steder.nummer
    WHERE NOT er_ny
),

besvaret AS (
    SELECT
        foer.sted,
        foer.notat_id,
        foer.sag_uuid,
        foer.fingeraftryk
    FROM afstemning.notat_foer AS foer
    SEMI JOIN afstemning.notatpar AS par ON foer.nummer = par.foer_nummer
    UNION ALL
    SELECT
        hel.sted,
        notat.notat_id,
        notat.sag_uuid,
        notat.fingeraftryk
    FROM foer.journalnotat AS notat
    SEMI JOIN overtallig ON notat.fingeraftryk = overtallig.fingeraftryk
    INNER JOIN afstemning.hele_sager AS hel ON notat.sag_uuid = hel.sag_uuid
),

kopi AS (
    SELECT
        overtallig.nummer,
        overtallig.sted,
        -- A note of a case that is linked to the copy's own case is doubled before any other; then the last.
        max({
            'linket': link.foer_sag_uuid IS NOT NULL,
            'sag_uuid': cast(besvaret.sag_uuid AS VARCHAR),
            'notat_id': besvaret.notat_id
        }) AS sidste
    FROM overtallig
    INNER JOIN besvaret ON overtallig.sted = besvaret.sted AND overtallig.fingeraftryk = besvaret.fingeraftryk
    LEFT JOIN afstemning.sagslink AS link
        ON
            besvaret.sted = link.sted
            AND besvaret.sag_uuid = link.foer_sag_uuid
            AND overtallig.system = link.efter_system
            AND overtallig.sag_uuid = link.efter_sag_uuid
    GROUP BY overtallig.nummer, overtallig.sted
)

SELECT
    nummer AS efter_nummer,
    'konverteret' AS ophav,
    cast(NULL AS VARCHAR) AS sted,
    cast(NULL AS VARCHAR) AS notat_id,
    cast(NULL AS UUID) AS sag_uuid
FROM vist_flere_steder
UNION ALL
SELECT
    nummer AS efter_nummer,
    'dublet' AS ophav,
    sted,
    sidste.notat_id,
    cast(sidste.sag_uuid AS UUID) AS sag_uuid
FROM kopi
UNION ALL
SELECT
    ledig.nummer AS efter_nummer,
    if(ledig.er_ny, 'ny', 'ukendt') AS ophav,
    cast(NULL AS VARCHAR) AS sted,
    cast(NULL AS VARCHAR) AS notat_id,
    cast(NULL AS UUID) AS sag_uuid
FROM ledig
ANTI JOIN vist_flere_steder ON ledig.nummer = vist_flere_steder.nummer
ANTI JOIN kopi ON ledig.nummer = kopi.nummer
