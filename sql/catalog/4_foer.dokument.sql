-- Which documents are the baseline: those on the baseline's cases, and the loose ones?
-- grain: one row per document, from the latest baseline that holds it
-- reads: foer.dokument_sag, afstemning.kommune, grundlag.dokument, grundlag.dokument_sag
-- columns: the contract's, and raekkefoelge
-- empty: EDH held no document before
WITH paa_sag AS (
    SELECT
        kobling.dokument_uuid,
        kobling.udtrukket,
        kobling.raekkefoelge
    FROM foer.dokument_sag AS kobling
    INNER JOIN afstemning.kommune ON kobling.kommunekode = kommune.kommunekode
    SEMI JOIN grundlag.dokument
        ON kobling.dokument_uuid = dokument.dokument_uuid AND kobling.udtrukket = dokument.udtrukket
),

senest AS (
    SELECT
        dokument_uuid,
        max_by(udtrukket, raekkefoelge) AS udtrukket,
        max(raekkefoelge) AS raekkefoelge
    FROM paa_sag
    GROUP BY dokument_uuid
),

-- A document that no link of the first baseline's delivery names is loose.
loest AS (
    SELECT
        dokument.dokument_uuid,
        dokument.udtrukket,
        1 AS raekkefoelge
    FROM grundlag.dokument
    INNER JOIN afstemning.kommune
        ON dokument.kommunekode = kommune.kommunekode AND dokument.udtrukket = kommune.foer_edh
    ANTI JOIN grundlag.dokument_sag AS kobling
        ON dokument.dokument_uuid = kobling.dokument_uuid AND dokument.udtrukket = kobling.udtrukket
    ANTI JOIN senest ON dokument.dokument_uuid = senest.dokument_uuid
),

valgt AS (
    SELECT * FROM senest
    UNION ALL
    SELECT * FROM loest
)

SELECT
    dokument.*,
    valgt.raekkefoelge
FROM grundlag.dokument
INNER JOIN valgt ON dokument.dokument_uuid = valgt.dokument_uuid AND dokument.udtrukket = valgt.udtrukket
