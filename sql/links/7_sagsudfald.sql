-- What became of each baseline case, at each place?
-- grain: one row per place and baseline case that is owed there or was found there
-- reads: afstemning.sagsforskel, afstemning.sagfund, foer.sag, nyt.sag, afstemning.system, afstemning.kle_omlaegning
-- columns: system (of the place that owes it), skyldes (it is owed here), fund, udfald, aarsag, and the first case
--   found, which answers it
-- empty: there is no baseline
WITH forskel AS (
    SELECT
        sted,
        sag_uuid,
        min_by(felt, raekke) FILTER (NOT rettet) AS felt,
        count_if(NOT rettet) AS uforklarede,
        count(*) AS felter
    FROM afstemning.sagsforskel
    GROUP BY sted, sag_uuid
),

-- The KLE plan was changed: the old number became the new one, and nothing else did.
omlagt AS (
    SELECT DISTINCT fund.sag_uuid
    FROM forskel
    INNER JOIN afstemning.sagfund AS fund ON forskel.sag_uuid = fund.sag_uuid AND forskel.sted = fund.sted
    INNER JOIN foer.sag AS foer ON fund.sag_uuid = foer.sag_uuid
    INNER JOIN nyt.sag AS efter ON fund.efter_sag_uuid = efter.sag_uuid AND fund.efter_system = efter.system
    INNER JOIN afstemning.system AS ny ON efter.system = ny.system
    INNER JOIN afstemning.kle_omlaegning AS omlaegning
        ON
            efter.system = omlaegning.system
            AND foer.kle_emne = omlaegning.fra
            AND efter.kle_emne = omlaegning.til
            AND cast(timezone('Europe/Copenhagen', ny.efter) AS DATE) >= omlaegning.gaelder_fra
    WHERE forskel.sted = 'nyt' AND forskel.felt = 'kle_emne' AND forskel.uforklarede = 1
),

bedoemt AS (
    SELECT
        fund.*,
        coalesce(forskel.uforklarede, 0) AS uforklarede,
        coalesce(forskel.felter, 0) AS felter,
        forskel.felt,
        fund.sted = 'nyt' AND omlagt.sag_uuid IS NOT NULL AS omlagt
    FROM afstemning.sagfund AS fund
    LEFT JOIN forskel ON fund.sted = forskel.sted AND fund.sag_uuid = forskel.sag_uuid
    LEFT JOIN omlagt ON fund.sag_uuid = omlagt.sag_uuid
)

SELECT
    kommunekode,
    sted,
    system,
    sag_uuid,
    overgang,
    skyldes,
    fund,
    efter_system,
    efter_sag_uuid,
    CASE
        WHEN venter THEN 'afventer'
        WHEN uden_for_vindue THEN 'forklaret'
        WHEN fund IN ('mangler', 'fejlplaceret', 'dubleret') THEN fund
        WHEN uforklarede > 0 AND NOT omlagt THEN 'aendret'
        WHEN fund = 'ulinket' THEN 'ulinket'
        WHEN felter > 0 THEN 'forklaret'
        ELSE 'bevaret'
    END AS udfald,
    CASE
        WHEN venter THEN NULL
        WHEN uden_for_vindue THEN 'uden_for_vindue'
        WHEN fund IN ('mangler', 'fejlplaceret', 'dubleret') THEN NULL
        WHEN uforklarede > 0 AND NOT omlagt THEN felt
        WHEN fund = 'ulinket' THEN NULL
        WHEN omlagt THEN 'kle_omlagt'
        WHEN felter > 0 THEN 'berigtigelse'
    END AS aarsag
FROM bedoemt
