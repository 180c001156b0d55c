-- id: R09
-- alvor: fatal
-- ejer: KOMBIT
-- titel_da: Nøgleposen binder hver ny sag til de rigtige EDH-sager
-- titel_en: The nøglepose ties every new case to the right EDH cases
-- brev: Det vil ske via en såkaldt nøglepose, som dannes ved import af sager i de nye løsninger, hvor man kan koble sagen i KSD og KY med sagerne i KMD Sag EDH.
-- spoergsmaal: Which nøglepose rows lead nowhere or to another citizen, and which cases with documents were found by their number alone?
-- korn: one row per nøglepose row, and one per moved case with documents that was found in a new system
-- laeser: nyt.noeglepose, afstemning.system, nyt.sag, edh.sag, afstemning.leveret, afstemning.pligt, foer.dokument_sag
-- kraever: foer.sag foer.dokument_sag edh.sag nyt.sag nyt.noeglepose
-- tomt_da: Hver nøglepose-række har begge ender og én borger, og hver sag med dokumenter er bundet af en.
-- tomt_en: Every nøglepose row has both ends and one citizen, and every case with documents is tied by one.
-- ulaest_da: Der er hverken en nøglepose-række eller en flyttet sag med dokumenter.
-- ulaest_en: There is neither a nøglepose row nor a moved case with documents.
-- aarsag of a nøglepose row names the column that is wrong.
WITH leveret AS (
    SELECT
        coalesce(bool_or(sted = 'edh'), FALSE) AS edh_sag,
        coalesce(list(system) FILTER (sted = 'nyt'), []) AS nyt_sag
    FROM afstemning.leveret
    WHERE entitet = 'sag'
),

noeglepose_leveret AS (
    SELECT system
    FROM afstemning.leveret
    WHERE sted = 'nyt' AND entitet = 'noeglepose'
),

-- Before a system has moved, and EDH been extracted since, either end may still be to come.
raekke AS (
    SELECT
        noeglepose.kommunekode,
        noeglepose.system,
        noeglepose.ny_sag_uuid,
        noeglepose.edh_sag_uuid,
        CASE
            WHEN ny_sag.sag_uuid IS NULL AND list_contains(leveret.nyt_sag, noeglepose.system) THEN 'ny_sag_uuid'
            WHEN edh_sag.sag_uuid IS NULL AND leveret.edh_sag THEN 'edh_sag_uuid'
            WHEN
                noeglepose.part_id <> ny_sag.part_id
                OR noeglepose.part_id <> edh_sag.part_id
                OR ny_sag.part_id <> edh_sag.part_id
                THEN 'part_cpr'
        END AS aarsag
    FROM nyt.noeglepose
    INNER JOIN afstemning.system AS ny ON noeglepose.system = ny.system
    CROSS JOIN leveret
    LEFT JOIN nyt.sag AS ny_sag
        ON noeglepose.ny_sag_uuid = ny_sag.sag_uuid AND noeglepose.system = ny_sag.system
    LEFT JOIN edh.sag AS edh_sag ON noeglepose.edh_sag_uuid = edh_sag.sag_uuid
    WHERE ny.flyttet AND ny.flyttet_edh
),

bundet AS (
    SELECT noeglepose.edh_sag_uuid AS sag_uuid
    FROM nyt.noeglepose
    SEMI JOIN nyt.sag AS ny_sag
        ON noeglepose.ny_sag_uuid = ny_sag.sag_uuid AND noeglepose.system = ny_sag.system
)

SELECT
    kommunekode,
    'noeglepose' AS objekttype,
    concat(ny_sag_uuid, '|', edh_sag_uuid) AS objekt_id,
    edh_sag_uuid AS sag_uuid,
    'nyt' AS sted,
    system,
    cast(NULL AS VARCHAR) AS udfald,
    aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM raekke
WHERE aarsag IS NOT NULL
UNION ALL
SELECT
    pligt.kommunekode,
    'sag' AS objekttype,
    pligt.objekt_id,
    pligt.sag_uuid,
    'nyt' AS sted,
    pligt.system,
    'ulinket' AS udfald,
    NULL AS aarsag,
    pligt.modpart_id
FROM afstemning.pligt
SEMI JOIN foer.dokument_sag ON pligt.sag_uuid = dokument_sag.sag_uuid
SEMI JOIN noeglepose_leveret AS leveret ON pligt.system = leveret.system
ANTI JOIN bundet ON pligt.sag_uuid = bundet.sag_uuid
WHERE pligt.sted = 'nyt' AND pligt.objekttype = 'sag' AND pligt.udfald <> 'afventer' AND pligt.modpart_id IS NOT NULL;

-- How many rows and cases were judged, how many wait?
SELECT
    coalesce(sum(antal) FILTER (NOT venter), 0) AS vurderet,
    coalesce(sum(antal) FILTER (venter), 0) AS venter,
    0 AS forklaret
FROM (
    SELECT
        NOT ny.flyttet OR NOT ny.flyttet_edh AS venter,
        count(*) AS antal
    FROM nyt.noeglepose
    INNER JOIN afstemning.system AS ny ON noeglepose.system = ny.system
    GROUP BY ALL
    UNION ALL
    SELECT
        pligt.udfald = 'afventer' AS venter,
        count(*) AS antal
    FROM afstemning.pligt
    SEMI JOIN foer.dokument_sag ON pligt.sag_uuid = dokument_sag.sag_uuid
    WHERE
        pligt.sted = 'nyt'
        AND pligt.objekttype = 'sag'
        AND (pligt.udfald = 'afventer' OR pligt.modpart_id IS NOT NULL)
    GROUP BY ALL
);
