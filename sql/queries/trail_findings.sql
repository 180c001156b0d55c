-- Which findings, standing or waived, are about these objects?
-- grain: one row per finding; the variable noegler holds the objects as objekttype, a blank and objekt_id,
--   or @ and sted for a cell of the figure
-- reads: afstemning.fund, afstemning.fund_forklaret
-- columns: those of fund; forklaret (a waiver that names the rule takes it out of the findings)
-- empty: no rule says anything of them
WITH spurgt AS (
    SELECT DISTINCT unnest(getvariable('noegler')) AS noegle
),

fund AS (
    SELECT
        *,
        FALSE AS forklaret
    FROM afstemning.fund
    UNION ALL
    SELECT
        *,
        TRUE AS forklaret
    FROM afstemning.fund_forklaret
)

SELECT fund.*
FROM fund
SEMI JOIN spurgt ON concat(fund.objekttype, ' ', coalesce(fund.objekt_id, concat('@', fund.sted))) = spurgt.noegle
ORDER BY fund.regel, fund.objekttype, fund.objekt_id, fund.sted, fund.system
