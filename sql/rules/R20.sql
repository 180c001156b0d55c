-- id: R20
-- alvor: fejl
-- ejer: KMD (edh), KOMBIT (nyt)
-- titel_da: Alt, der findes nu, har et ophav
-- titel_en: Everything found now has an origin
-- brev: Sagsdata og journalnotater fra fagsagen (KMD Aktiv og KMD Dagpenge) i KMD Sag udtrækkes, og vil fremover indgå i KSD og KY.
-- spoergsmaal: What in EDH and in the new systems is older than the transition and answers nothing, or is a copy too many?
-- korn: one row per object found; udfald carries the ophav
-- laeser: afstemning.oprindelse
-- kraever: foer.sag edh.sag edh.journalnotat edh.dokument edh.fil edh.dokument_sag nyt.sag nyt.journalnotat
-- tomt_da: Alt i EDH og i de nye systemer svarer til noget fra før overgangen eller er født efter den.
-- tomt_en: Everything in EDH and in the new systems answers something from before the transition or was born after it.
-- ulaest_da: Hverken EDH eller de nye systemer holder noget.
-- ulaest_en: Neither EDH nor the new systems hold anything.
SELECT
    kommunekode,
    objekttype,
    objekt_id,
    sag_uuid,
    sted,
    system,
    ophav AS udfald,
    aarsag,
    modpart_id
FROM afstemning.oprindelse
WHERE ophav IN ('ukendt', 'dublet');

-- How many were judged, how many wait, how many are explained?
SELECT
    coalesce(sum(antal), 0) AS vurderet,
    0 AS venter,
    coalesce(sum(antal) FILTER (ophav = 'forklaret'), 0) AS forklaret
FROM afstemning.oprindelse_antal;
