-- id: R04
-- alvor: fejl
-- ejer: KMD
-- titel_da: EDH-sagen bærer stadig fagsagens oplysninger
-- titel_en: The EDH case still carries the case data
-- brev: De gamle sagsdata vil ligge som en kopi på EDH-sagen, så det er muligt at fremsøge dokumenterne.
-- spoergsmaal: Which EDH cases no longer carry the title, KLE, citizen, sagsnummer or creation time of the extracted case, with no correction that covers it?
-- korn: one row per baseline case owed to EDH
-- laeser: afstemning.pligt
-- kraever: foer.sag foer.dokument_sag edh.sag
-- tomt_da: Hver EDH-sag har de sagsdata, den havde ved udtrækket; en forskel er dækket af en berigtigelse.
-- tomt_en: Every EDH case has the case data of the extract; a difference is covered by a correction.
-- ulaest_da: Ingen sag med dokumenter skyldes EDH.
-- ulaest_en: No case with documents is owed to EDH.
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
    AND objekttype = 'sag'
    AND udfald IN ('fejlplaceret', 'dubleret', 'aendret', 'ulinket');

-- How many were judged, how many wait, how many are explained?
SELECT
    coalesce(sum(antal) FILTER (udfald <> 'afventer'), 0) AS vurderet,
    coalesce(sum(antal) FILTER (udfald = 'afventer'), 0) AS venter,
    coalesce(sum(antal) FILTER (udfald = 'forklaret'), 0) AS forklaret
FROM afstemning.pligt_antal
WHERE sted = 'edh' AND objekttype = 'sag';
