-- id: R03
-- alvor: fatal
-- ejer: KMD
-- titel_da: Hvert dokument ligger stadig i EDH
-- titel_en: Every document is still in EDH
-- brev: Dokumenterne fra KMD Sag EDH forbliver i KMD Sag EDH.
-- spoergsmaal: Which baseline documents, files and links are not in EDH, with the same checksum and not empty?
-- korn: one row per baseline dokument, fil or dokument_sag
-- laeser: afstemning.pligt
-- kraever: foer.dokument foer.fil foer.dokument_sag edh.dokument edh.fil edh.dokument_sag
-- tomt_da: Hvert dokument, hver fil og hver kobling til en sag ligger i EDH som før.
-- tomt_en: Every document, file and link to a case is in EDH as before.
-- ulaest_da: EDH holdt ingen dokumenter før.
-- ulaest_en: EDH held no documents before.
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
FROM afstemning.pligt
WHERE
    sted = 'edh'
    AND objekttype IN ('dokument', 'fil', 'dokument_sag')
    AND udfald IN ('mangler', 'fejlplaceret', 'dubleret', 'aendret', 'ulinket');

-- How many were judged, how many wait, how many are explained?
SELECT
    coalesce(sum(antal) FILTER (udfald <> 'afventer'), 0) AS vurderet,
    coalesce(sum(antal) FILTER (udfald = 'afventer'), 0) AS venter,
    coalesce(sum(antal) FILTER (udfald = 'forklaret'), 0) AS forklaret
FROM afstemning.pligt_antal
WHERE sted = 'edh' AND objekttype IN ('dokument', 'fil', 'dokument_sag');
