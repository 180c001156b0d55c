-- Which documents lay on these cases before, and lie on them now?
-- grain: one row per document and place; the variable sager holds the ids of the cases, old and new, and the variable
--   dokumenter those of documents that are asked for themselves
-- reads: foer.dokument_sag, edh.dokument_sag, nyt.dokument_sag, foer.dokument, edh.dokument, nyt.dokument
-- columns: sted, system, kilde and udtrukket (of the baseline's delivery), linje, and the document's own columns
-- empty: no document lies on any of the cases
WITH spurgt AS (
    SELECT unnest(getvariable('dokumenter')) AS dokument_uuid
    UNION
    SELECT kobling.dokument_uuid
    FROM foer.dokument_sag AS kobling
    WHERE list_contains(getvariable('sager'), kobling.sag_uuid)
    UNION
    SELECT kobling.dokument_uuid
    FROM edh.dokument_sag AS kobling
    WHERE list_contains(getvariable('sager'), kobling.sag_uuid)
    UNION
    SELECT kobling.dokument_uuid
    FROM nyt.dokument_sag AS kobling
    WHERE list_contains(getvariable('sager'), kobling.sag_uuid)
),

dokument AS (
    SELECT
        'foer' AS sted,
        kilde AS system,
        kilde,
        udtrukket,
        * EXCLUDE (kommunekode, kilde, udtrukket, raekkefoelge)
    FROM foer.dokument
    UNION ALL BY NAME
    SELECT
        'edh' AS sted,
        'edh' AS system,
        * EXCLUDE (kommunekode)
    FROM edh.dokument
    UNION ALL BY NAME
    SELECT
        'nyt' AS sted,
        * EXCLUDE (kommunekode)
    FROM nyt.dokument
)

SELECT
    spurgt.dokument_uuid,
    dokument.* EXCLUDE (dokument_uuid)
FROM spurgt
LEFT JOIN dokument ON spurgt.dokument_uuid = dokument.dokument_uuid
ORDER BY
    dokument.registreret, spurgt.dokument_uuid, list_position(['foer', 'edh', 'nyt'], dokument.sted), dokument.system
