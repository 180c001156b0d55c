-- Which links from document to case are the baseline?
-- grain: one row per link
-- reads: grundlag.dokument_sag, foer.sag, afstemning.kommune
-- columns: the contract's, and raekkefoelge (which baseline it is taken from)
-- empty: EDH held no linked document before
WITH haengt_op AS (
    SELECT
        kobling.*,
        sag.raekkefoelge
    FROM grundlag.dokument_sag AS kobling
    INNER JOIN foer.sag ON kobling.sag_uuid = sag.sag_uuid AND kobling.udtrukket = sag.foer_edh
),

-- A link to a case that no baseline knows belongs to the first.
uden_sag AS (
    SELECT
        kobling.*,
        1 AS raekkefoelge
    FROM grundlag.dokument_sag AS kobling
    INNER JOIN afstemning.kommune
        ON kobling.kommunekode = kommune.kommunekode AND kobling.udtrukket = kommune.foer_edh
    ANTI JOIN foer.sag ON kobling.sag_uuid = sag.sag_uuid
)

SELECT * FROM haengt_op
UNION ALL
SELECT * FROM uden_sag
