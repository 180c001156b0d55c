-- What came and went between the other run (hin) and this one (denne), rule by rule, and which verdicts changed?
-- grain: one row per kommune and rule of which anything changed, of the kommuner that both runs hold
-- reads: denne.afstemning.fund, hin.afstemning.fund, denne.afstemning.dom, hin.afstemning.dom
-- columns: kommunekode; regel; nye (findings that only denne holds); borte (that only hin holds); dom_hin and
--   dom_denne: the verdicts, null where the rule was not asked
-- empty: nothing changed
WITH kommune AS (
    SELECT DISTINCT kommunekode
    FROM denne.afstemning.dom AS denne_dom
    SEMI JOIN hin.afstemning.dom AS hin_dom USING (kommunekode)
),

skift AS (
    SELECT
        coalesce(denne.kommunekode, hin.kommunekode) AS kommunekode,
        coalesce(denne.regel, hin.regel) AS regel,
        count(*) FILTER (WHERE hin.fund_id IS NULL) AS nye,
        count(*) FILTER (WHERE denne.fund_id IS NULL) AS borte
    FROM denne.afstemning.fund AS denne
    FULL JOIN hin.afstemning.fund AS hin ON denne.fund_id = hin.fund_id
    GROUP BY ALL
),

domme AS (
    SELECT
        coalesce(denne.kommunekode, hin.kommunekode) AS kommunekode,
        coalesce(denne.regel, hin.regel) AS regel,
        hin.dom AS dom_hin,
        denne.dom AS dom_denne
    FROM denne.afstemning.dom AS denne
    FULL JOIN hin.afstemning.dom AS hin ON denne.kommunekode = hin.kommunekode AND denne.regel = hin.regel
)

SELECT
    domme.kommunekode,
    domme.regel,
    coalesce(skift.nye, 0) AS nye,
    coalesce(skift.borte, 0) AS borte,
    domme.dom_hin,
    domme.dom_denne
FROM domme
LEFT JOIN skift ON domme.kommunekode = skift.kommunekode AND domme.regel = skift.regel
SEMI JOIN kommune ON domme.kommunekode = kommune.kommunekode
WHERE skift.nye > 0 OR skift.borte > 0 OR domme.dom_hin IS DISTINCT FROM domme.dom_denne
ORDER BY nye DESC, borte DESC, domme.kommunekode ASC, domme.regel ASC
