-- id: R24
-- alvor: fatal
-- ejer: KOMBIT
-- titel_da: Intet fra før mangler begge steder
-- titel_en: Nothing from before is in neither place
-- brev: en overgangsperiode vil skulle orientere sig i både fagsystemet (KSD og/eller KY) og KMD Sag EDH
-- spoergsmaal: Which cases, notes and documents are in none of the places that owe them?
-- korn: one row per baseline sag, journalnotat or dokument
-- laeser: afstemning.pligt, afstemning.hele_sager, afstemning.pligt_skrevet
-- kraever: foer.sag foer.journalnotat foer.dokument foer.dokument_sag edh.sag edh.journalnotat edh.dokument nyt.sag nyt.journalnotat
-- tomt_da: Alt fra før findes mindst ét af de steder, hvor det skal være.
-- tomt_en: Everything from before is in at least one of the places where it must be.
-- ulaest_da: Intet af det, der var, skyldes noget sted.
-- ulaest_en: Nothing that was is owed anywhere.
WITH mangler AS (
    SELECT *
    FROM afstemning.pligt
    WHERE udfald = 'mangler' AND objekttype IN ('sag', 'journalnotat', 'dokument')
),

-- At a place where the case is whole, it and its notes are found; elsewhere the row says so itself.
fundet_et_sted AS (
    SELECT
        mangler.objekttype,
        mangler.objekt_id
    FROM mangler
    SEMI JOIN afstemning.hele_sager AS hel ON mangler.sag_uuid = hel.sag_uuid AND hel.udfald IS NOT NULL
    UNION ALL
    SELECT
        objekttype,
        objekt_id
    FROM afstemning.pligt_skrevet
    WHERE udfald <> 'mangler'
)

SELECT
    kommunekode,
    objekttype,
    objekt_id,
    any_value(sag_uuid) AS sag_uuid,
    cast(NULL AS VARCHAR) AS sted,
    cast(NULL AS VARCHAR) AS system,
    'mangler' AS udfald,
    cast(NULL AS VARCHAR) AS aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM mangler
ANTI JOIN fundet_et_sted USING (objekttype, objekt_id)
GROUP BY kommunekode, objekttype, objekt_id;

-- Every obligation that is not waiting bears on whether its object is somewhere.
SELECT
    coalesce(sum(antal) FILTER (udfald <> 'afventer'), 0) AS vurderet,
    coalesce(sum(antal) FILTER (udfald = 'afventer'), 0) AS venter,
    coalesce(sum(antal) FILTER (udfald = 'forklaret'), 0) AS forklaret
FROM afstemning.pligt_antal
WHERE objekttype IN ('sag', 'journalnotat', 'dokument');
