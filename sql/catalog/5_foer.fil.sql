-- Which files are the baseline: those of the baseline's documents, and those whose document is missing?
-- grain: one row per file, from the latest baseline that holds it
-- reads: grundlag.fil, grundlag.dokument, foer.dokument, foer.dokument_sag, afstemning.kommune
-- columns: the contract's, and raekkefoelge
-- empty: EDH held no file before
WITH baseline_af_dokument AS (
    SELECT
        kobling.dokument_uuid,
        kobling.udtrukket,
        max(kobling.raekkefoelge) AS raekkefoelge
    FROM foer.dokument_sag AS kobling
    GROUP BY kobling.dokument_uuid, kobling.udtrukket
    UNION
    SELECT
        dokument_uuid,
        udtrukket,
        raekkefoelge
    FROM foer.dokument
),

af_dokument AS (
    SELECT
        fil.*,
        baseline.raekkefoelge
    FROM grundlag.fil
    INNER JOIN baseline_af_dokument AS baseline
        ON fil.dokument_uuid = baseline.dokument_uuid AND fil.udtrukket = baseline.udtrukket
    SEMI JOIN foer.dokument ON fil.dokument_uuid = dokument.dokument_uuid
),

uden_dokument AS (
    SELECT
        fil.*,
        1 AS raekkefoelge
    FROM grundlag.fil
    INNER JOIN afstemning.kommune
        ON fil.kommunekode = kommune.kommunekode AND fil.udtrukket = kommune.foer_edh
    ANTI JOIN grundlag.dokument
        ON fil.dokument_uuid = dokument.dokument_uuid AND fil.udtrukket = dokument.udtrukket
),

alle AS (
    -- One whose document the first baseline's delivery only linked to is in both.
    SELECT * FROM af_dokument
    UNION
    SELECT * FROM uden_dokument
)

SELECT tidligst.*
FROM alle AS tidligst
ANTI JOIN alle AS senere
    ON
        tidligst.dokument_uuid = senere.dokument_uuid
        AND tidligst.variant = senere.variant
        AND tidligst.del = senere.del
        AND tidligst.raekkefoelge < senere.raekkefoelge
