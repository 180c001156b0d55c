-- id: R02
-- alvor: fatal
-- ejer: KOMBIT
-- titel_da: Hver sag og hvert notat er kommet med over i det nye fagsystem
-- titel_en: Every case and note has arrived in the new system
-- brev: Sagsdata og journalnotater fra fagsagen (KMD Aktiv og KMD Dagpenge) i KMD Sag udtrækkes, og vil fremover indgå i KSD og KY.
-- spoergsmaal: Which owed cases and notes are not in KSD, KY or SPK once, unchanged, linked and in the right system?
-- korn: one row per sag or journalnotat owed to a new system
-- laeser: afstemning.pligt
-- kraever: foer.sag foer.journalnotat nyt.sag nyt.journalnotat
-- tomt_da: Hver sag og hvert notat, der kunne bedømmes, ligger i det rette nye system, én gang, uændret og koblet.
-- tomt_en: Every case and note that could be judged is in the right new system, once, unchanged and linked.
-- ulaest_da: Ingen sag skyldes et nyt fagsystem.
-- ulaest_en: No case is owed to a new system.
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
    sted = 'nyt'
    AND objekttype IN ('sag', 'journalnotat')
    AND udfald IN ('mangler', 'fejlplaceret', 'dubleret', 'aendret', 'ulinket');

-- How many were judged, how many wait, how many are explained?
SELECT
    coalesce(sum(antal) FILTER (udfald <> 'afventer'), 0) AS vurderet,
    coalesce(sum(antal) FILTER (udfald = 'afventer'), 0) AS venter,
    coalesce(sum(antal) FILTER (udfald = 'forklaret'), 0) AS forklaret
FROM afstemning.pligt_antal
WHERE sted = 'nyt' AND objekttype IN ('sag', 'journalnotat');
