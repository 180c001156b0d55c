-- id: R23
-- alvor: fatal
-- ejer: KMD
-- titel_da: Hvert notat ligger på EDH-sagen
-- titel_en: Every note is on the EDH case
-- brev: Der efterlades en kopi af hele sagen med dokumenter – det er blot ikke længere en fagsystemsag, men en EDH-sag.
-- spoergsmaal: Which owed notes are not on the EDH case, once and unchanged, with no correction that covers it?
-- korn: one row per baseline note owed to EDH
-- laeser: afstemning.pligt
-- kraever: foer.sag foer.journalnotat foer.dokument_sag edh.sag edh.journalnotat
-- tomt_da: Hvert notat på en sag med dokumenter ligger på EDH-sagen, én gang og uændret; en forskel er dækket af en berigtigelse.
-- tomt_en: Every note of a case with documents is on the EDH case, once and unchanged; a difference is covered by a correction.
-- ulaest_da: Intet notat skyldes EDH.
-- ulaest_en: No note is owed to EDH.
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
    AND objekttype = 'journalnotat'
    AND udfald IN ('mangler', 'fejlplaceret', 'dubleret', 'aendret', 'ulinket');

-- How many were judged, how many wait, how many are explained?
SELECT
    coalesce(sum(antal) FILTER (udfald <> 'afventer'), 0) AS vurderet,
    coalesce(sum(antal) FILTER (udfald = 'afventer'), 0) AS venter,
    coalesce(sum(antal) FILTER (udfald = 'forklaret'), 0) AS forklaret
FROM afstemning.pligt_antal
WHERE sted = 'edh' AND objekttype = 'journalnotat';
