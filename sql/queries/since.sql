-- How many findings of each rule came and went between the other run (hin) and this one (denne), and which verdicts
--   changed?
-- grain: one row per kommune and rule of which anything changed, of the kommuner that both runs hold
-- reads: denne.afstemning.fund, hin.afstemning.fund, denne.afstemning.dom, hin.afstemning.dom
-- columns: kommunekode; regel; nye (findings that only denne holds); borte (that only hin holds); dom_hin and
--   dom_denne: the verdicts, null where the rule was not asked
-- empty: nothing changed
WITH kommune AS (
    SELECT DISTINCT kommunekode
    FROM denne.afstemning.dom
    SEMI JOIN hin.afstemning.dom USING (kommunekode)
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

dom AS (
    SELECT
        coalesce(denne.kommunekode, hin.kommunekode) AS kommunekode,
        coalesce(denne.regel, hin.regel) AS regel,
        hin.dom AS dom_hin,
        denne.dom AS dom_denne
    FROM denne.afstemning.dom AS denne
    FULL JOIN hin.afstemning.dom AS hin ON denne.kommunekode = hin.kommunekode AND denne.regel = hin.regel
)

SELECT
    dom.kommunekode,
    dom.regel,
    coalesce(skift.nye, 0) AS nye,
    coalesce(skift.borte, 0) AS borte,
    dom.dom_hin,
    dom.dom_denne
FROM dom
LEFT JOIN skift ON dom.kommunekode = skift.kommunekode AND dom.regel = skift.regel
SEMI JOIN kommune ON dom.kommunekode = kommune.kommunekode
WHERE skift.nye > 0 OR skift.borte > 0 OR dom.dom_hin IS DISTINCT FROM dom.dom_denne
ORDER BY nye DESC, borte DESC, dom.kommunekode, dom.regel
