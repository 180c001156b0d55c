-- id: R22
-- alvor: fatal
-- ejer: KOMBIT
-- titel_da: Intet felt i brevets figur er tomt
-- titel_en: No cell of the letter's figure is empty
-- brev: Hvor bor hvilke data før og efter idriftsættelsen af KSD og KY?
-- spoergsmaal: Which cell of the figure is owed something and holds not one object?
-- korn: one row per cell: EDH × sag, journalnotat, dokument; new systems × sag, journalnotat
-- laeser: afstemning.figur
-- kraever: foer.sag foer.journalnotat foer.dokument foer.dokument_sag edh.sag edh.journalnotat edh.dokument nyt.sag nyt.journalnotat
-- tomt_da: Hvert felt, der skulle have noget i sig, har noget i sig.
-- tomt_en: Every cell that ought to hold something holds something.
-- ulaest_da: Intet felt i figuren skyldes noget.
-- ulaest_en: No cell of the figure is owed anything.
SELECT
    kommunekode,
    objekttype,
    cast(NULL AS VARCHAR) AS objekt_id,
    cast(NULL AS UUID) AS sag_uuid,
    celle AS sted,
    if(celle = 'edh', 'edh', cast(NULL AS VARCHAR)) AS system,
    cast(NULL AS VARCHAR) AS udfald,
    cast(NULL AS VARCHAR) AS aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM afstemning.figur
WHERE skyldt > 0 AND antal = 0;

-- How many cells were judged, how many wait?
SELECT
    count_if(skyldt > 0) AS vurderet,
    count_if(skyldt = 0 AND coalesce(venter, FALSE)) AS venter,
    0 AS forklaret
FROM afstemning.figur
LEFT JOIN (
    SELECT
        sted,
        objekttype,
        bool_or(udfald = 'afventer') AS venter
    FROM afstemning.pligt_antal
    GROUP BY sted, objekttype
) AS pligt ON figur.celle = pligt.sted AND figur.objekttype = pligt.objekttype
WHERE figur.celle <> 'foer';
