-- Which files did these documents have before, and have they now?
-- grain: one row per file and place; the variable dokumenter holds the ids of the documents
-- reads: foer.fil, edh.fil, nyt.fil
-- columns: sted, system, kilde and udtrukket (of the baseline's delivery), linje, objekt_id, and the file's own columns
-- empty: the documents have no files
WITH fil AS (
    SELECT
        'foer' AS sted,
        kilde AS system,
        kilde,
        udtrukket,
        * EXCLUDE (kommunekode, kilde, udtrukket, raekkefoelge)
    FROM foer.fil
    UNION ALL BY NAME
    SELECT
        'edh' AS sted,
        'edh' AS system,
        * EXCLUDE (kommunekode)
    FROM edh.fil
    UNION ALL BY NAME
    SELECT
        'nyt' AS sted,
        * EXCLUDE (kommunekode)
    FROM nyt.fil
)

SELECT
    fil.*,
    concat_ws('|', fil.dokument_uuid, replace(replace(fil.variant, '\', '\\'), '|', '\|'), fil.del) AS objekt_id
FROM fil
WHERE list_contains(getvariable('dokumenter'), fil.dokument_uuid)
ORDER BY fil.dokument_uuid, fil.variant, fil.del, list_position(['foer', 'edh', 'nyt'], fil.sted), fil.system
