-- id: R21
-- alvor: advarsel
-- ejer: KOMBIT
-- titel_da: Intet dokument fra EDH er i KSD og KY, før de er fuldt udrullet
-- titel_en: No document of EDH is in KSD and KY before they are fully rolled out
-- brev: KOMBIT indstiller imidlertid til, at denne mulighed tidligst forfølges, når KSD og KY er fuldt udrullet i landets 98 kommuner.
-- spoergsmaal: Which documents in the new systems hold a file that EDH had before, though the roll-out is not complete?
-- korn: one row per document with a file in the new systems' deliveries from before the roll-out was complete
-- laeser: nyt.dokument, nyt.fil, foer.fil, afstemning.system, afstemning.kommune
-- kraever: foer.fil nyt.dokument nyt.fil
-- tomt_da: Ingen fil fra EDH er dukket op i de nye systemer før fuld udrulning.
-- tomt_en: No file of EDH has turned up in the new systems before the roll-out was complete.
-- ulaest_da: Udrulningen er fuldført (fuldt_udrullet i estate.yaml), eller de nye systemer har intet dokument.
-- ulaest_en: The roll-out is complete (fuldt_udrullet in estate.yaml), or the new systems hold no document.
WITH foer_udrulning AS (
    SELECT ny.system
    FROM afstemning.system AS ny
    CROSS JOIN afstemning.kommune
    WHERE coalesce(kommune.fuldt_udrullet > cast(timezone('Europe/Copenhagen', ny.efter) AS DATE), TRUE)
),

foer_fil AS (
    SELECT
        algoritme,
        kontrolsum,
        min(dokument_uuid) AS dokument_uuid
    FROM foer.fil
    WHERE bytes > 0
    GROUP BY algoritme, kontrolsum
)

SELECT
    dokument.kommunekode,
    'dokument' AS objekttype,
    cast(dokument.dokument_uuid AS VARCHAR) AS objekt_id,
    cast(NULL AS UUID) AS sag_uuid,
    'nyt' AS sted,
    dokument.system,
    cast(NULL AS VARCHAR) AS udfald,
    cast(NULL AS VARCHAR) AS aarsag,
    cast(min(foer_fil.dokument_uuid) AS VARCHAR) AS modpart_id
FROM nyt.dokument
INNER JOIN nyt.fil ON dokument.dokument_uuid = fil.dokument_uuid AND dokument.system = fil.system
INNER JOIN foer_fil ON fil.algoritme = foer_fil.algoritme AND fil.kontrolsum = foer_fil.kontrolsum
SEMI JOIN foer_udrulning ON dokument.system = foer_udrulning.system
WHERE fil.bytes > 0
GROUP BY dokument.kommunekode, dokument.dokument_uuid, dokument.system;

-- How many documents with a file were judged?
WITH med_fil AS (
    SELECT DISTINCT
        dokument.system,
        dokument.dokument_uuid
    FROM nyt.dokument
    INNER JOIN nyt.fil ON dokument.dokument_uuid = fil.dokument_uuid AND dokument.system = fil.system
    WHERE fil.bytes > 0
)

SELECT
    count(*) AS vurderet,
    0 AS venter,
    0 AS forklaret
FROM med_fil
INNER JOIN afstemning.system AS ny ON med_fil.system = ny.system
CROSS JOIN afstemning.kommune
WHERE coalesce(kommune.fuldt_udrullet > cast(timezone('Europe/Copenhagen', ny.efter) AS DATE), TRUE);
