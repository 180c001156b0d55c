-- On which cases did these documents lie before, and do they lie now?
-- grain: one row per link and place; the variable dokumenter holds the ids of the documents
-- reads: foer.dokument_sag, edh.dokument_sag, nyt.dokument_sag
-- columns: sted, system, kilde and udtrukket (of the baseline's delivery), linje, objekt_id, and the link's own columns
-- empty: the documents lie on no case
WITH kobling AS (
    SELECT
        'foer' AS sted,
        kilde AS system,
        kilde,
        udtrukket,
        * EXCLUDE (kommunekode, kilde, udtrukket, raekkefoelge)
    FROM foer.dokument_sag
    UNION ALL BY NAME
    SELECT
        'edh' AS sted,
        'edh' AS system,
        * EXCLUDE (kommunekode)
    FROM edh.dokument_sag
    UNION ALL BY NAME
    SELECT
        'nyt' AS sted,
        * EXCLUDE (kommunekode)
    FROM nyt.dokument_sag
)

SELECT
    kobling.*,
    concat_ws('|', kobling.dokument_uuid, kobling.sag_uuid) AS objekt_id
FROM kobling
WHERE list_contains(getvariable('dokumenter'), kobling.dokument_uuid)
ORDER BY kobling.dokument_uuid, kobling.sag_uuid, list_position(['foer', 'edh', 'nyt'], kobling.sted), kobling.system
