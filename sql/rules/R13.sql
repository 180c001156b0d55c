-- id: R13
-- alvor: fejl
-- ejer: kommunen
-- titel_da: Intet dokument i EDH på en flyttet sag er yngre end overgangen
-- titel_en: No document in EDH on a moved case is younger than the transition
-- brev: De dokumenter, der var tilknyttet den oprindelige fagsystemsag i KMD Sag, frem til tidspunktet, hvor sagerne bliver flyttet til KSD og KY, vil være tilgængelige i KMD Sag EDH
-- spoergsmaal: Which documents on moved cases were registered in EDH after the transition?
-- korn: one row per document in EDH on a moved case
-- laeser: edh.dokument, edh.dokument_sag, afstemning.flyttet_sag
-- kraever: foer.sag edh.dokument edh.dokument_sag
-- tomt_da: Hvert dokument i EDH på en flyttet sag er registreret senest ved overgangen.
-- tomt_en: Every document in EDH on a moved case was registered no later than the transition.
-- ulaest_da: Intet dokument i EDH ligger på en flyttet sag.
-- ulaest_en: No document in EDH lies on a moved case.
SELECT
    dokument.kommunekode,
    'dokument' AS objekttype,
    cast(dokument.dokument_uuid AS VARCHAR) AS objekt_id,
    min(flyttet.sag_uuid) AS sag_uuid,
    'edh' AS sted,
    'edh' AS system,
    cast(NULL AS VARCHAR) AS udfald,
    cast(NULL AS VARCHAR) AS aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM edh.dokument
INNER JOIN edh.dokument_sag AS kobling ON dokument.dokument_uuid = kobling.dokument_uuid
INNER JOIN afstemning.flyttet_sag AS flyttet ON kobling.sag_uuid = flyttet.sag_uuid
WHERE dokument.registreret > flyttet.overgang
GROUP BY ALL;

-- How many documents lie on a moved case, how many on cases that are still to move alone?
SELECT
    count(*) FILTER (paa_flyttet) AS vurderet,
    count(*) FILTER (NOT paa_flyttet) AS venter,
    0 AS forklaret
FROM (
    SELECT
        kobling.dokument_uuid,
        bool_or(flyttet.sag_uuid IS NOT NULL) AS paa_flyttet
    FROM edh.dokument_sag AS kobling
    SEMI JOIN edh.dokument AS dokument ON kobling.dokument_uuid = dokument.dokument_uuid
    INNER JOIN afstemning.sagsgrundlag AS grundlag ON kobling.sag_uuid = grundlag.sag_uuid
    LEFT JOIN afstemning.flyttet_sag AS flyttet ON kobling.sag_uuid = flyttet.sag_uuid
    WHERE grundlag.system IS NOT NULL
    GROUP BY kobling.dokument_uuid
);
