-- id: R18
-- alvor: fejl
-- ejer: KMD
-- titel_da: Sags- og Dokumentindekset viser det, som EDH viser
-- titel_en: The Sags- og Dokumentindeks shows what EDH shows
-- brev: Nej, alle data i KMD Sag bliver synkroniseret til sags- og dokumentindekserne.
-- spoergsmaal: Which EDH cases and documents are missing in the index, in the index alone, or there with another state or number of notes?
-- korn: one row per case or document that EDH has, or that the index has with EDH or KMD Sag as its master
-- laeser: afstemning.indekspost
-- kraever: edh.sag edh.journalnotat edh.dokument indeks.indeks_sag indeks.indeks_dokument
-- tomt_da: Hver sag og hvert dokument i EDH er i indekset, med samme tilstand og antal notater, og omvendt.
-- tomt_en: Every case and document of EDH is in the index, with the same state and number of notes, and the reverse.
-- ulaest_da: Hverken EDH eller indekset har en sag eller et dokument at sammenligne.
-- ulaest_en: Neither EDH nor the index has a case or a document to compare.
SELECT
    kommunekode,
    objekttype,
    objekt_id,
    sag_uuid,
    'edh' AS sted,
    'indeks' AS system,
    udfald,
    aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM afstemning.indekspost
WHERE udfald <> 'bevaret' AND NOT venter;

-- How many were judged, how many changed since or still live in KMD Sag?
SELECT
    count(*) FILTER (NOT venter) AS vurderet,
    count(*) FILTER (venter) AS venter,
    0 AS forklaret
FROM afstemning.indekspost;
