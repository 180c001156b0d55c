-- On which cases are a baseline case's notes looked for?
-- grain: one row per place, baseline case and case found there
-- reads: afstemning.sagfund, afstemning.sagstraef
-- columns: efter_system, efter_sag_uuid, overgang
-- empty: no baseline case was found anywhere
SELECT
    sted,
    sag_uuid AS foer_sag_uuid,
    efter_system,
    efter_sag_uuid,
    overgang
FROM afstemning.sagfund
WHERE traef = 1
UNION ALL
-- A case in another new system counts when nothing better was found, or when it is one copy too many.
SELECT
    fund.sted,
    fund.sag_uuid AS foer_sag_uuid,
    traef.efter_system,
    traef.efter_sag_uuid,
    fund.overgang
FROM afstemning.sagfund AS fund
INNER JOIN afstemning.sagstraef AS traef ON fund.sag_uuid = traef.foer_sag_uuid
WHERE fund.sted = 'nyt' AND fund.traef > 1
QUALIFY
    traef.vej <> 'andet_system'
    OR (fund.fund = 'dubleret' AND NOT traef.er_ny)
    OR bool_and(traef.vej = 'andet_system') OVER (PARTITION BY fund.sag_uuid)
