-- id: R07
-- alvor: fejl
-- ejer: KMD
-- titel_da: EDH-sagen er ikke længere en fagsystemsag
-- titel_en: The EDH case is no longer a fagsystemsag
-- brev: Der efterlades en kopi af hele sagen med dokumenter – det er blot ikke længere en fagsystemsag, men en EDH-sag.
-- spoergsmaal: Which moved cases are still typed as a fagsystemsag in EDH?
-- korn: one row per moved case that EDH has
-- laeser: afstemning.flyttet_sag
-- kraever: foer.sag edh.sag
-- tomt_da: Hver flyttet sag i EDH er en EDH-sag eller en manuel sag.
-- tomt_en: Every moved case in EDH is an EDH case or a manual case.
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
WHERE i_edh AND sagstype = 'fagsystemsag';

-- How many moved cases were judged, how many are still to move?
SELECT
    count(*) FILTER (flyttet.i_edh) AS vurderet,
    count(*) FILTER (flyttet.sag_uuid IS NULL) AS venter,
    0 AS forklaret
FROM afstemning.sagsgrundlag AS grundlag
LEFT JOIN afstemning.flyttet_sag AS flyttet ON grundlag.sag_uuid = flyttet.sag_uuid
WHERE grundlag.system IS NOT NULL;
