-- On which cases are a baseline case's notes looked for?
-- grain: one row per place, baseline case and case found there
-- reads: afstemning.sagfund, afstemning.sagstraef
-- columns: efter_system, efter_sag_uuid
-- empty: no baseline case was found anywhere
SELECT
    fund.sted,
    fund.sag_uuid AS foer_sag_uuid,
    traef.efter_system,
    traef.efter_sag_uuid
FROM afstemning.sagfund AS fund
INNER JOIN afstemning.sagstraef AS traef ON fund.sag_uuid = traef.foer_sag_uuid
-- A case in another new system counts when nothing better was found, or when it is one copy too many.
LEFT JOIN (
    SELECT DISTINCT foer_sag_uuid
    FROM afstemning.sagstraef
    WHERE vej IN ('noeglepose', 'noeglepose_forkert', 'sagsnummer')
) AS bedre ON fund.sag_uuid = bedre.foer_sag_uuid
WHERE
    fund.sted = 'nyt'
    AND (
        traef.vej <> 'andet_system'
        OR bedre.foer_sag_uuid IS NULL
        OR (fund.fund = 'dubleret' AND NOT traef.er_ny)
    )
UNION ALL
SELECT
    fund.sted,
    fund.sag_uuid AS foer_sag_uuid,
    fund.efter_system,
    fund.efter_sag_uuid
FROM afstemning.sagfund AS fund
WHERE fund.sted = 'edh' AND fund.efter_sag_uuid IS NOT NULL
