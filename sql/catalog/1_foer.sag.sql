-- Which cases are the baseline: every fagsystemsag, and every manual case of EDH?
-- grain: one row per baseline case
-- reads: grundlag.sag (the baseline deliveries as landed), afstemning.system, afstemning.kommune
-- columns: the contract's, and system (the new system that owes it; null for a manual case), kilde and
--   udtrukket (the delivery it is taken from), foer_edh (the EDH delivery of the same baseline)
-- empty: no system has a transition in the estate, or nothing was extracted before it
WITH fagsystemsag AS (
    SELECT
        sag.*,
        ny.system,
        ny.foer_edh,
        ny.raekkefoelge
    FROM grundlag.sag
    INNER JOIN afstemning.system AS ny
        ON
            sag.kommunekode = ny.kommunekode
            AND sag.fagsystem = ny.fagsystem
            AND sag.udtrukket = ny.foer_kmd_sag
    WHERE sag.kilde = 'kmd_sag' AND sag.sagstype = 'fagsystemsag'
),

-- A case that KMD Sag lacks is manual, also when EDH calls it a fagsystemsag (the run record reports it).
manuel AS (
    SELECT
        sag.*,
        cast(NULL AS VARCHAR) AS system,
        sag.udtrukket AS foer_edh,
        1 AS raekkefoelge
    FROM grundlag.sag
    INNER JOIN afstemning.kommune
        ON sag.kommunekode = kommune.kommunekode AND sag.udtrukket = kommune.foer_edh
    ANTI JOIN (
        SELECT kmd_sag.sag_uuid
        FROM grundlag.sag AS kmd_sag
        INNER JOIN afstemning.kommune AS foerste
            ON kmd_sag.kommunekode = foerste.kommunekode AND kmd_sag.udtrukket = foerste.foer_kmd_sag
        WHERE kmd_sag.kilde = 'kmd_sag' AND kmd_sag.sagstype = 'fagsystemsag'
    ) AS kendt ON sag.sag_uuid = kendt.sag_uuid
    WHERE sag.kilde = 'edh'
),

alle AS (
    SELECT * FROM fagsystemsag
    UNION ALL
    SELECT * FROM manuel
)

-- A case in two baselines is taken from the later.
SELECT tidligst.*
FROM alle AS tidligst
ANTI JOIN alle AS senere
    ON
        tidligst.sag_uuid = senere.sag_uuid
        AND tidligst.raekkefoelge < senere.raekkefoelge
        AND senere.raekkefoelge > 1
