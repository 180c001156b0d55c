-- id: R05
-- alvor: fatal
-- ejer: KMD
-- titel_da: Hver sag med dokumenter ligger i EDH
-- titel_en: Every case with documents is in EDH
-- brev: Til gengæld vil KOMBIT sikre, at sager med dokumenter ikke slettes som led i udfasningen, men derimod efterlades som KMD Sag EDH-sager
-- spoergsmaal: Which cases with documents are not in EDH?
-- korn: one row per baseline case owed to EDH
-- laeser: afstemning.pligt
-- kraever: foer.sag foer.dokument_sag edh.sag
-- tomt_da: Hver sag, der havde dokumenter, ligger i EDH.
-- tomt_en: Every case that had documents is in EDH.
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
    AND udfald = 'mangler';

-- How many were judged, how many wait, how many are explained?
SELECT
    coalesce(sum(antal) FILTER (udfald <> 'afventer'), 0) AS vurderet,
    coalesce(sum(antal) FILTER (udfald = 'afventer'), 0) AS venter,
    coalesce(sum(antal) FILTER (udfald = 'forklaret'), 0) AS forklaret
FROM afstemning.pligt_antal
WHERE sted = 'edh' AND objekttype = 'sag';
