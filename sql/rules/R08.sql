-- id: R08
-- alvor: fatal
-- ejer: KMD
-- titel_da: Ingen EDH-sag er passiveret
-- titel_en: No EDH case was passivated
-- brev: da den oprindelige KMD Sag-fagsystemsag ikke passiveres, men ændres til en manuel sag i forbindelse med overgang til KSD eller KY
-- spoergsmaal: Which moved cases are passivated in EDH now, and were not before?
-- korn: one row per moved case that EDH has
-- laeser: afstemning.flyttet_sag
-- kraever: foer.sag edh.sag
-- tomt_da: Ingen flyttet sag er blevet passiveret i EDH.
-- tomt_en: No moved case was passivated in EDH.
-- ulaest_da: Ingen flyttet sag findes i EDH.
-- ulaest_en: No moved case is in EDH.
SELECT
    kommunekode,
    'sag' AS objekttype,
    cast(sag_uuid AS VARCHAR) AS objekt_id,
    sag_uuid,
    'edh' AS sted,
    'edh' AS system,
    cast(NULL AS VARCHAR) AS udfald,
    cast(NULL AS VARCHAR) AS aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM afstemning.flyttet_sag
WHERE i_edh AND livscyklus = 'passiveret' AND foer_livscyklus <> 'passiveret';

-- How many moved cases were judged, how many are still to move?
SELECT
    count(*) FILTER (flyttet.i_edh) AS vurderet,
    count(*) FILTER (flyttet.sag_uuid IS NULL) AS venter,
    0 AS forklaret
FROM afstemning.sagsgrundlag AS grundlag
LEFT JOIN afstemning.flyttet_sag AS flyttet ON grundlag.sag_uuid = flyttet.sag_uuid
WHERE grundlag.system IS NOT NULL;
