-- Where does everything found in EDH and in the new systems come from?
-- grain: one row per object found
-- reads: afstemning.oprindelse_skrevet, afstemning.hele_sager, afstemning.hele_notater
-- columns: kommunekode, objekttype, objekt_id, sag_uuid, sted, system, ophav, aarsag, modpart_id
-- empty: the after-deliveries hold nothing
SELECT * FROM afstemning.oprindelse_skrevet
UNION ALL
SELECT
    kommunekode,
    'sag' AS objekttype,
    cast(efter_sag_uuid AS VARCHAR) AS objekt_id,
    efter_sag_uuid AS sag_uuid,
    sted,
    efter_system AS system,
    'konverteret' AS ophav,
    NULL AS aarsag,
    cast(sag_uuid AS VARCHAR) AS modpart_id
FROM afstemning.hele_sager
UNION ALL
SELECT
    kommunekode,
    'journalnotat' AS objekttype,
    efter_id AS objekt_id,
    efter_sag_uuid AS sag_uuid,
    sted,
    efter_system AS system,
    'konverteret' AS ophav,
    NULL AS aarsag,
    foer_id AS modpart_id
FROM afstemning.hele_notater
