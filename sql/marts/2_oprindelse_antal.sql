-- How many objects found now have which origin?
-- grain: one row per object type, place, system, ophav and aarsag
-- reads: afstemning.oprindelse_skrevet, afstemning.hele_sager
-- columns: antal
-- empty: the after-deliveries hold nothing
WITH alle AS (
    SELECT
        kommunekode,
        objekttype,
        sted,
        system,
        ophav,
        aarsag,
        count(*) AS antal
    FROM afstemning.oprindelse_skrevet
    GROUP BY ALL
    UNION ALL
    SELECT
        kommunekode,
        'sag' AS objekttype,
        sted,
        efter_system AS system,
        'konverteret' AS ophav,
        NULL AS aarsag,
        count(*) AS antal
    FROM afstemning.hele_sager
    GROUP BY ALL
    UNION ALL
    SELECT
        kommunekode,
        'journalnotat' AS objekttype,
        sted,
        efter_system AS system,
        'konverteret' AS ophav,
        NULL AS aarsag,
        sum(notater) AS antal
    FROM afstemning.hele_sager
    GROUP BY ALL
)

SELECT
    kommunekode,
    objekttype,
    sted,
    system,
    ophav,
    aarsag,
    cast(sum(antal) AS BIGINT) AS antal
FROM alle
GROUP BY ALL
HAVING sum(antal) > 0
ORDER BY ALL
