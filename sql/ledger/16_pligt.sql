-- What became of every baseline object, at every place it must be found in now?
-- grain: one row per baseline object and place
-- reads: afstemning.pligt_skrevet, afstemning.hele_sager, afstemning.hele_notater
-- columns: kommunekode, objekttype, objekt_id, sag_uuid, sted, system, udfald, aarsag, modpart_id
-- empty: nothing is owed
-- The outcomes of whole cases stand as literals, so that a question about another outcome never opens them.
WITH hel_sag AS (
    SELECT
        udfald,
        kommunekode,
        'sag' AS objekttype,
        cast(sag_uuid AS VARCHAR) AS objekt_id,
        sag_uuid,
        sted,
        system,
        cast(efter_sag_uuid AS VARCHAR) AS modpart_id
    FROM afstemning.hele_sager
    UNION ALL
    SELECT
        hel.udfald,
        hel.kommunekode,
        'journalnotat' AS objekttype,
        hel.foer_id AS objekt_id,
        hel.sag_uuid,
        hel.sted,
        hel.system,
        hel.efter_id AS modpart_id
    FROM afstemning.hele_notater AS hel
    ANTI JOIN afstemning.pligt_skrevet AS skrevet
        ON hel.foer_id = skrevet.objekt_id AND hel.sted = skrevet.sted AND skrevet.objekttype = 'journalnotat'
)

SELECT
    kommunekode,
    objekttype,
    objekt_id,
    sag_uuid,
    sted,
    system,
    udfald,
    aarsag,
    modpart_id
FROM afstemning.pligt_skrevet
UNION ALL
SELECT
    kommunekode,
    objekttype,
    objekt_id,
    sag_uuid,
    sted,
    system,
    'bevaret' AS udfald,
    NULL AS aarsag,
    modpart_id
FROM hel_sag
WHERE udfald = 'bevaret'
UNION ALL
SELECT
    kommunekode,
    objekttype,
    objekt_id,
    sag_uuid,
    sted,
    system,
    'afventer' AS udfald,
    NULL AS aarsag,
    modpart_id
FROM hel_sag
WHERE udfald = 'afventer'
