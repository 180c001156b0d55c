-- What became of every baseline object, at every place it must be found in now?
-- grain: one row per baseline object and place
-- reads: afstemning.pligt_skrevet, afstemning.hele_sager, afstemning.hele_notater
-- columns: kommunekode, objekttype, objekt_id, sag_uuid, sted, system, udfald, aarsag, modpart_id
-- empty: nothing is owed
SELECT * FROM afstemning.pligt_skrevet
UNION ALL
SELECT
    kommunekode,
    'sag' AS objekttype,
    cast(sag_uuid AS VARCHAR) AS objekt_id,
    sag_uuid,
    sted,
    system,
    udfald,
    NULL AS aarsag,
    cast(efter_sag_uuid AS VARCHAR) AS modpart_id
FROM afstemning.hele_sager
WHERE udfald IS NOT NULL
UNION ALL
SELECT
    hel.kommunekode,
    'journalnotat' AS objekttype,
    hel.foer_id AS objekt_id,
    hel.sag_uuid,
    hel.sted,
    hel.system,
    hel.udfald,
    NULL AS aarsag,
    hel.efter_id AS modpart_id
FROM afstemning.hele_notater AS hel
ANTI JOIN afstemning.pligt_skrevet AS skrevet
    ON hel.foer_id = skrevet.objekt_id AND hel.sted = skrevet.sted AND skrevet.objekttype = 'journalnotat'
WHERE hel.udfald IS NOT NULL
