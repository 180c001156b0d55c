-- How many obligations have which outcome?
-- grain: one row per object type, place, system, udfald and aarsag
-- reads: afstemning.pligt_skrevet, afstemning.hele_sager
-- columns: antal
-- empty: nothing is owed
WITH skrevet_i_hel_sag AS (
    SELECT
        skrevet.sted,
        skrevet.sag_uuid,
        count(*) AS antal
    FROM afstemning.pligt_skrevet AS skrevet
    SEMI JOIN afstemning.hele_sager AS hel ON skrevet.sted = hel.sted AND skrevet.sag_uuid = hel.sag_uuid
    WHERE skrevet.objekttype = 'journalnotat'
    GROUP BY skrevet.sted, skrevet.sag_uuid
),

alle AS (
    SELECT
        kommunekode,
        objekttype,
        sted,
        system,
        udfald,
        aarsag,
        count(*) AS antal
    FROM afstemning.pligt_skrevet
    GROUP BY ALL
    UNION ALL
    SELECT
        kommunekode,
        'sag' AS objekttype,
        sted,
        system,
        udfald,
        NULL AS aarsag,
        count(*) AS antal
    FROM afstemning.hele_sager
    WHERE udfald IS NOT NULL
    GROUP BY ALL
    UNION ALL
    SELECT
        hel.kommunekode,
        'journalnotat' AS objekttype,
        hel.sted,
        hel.system,
        hel.udfald,
        NULL AS aarsag,
        sum(hel.notater - coalesce(skrevet.antal, 0)) AS antal
    FROM afstemning.hele_sager AS hel
    LEFT JOIN skrevet_i_hel_sag AS skrevet ON hel.sted = skrevet.sted AND hel.sag_uuid = skrevet.sag_uuid
    WHERE hel.udfald IS NOT NULL
    GROUP BY ALL
)

SELECT
    kommunekode,
    objekttype,
    sted,
    system,
    udfald,
    aarsag,
    cast(sum(antal) AS BIGINT) AS antal
FROM alle
GROUP BY ALL
HAVING sum(antal) > 0
ORDER BY ALL
