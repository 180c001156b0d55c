-- id: R15
-- alvor: fejl
-- ejer: kommunen
-- titel_da: En EDH-sag er kun lukket, når de nye sager er det
-- titel_en: An EDH case is closed only when the new cases are
-- brev: Når sagen er afsluttet i de nye fagsystemer (KY/KSD), vil det være muligt for kommunen at afslutte EDH-sagen
-- spoergsmaal: Which EDH cases were closed since the extract while a new case tied to them was not, or while none is tied?
-- korn: one row per moved case that EDH has
-- laeser: afstemning.flyttet_sag
-- kraever: foer.sag edh.sag nyt.sag nyt.noeglepose
-- tomt_da: Ingen EDH-sag er lukket, før hver ny sag, den er bundet til, var lukket.
-- tomt_en: No EDH case was closed before every new case tied to it was closed.
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
WHERE lukning = 'for_tidlig';

-- How many moved cases were judged, and how many are still to move or were closed after the new system's extract?
SELECT
    count(*) FILTER (flyttet.i_edh AND coalesce(flyttet.lukning <> 'kan_ikke_bedoemmes', TRUE)) AS vurderet,
    count(*) FILTER (flyttet.sag_uuid IS NULL OR coalesce(flyttet.lukning = 'kan_ikke_bedoemmes', FALSE)) AS venter,
    0 AS forklaret
FROM afstemning.sagsgrundlag AS grundlag
LEFT JOIN afstemning.flyttet_sag AS flyttet ON grundlag.sag_uuid = flyttet.sag_uuid
WHERE grundlag.system IS NOT NULL;
