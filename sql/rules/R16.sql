-- id: R16
-- alvor: advarsel
-- ejer: kommunen
-- titel_da: Efter opsigelsen af manuelle sager lukkes og berigtiges der kun
-- titel_en: After manual cases were given up there is only closing and correction
-- brev: Behandling af manuelle sager vil på tro-og-love være begrænset til denne anvendelse.
-- spoergsmaal: What was created or changed in EDH from the day on that manual cases were given up, but for closing and corrections?
-- korn: one row per case, note and document in EDH, but for those of cases that still live in KMD Sag
-- laeser: afstemning.kommune, edh.sag, edh.journalnotat, edh.dokument, edh.dokument_sag, edh.berigtigelse, afstemning.ikke_flyttet
-- kraever: edh.sag edh.journalnotat edh.dokument edh.dokument_sag
-- tomt_da: Siden opsigelsen er der kun lukket og berigtiget i EDH.
-- tomt_en: Since manual cases were given up there was only closing and correction in EDH.
-- ulaest_da: Kommunen har ikke opsagt manuelle sager (opsagt_manuelle_sager i estate.yaml).
-- ulaest_en: The kommune has not given up manual cases (opsagt_manuelle_sager in estate.yaml).
WITH rettet AS (
    SELECT
        objekttype,
        if(objekttype = 'dokument', lower(objekt_id), objekt_id) AS objekt_id
    FROM edh.berigtigelse
),

rettet_sag AS (
    SELECT berigtigelse.sag_uuid
    FROM edh.berigtigelse
    CROSS JOIN afstemning.kommune
    WHERE berigtigelse.udfoert >= kommune.opsagt
),

sag AS (
    SELECT
        sag.*,
        kommune.opsagt
    FROM edh.sag
    INNER JOIN afstemning.kommune ON kommune.edh_efter >= kommune.opsagt
    ANTI JOIN afstemning.ikke_flyttet AS ikke_flyttet ON sag.sag_uuid = ikke_flyttet.sag_uuid
    WHERE sag.oprettet >= kommune.opsagt OR sag.aendret >= kommune.opsagt
),

notat AS (
    SELECT notat.*
    FROM edh.journalnotat AS notat
    INNER JOIN afstemning.kommune ON kommune.edh_efter >= kommune.opsagt AND notat.oprettet >= kommune.opsagt
    ANTI JOIN afstemning.ikke_flyttet AS ikke_flyttet ON notat.sag_uuid = ikke_flyttet.sag_uuid
),

-- A document is left out when every case it lies on is.
kun_ikke_flyttet AS (
    SELECT kobling.dokument_uuid
    FROM edh.dokument_sag AS kobling
    LEFT JOIN afstemning.ikke_flyttet AS ikke_flyttet ON kobling.sag_uuid = ikke_flyttet.sag_uuid
    GROUP BY kobling.dokument_uuid
    HAVING bool_and(ikke_flyttet.sag_uuid IS NOT NULL)
),

dokument AS (
    SELECT dokument.*
    FROM edh.dokument
    INNER JOIN afstemning.kommune ON kommune.edh_efter >= kommune.opsagt AND dokument.registreret >= kommune.opsagt
    ANTI JOIN kun_ikke_flyttet ON dokument.dokument_uuid = kun_ikke_flyttet.dokument_uuid
)

SELECT
    sag.kommunekode,
    'sag' AS objekttype,
    cast(sag.sag_uuid AS VARCHAR) AS objekt_id,
    sag.sag_uuid,
    'edh' AS sted,
    'edh' AS system,
    cast(NULL AS VARCHAR) AS udfald,
    if(sag.oprettet >= sag.opsagt, 'oprettet', 'aendret') AS aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM sag
LEFT JOIN (SELECT DISTINCT sag_uuid FROM rettet_sag) AS rettet ON sag.sag_uuid = rettet.sag_uuid
WHERE
    sag.oprettet >= sag.opsagt
    OR NOT (
        coalesce(sag.fremdrift = 'Afsluttet' AND sag.aendret = sag.afsluttet, FALSE) OR rettet.sag_uuid IS NOT NULL
    )
UNION ALL
SELECT
    notat.kommunekode,
    'journalnotat' AS objekttype,
    concat(replace(replace(notat.notat_id, '\', '\\'), '|', '\|'), '|', notat.sag_uuid) AS objekt_id,
    notat.sag_uuid,
    'edh' AS sted,
    'edh' AS system,
    NULL AS udfald,
    NULL AS aarsag,
    NULL AS modpart_id
FROM notat
ANTI JOIN rettet ON rettet.objekttype = 'journalnotat' AND notat.notat_id = rettet.objekt_id
UNION ALL
SELECT
    dokument.kommunekode,
    'dokument' AS objekttype,
    cast(dokument.dokument_uuid AS VARCHAR) AS objekt_id,
    NULL AS sag_uuid,
    'edh' AS sted,
    'edh' AS system,
    NULL AS udfald,
    NULL AS aarsag,
    NULL AS modpart_id
FROM dokument
ANTI JOIN rettet
    ON rettet.objekttype = 'dokument' AND cast(dokument.dokument_uuid AS VARCHAR) = rettet.objekt_id;

-- How many cases, notes and documents does EDH hold, but for those of cases that still live in KMD Sag?
WITH kun_ikke_flyttet AS (
    SELECT kobling.dokument_uuid
    FROM edh.dokument_sag AS kobling
    LEFT JOIN afstemning.ikke_flyttet AS ikke_flyttet ON kobling.sag_uuid = ikke_flyttet.sag_uuid
    GROUP BY kobling.dokument_uuid
    HAVING bool_and(ikke_flyttet.sag_uuid IS NOT NULL)
),

holdt AS (
    SELECT count(*) AS antal
    FROM edh.sag
    ANTI JOIN afstemning.ikke_flyttet AS ikke_flyttet ON sag.sag_uuid = ikke_flyttet.sag_uuid
    UNION ALL
    SELECT count(*) AS antal
    FROM edh.journalnotat AS notat
    ANTI JOIN afstemning.ikke_flyttet AS ikke_flyttet ON notat.sag_uuid = ikke_flyttet.sag_uuid
    UNION ALL
    SELECT count(*) AS antal
    FROM edh.dokument
    ANTI JOIN kun_ikke_flyttet ON dokument.dokument_uuid = kun_ikke_flyttet.dokument_uuid
)

SELECT
    coalesce(sum(holdt.antal) FILTER (kommune.edh_efter >= kommune.opsagt), 0) AS vurderet,
    coalesce(sum(holdt.antal) FILTER (kommune.edh_efter < kommune.opsagt), 0) AS venter,
    0 AS forklaret
FROM afstemning.kommune
CROSS JOIN holdt
WHERE kommune.opsagt IS NOT NULL;
