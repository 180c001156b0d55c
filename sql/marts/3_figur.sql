-- What lived where before, and what lives where after (the letter's closing figure)?
-- grain: one row per cell of the figure and object type
-- reads: foer.sag, afstemning.foer_aftryk, foer.dokument, edh.sag, edh.dokument, nyt.sag, nyt.dokument,
--   afstemning.efter_aftryk, afstemning.pligt_antal, afstemning.kommune
-- columns: celle ('foer', 'edh', 'nyt'), antal (objects there), skyldt (owed there and not waiting; null for foer)
-- empty: never; a cell with nothing in it counts 0
WITH antal AS (
    SELECT
        'foer' AS celle,
        'sag' AS objekttype,
        count(*) AS antal
    FROM foer.sag
    UNION ALL
    SELECT
        'foer',
        'journalnotat',
        coalesce(sum(notater), 0)
    FROM afstemning.foer_aftryk
    UNION ALL
    SELECT
        'foer',
        'dokument',
        count(*)
    FROM foer.dokument
    UNION ALL
    SELECT
        'edh',
        'sag',
        count(*)
    FROM edh.sag
    UNION ALL
    SELECT
        'edh',
        'dokument',
        count(*)
    FROM edh.dokument
    UNION ALL
    SELECT
        'nyt',
        'sag',
        count(*)
    FROM nyt.sag
    UNION ALL
    SELECT
        'nyt',
        'dokument',
        count(*)
    FROM nyt.dokument
    UNION ALL
    SELECT
        sted.sted,
        'journalnotat',
        coalesce(sum(aftryk.notater), 0)
    FROM (VALUES ('edh'), ('nyt')) AS sted (sted)
    LEFT JOIN afstemning.efter_aftryk AS aftryk ON sted.sted = aftryk.sted
    GROUP BY sted.sted
),

skyldt AS (
    SELECT
        sted AS celle,
        objekttype,
        sum(antal) AS skyldt
    FROM afstemning.pligt_antal
    WHERE udfald <> 'afventer'
    GROUP BY ALL
)

SELECT
    kommune.kommunekode,
    antal.celle,
    antal.objekttype,
    cast(antal.antal AS BIGINT) AS antal,
    cast(if(antal.celle = 'foer', NULL, coalesce(skyldt.skyldt, 0)) AS BIGINT) AS skyldt
FROM antal
CROSS JOIN afstemning.kommune
LEFT JOIN skyldt ON antal.celle = skyldt.celle AND antal.objekttype = skyldt.objekttype
ORDER BY ALL
