-- id: R10
-- alvor: fejl
-- ejer: KOMBIT
-- titel_da: En EDH-sag med dokumenter nås fra netop én ny sag
-- titel_en: An EDH case with documents is reached from exactly one new case
-- brev: så de fremover kan tilgås og spores til den nye sag i hhv. KSD og KY
-- spoergsmaal: Which moved EDH cases with documents are tied to no new case, or to more than one?
-- korn: one row per moved case with documents that EDH has
-- laeser: afstemning.flyttet_sag, afstemning.pligt
-- kraever: foer.sag foer.dokument_sag edh.sag nyt.sag nyt.noeglepose
-- tomt_da: Hver flyttet EDH-sag med dokumenter er bundet til netop én ny sag.
-- tomt_en: Every moved EDH case with documents is tied to exactly one new case.
-- ulaest_da: Ingen flyttet sag med dokumenter findes i EDH.
-- ulaest_en: No moved case with documents is in EDH.
WITH intet_at_binde AS (
    SELECT sag_uuid
    FROM afstemning.pligt
    WHERE
        sted = 'nyt'
        AND objekttype = 'sag'
        AND (udfald = 'afventer' OR (udfald = 'forklaret' AND aarsag = 'uden_for_vindue'))
)

SELECT
    flyttet.kommunekode,
    'sag' AS objekttype,
    cast(flyttet.sag_uuid AS VARCHAR) AS objekt_id,
    flyttet.sag_uuid,
    'edh' AS sted,
    'edh' AS system,
    if(flyttet.nye_sager = 0, 'ulinket', 'dubleret') AS udfald,
    cast(NULL AS VARCHAR) AS aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM afstemning.flyttet_sag AS flyttet
LEFT JOIN intet_at_binde ON flyttet.sag_uuid = intet_at_binde.sag_uuid
WHERE
    flyttet.har_dokument
    AND flyttet.i_edh
    AND flyttet.nye_sager <> 1
    AND NOT flyttet.uden_noeglepose
    AND NOT (flyttet.nye_sager = 0 AND intet_at_binde.sag_uuid IS NOT NULL);

-- How many were judged, how many are still to move or wait for the new system, how many need not be tied?
WITH udfald AS (
    SELECT
        sag_uuid,
        udfald = 'afventer' AS venter
    FROM afstemning.pligt
    WHERE
        sted = 'nyt'
        AND objekttype = 'sag'
        AND (udfald = 'afventer' OR (udfald = 'forklaret' AND aarsag = 'uden_for_vindue'))
)

SELECT
    count(*) FILTER (
        flyttet.i_edh
        AND NOT flyttet.uden_noeglepose
        AND NOT (flyttet.nye_sager = 0 AND coalesce(udfald.venter, FALSE))
    ) AS vurderet,
    count(*) FILTER (
        flyttet.sag_uuid IS NULL OR (flyttet.i_edh AND flyttet.nye_sager = 0 AND coalesce(udfald.venter, FALSE))
    ) AS venter,
    count(*) FILTER (flyttet.i_edh AND flyttet.nye_sager = 0 AND NOT udfald.venter) AS forklaret
FROM afstemning.sagsgrundlag AS grundlag
LEFT JOIN afstemning.flyttet_sag AS flyttet ON grundlag.sag_uuid = flyttet.sag_uuid
LEFT JOIN udfald ON grundlag.sag_uuid = udfald.sag_uuid
WHERE grundlag.system IS NOT NULL AND grundlag.har_dokument;
