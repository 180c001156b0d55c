-- id: AFV
-- alvor: fejl
-- ejer: kommunen
-- titel_da: Hver godkendt afvigelse gælder endnu og forklarer noget
-- titel_en: Every accepted deviation is still in force and explains something
-- brev: (Ikke brevets ord: en afvigelse er kommunens egen, og her holdes der øje med den.)
-- spoergsmaal: Which waivers had expired on the run's own date, and which explain no row?
-- korn: one row per waiver of afvigelser.yaml
-- laeser: afstemning.afvigelse, afstemning.pligt_skrevet, afstemning.oprindelse_skrevet, afstemning.fund_forklaret, afstemning.kommune
-- tomt_da: Hver afvigelse i afvigelser.yaml gælder og forklarer mindst én række.
-- tomt_en: Every waiver of afvigelser.yaml is in force and explains at least one row.
-- ulaest_da: Der er ingen afvigelser for kommunen i afvigelser.yaml.
-- ulaest_en: There is no waiver for the kommune in afvigelser.yaml.
WITH forklaret AS (
    SELECT
        NULL AS regel,
        objekttype,
        objekt_id,
        sted
    FROM afstemning.pligt_skrevet
    WHERE aarsag = 'afvigelse'
    UNION ALL
    SELECT
        NULL AS regel,
        objekttype,
        objekt_id,
        sted
    FROM afstemning.oprindelse_skrevet
    WHERE aarsag = 'afvigelse'
    UNION ALL
    SELECT
        regel,
        objekttype,
        objekt_id,
        sted
    FROM afstemning.fund_forklaret
)

SELECT
    kommune.kommunekode,
    'afvigelse' AS objekttype,
    concat_ws(
        '|',
        replace(replace(afvigelse.objekttype, '\', '\\'), '|', '\|'),
        replace(replace(afvigelse.objekt_id, '\', '\\'), '|', '\|'),
        coalesce(afvigelse.sted, ''),
        coalesce(afvigelse.regel, '')
    ) AS objekt_id,
    cast(NULL AS UUID) AS sag_uuid,
    afvigelse.sted,
    cast(NULL AS VARCHAR) AS system,
    if(afvigelse.udloebet, 'udloebet', 'ubrugt') AS udfald,
    cast(NULL AS VARCHAR) AS aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM afstemning.afvigelse
CROSS JOIN afstemning.kommune
LEFT JOIN (SELECT DISTINCT * FROM forklaret) AS forklaret
    ON
        afvigelse.objekttype = forklaret.objekttype
        AND afvigelse.objekt_id = forklaret.objekt_id
        AND afvigelse.regel IS NOT DISTINCT FROM forklaret.regel
        AND coalesce(afvigelse.sted = forklaret.sted, afvigelse.sted IS NULL)
WHERE afvigelse.udloebet OR forklaret.objekt_id IS NULL
GROUP BY ALL;

-- How many waivers were judged?
SELECT
    count(*) AS vurderet,
    0 AS venter,
    0 AS forklaret
FROM afstemning.afvigelse;
