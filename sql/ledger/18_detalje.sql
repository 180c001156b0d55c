-- What more can be said of an obligation that was not met?
-- grain: one row per written obligation that is bad and of which more can be said
-- reads: afstemning.pligt_skrevet, afstemning.notat_foer, afstemning.notataarsag, afstemning.notatpar,
--   afstemning.notat_efter, afstemning.sagsudfald, nyt.sag, foer.sag
-- columns: the obligation's kommunekode, objekttype, objekt_id, sted, udfald and aarsag; detalje: of a changed note as in
--   notataarsag; of something misplaced: 'andet_system ky' (where it lies), 'anden_borger', 'anden_sag'
-- empty: nothing is bad, or there is no more to say
WITH notat AS (
    SELECT
        foer.sted,
        concat(replace(replace(foer.notat_id, '\', '\\'), '|', '\|'), '|', foer.sag_uuid) AS objekt_id,
        par.trin,
        efter.system AS efter_system,
        aarsag.detalje
    FROM afstemning.notat_foer AS foer
    INNER JOIN afstemning.notatpar AS par ON foer.nummer = par.foer_nummer
    INNER JOIN afstemning.notat_efter AS efter ON par.efter_nummer = efter.nummer
    LEFT JOIN afstemning.notataarsag AS aarsag ON foer.nummer = aarsag.foer_nummer
),

-- Where a misplaced case lies; its notes follow it.
sag AS (
    SELECT
        udfald.sted,
        udfald.sag_uuid,
        CASE
            WHEN udfald.sted = 'nyt' AND udfald.efter_system <> udfald.system
                THEN concat('andet_system ', udfald.efter_system)
            WHEN udfald.sted = 'edh' OR efter.part_id <> foer.part_id THEN 'anden_borger'
        END AS detalje
    FROM afstemning.sagsudfald AS udfald
    INNER JOIN foer.sag AS foer ON udfald.sag_uuid = foer.sag_uuid
    LEFT JOIN nyt.sag AS efter
        ON udfald.sted = 'nyt' AND udfald.efter_system = efter.system AND udfald.efter_sag_uuid = efter.sag_uuid
    WHERE udfald.fund = 'fejlplaceret'
),

alle AS (
    SELECT
        pligt.kommunekode,
        pligt.objekttype,
        pligt.objekt_id,
        pligt.sted,
        pligt.udfald,
        pligt.aarsag,
        CASE
            WHEN pligt.udfald = 'aendret' THEN notat.detalje
            WHEN pligt.udfald = 'fejlplaceret' AND pligt.objekttype = 'dokument_sag' THEN 'anden_sag'
            WHEN pligt.udfald = 'fejlplaceret' AND notat.trin = 5 AND pligt.system <> notat.efter_system
                THEN concat('andet_system ', notat.efter_system)
            WHEN pligt.udfald = 'fejlplaceret' AND notat.trin = 5 THEN 'anden_sag'
            WHEN pligt.udfald = 'fejlplaceret' THEN sag.detalje
        END AS detalje
    FROM afstemning.pligt_skrevet AS pligt
    LEFT JOIN notat
        ON pligt.objekttype = 'journalnotat' AND pligt.sted = notat.sted AND pligt.objekt_id = notat.objekt_id
    LEFT JOIN sag ON pligt.sted = sag.sted AND pligt.sag_uuid = sag.sag_uuid
    WHERE pligt.udfald IN ('aendret', 'fejlplaceret')
)

SELECT *
FROM alle
WHERE detalje IS NOT NULL
ORDER BY sted, objekttype, objekt_id
