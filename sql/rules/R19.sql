-- id: R19
-- alvor: fatal
-- ejer: kommunen
-- titel_da: Efter et leverandørskifte er alt fra EDH i det nye ESDH-system
-- titel_en: After a change of vendor everything of EDH is in the new ESDH system
-- brev: Kommunen skal indgå aftale med KMD om eksport af EDH-sagerne med dokumenter. Herefter skal sagerne importeres til ny leverandørs ESDH-løsning.
-- spoergsmaal: Which cases, notes, documents, files, links and nøglepose rows of EDH cannot be followed by krydsreference into the new ESDH system?
-- korn: one row per case, note, document, file and link in EDH, and per nøglepose row that leads to an EDH case
-- laeser: afstemning.leveret, esdh.krydsreference, esdh.sag, esdh.journalnotat, esdh.dokument, edh.sag, edh.journalnotat, edh.dokument, edh.fil, esdh.fil, edh.dokument_sag, esdh.dokument_sag, nyt.noeglepose, afstemning.kommune
-- kraever: edh.sag edh.journalnotat edh.dokument edh.dokument_sag edh.fil nyt.noeglepose esdh.krydsreference esdh.sag esdh.journalnotat esdh.dokument esdh.dokument_sag esdh.fil
-- tomt_da: Alt i EDH kan følges over i det nye ESDH-system, og det kan enhver nøglepose-række også.
-- tomt_en: Everything in EDH can be followed into the new ESDH system, and so can every nøglepose row.
-- ulaest_da: EDH holder intet, der skulle flyttes.
-- ulaest_en: EDH holds nothing that had to be moved.
WITH leveret AS (
    SELECT coalesce(list(entitet), []) AS entiteter
    FROM afstemning.leveret
    WHERE sted = 'esdh'
),

-- A note's old id is its notat_id; the others' are uuids, in any case of letters.
krydsreference AS (
    SELECT
        objekttype,
        if(objekttype = 'journalnotat', gammel_id, lower(gammel_id)) AS gammel_id,
        if(objekttype = 'journalnotat', ny_id, lower(ny_id)) AS ny_id
    FROM esdh.krydsreference
),

i_esdh AS (
    SELECT
        'sag' AS objekttype,
        cast(sag_uuid AS VARCHAR) AS ny_id
    FROM esdh.sag
    UNION
    SELECT
        'journalnotat' AS objekttype,
        notat_id AS ny_id
    FROM esdh.journalnotat
    UNION
    SELECT
        'dokument' AS objekttype,
        cast(dokument_uuid AS VARCHAR) AS ny_id
    FROM esdh.dokument
),

-- What has an id of its own, and the nøglepose rows by the EDH case they lead to.
eget_id AS (
    SELECT
        'sag' AS objekttype,
        'sag' AS foelger,
        cast(sag_uuid AS VARCHAR) AS gammel_id,
        cast(sag_uuid AS VARCHAR) AS objekt_id,
        sag_uuid,
        'edh' AS sted,
        'esdh' AS system
    FROM edh.sag
    UNION ALL
    SELECT
        'journalnotat' AS objekttype,
        'journalnotat' AS foelger,
        notat_id AS gammel_id,
        concat(replace(replace(notat_id, '\', '\\'), '|', '\|'), '|', sag_uuid) AS objekt_id,
        sag_uuid,
        'edh' AS sted,
        'esdh' AS system
    FROM edh.journalnotat
    UNION ALL
    SELECT
        'dokument' AS objekttype,
        'dokument' AS foelger,
        cast(dokument_uuid AS VARCHAR) AS gammel_id,
        cast(dokument_uuid AS VARCHAR) AS objekt_id,
        NULL AS sag_uuid,
        'edh' AS sted,
        'esdh' AS system
    FROM edh.dokument
    UNION ALL
    SELECT
        'noeglepose' AS objekttype,
        'sag' AS foelger,
        cast(noeglepose.edh_sag_uuid AS VARCHAR) AS gammel_id,
        concat(noeglepose.ny_sag_uuid, '|', noeglepose.edh_sag_uuid) AS objekt_id,
        noeglepose.edh_sag_uuid AS sag_uuid,
        'nyt' AS sted,
        noeglepose.system
    FROM nyt.noeglepose
    SEMI JOIN edh.sag AS edh_sag ON noeglepose.edh_sag_uuid = edh_sag.sag_uuid
),

-- Whatever follows a document or a case that has no krydsreference cannot be followed either.
fulgt AS (
    SELECT
        eget_id.objekttype,
        eget_id.objekt_id,
        eget_id.sag_uuid,
        eget_id.sted,
        eget_id.system,
        krydsreference.ny_id IS NULL AS uden_krydsreference,
        i_esdh.ny_id IS NULL AS mangler,
        FALSE AS aendret
    FROM eget_id
    CROSS JOIN leveret
    LEFT JOIN krydsreference
        ON eget_id.foelger = krydsreference.objekttype AND eget_id.gammel_id = krydsreference.gammel_id
    LEFT JOIN i_esdh ON krydsreference.objekttype = i_esdh.objekttype AND krydsreference.ny_id = i_esdh.ny_id
    WHERE list_contains(leveret.entiteter, eget_id.foelger)
    UNION ALL
    SELECT
        'fil' AS objekttype,
        concat_ws('|', fil.dokument_uuid, replace(replace(fil.variant, '\', '\\'), '|', '\|'), fil.del) AS objekt_id,
        NULL AS sag_uuid,
        'edh' AS sted,
        'esdh' AS system,
        krydsreference.ny_id IS NULL AS uden_krydsreference,
        ny_fil.dokument_uuid IS NULL AS mangler,
        fil.algoritme <> ny_fil.algoritme OR fil.kontrolsum <> ny_fil.kontrolsum AS aendret
    FROM edh.fil
    CROSS JOIN leveret
    LEFT JOIN krydsreference
        ON krydsreference.objekttype = 'dokument' AND cast(fil.dokument_uuid AS VARCHAR) = krydsreference.gammel_id
    LEFT JOIN esdh.fil AS ny_fil
        ON
            krydsreference.ny_id = cast(ny_fil.dokument_uuid AS VARCHAR)
            AND fil.variant = ny_fil.variant
            AND fil.del = ny_fil.del
    WHERE list_contains(leveret.entiteter, 'fil')
    UNION ALL
    SELECT
        'dokument_sag' AS objekttype,
        concat_ws('|', kobling.dokument_uuid, kobling.sag_uuid) AS objekt_id,
        kobling.sag_uuid,
        'edh' AS sted,
        'esdh' AS system,
        nyt_dokument.ny_id IS NULL OR ny_sag.ny_id IS NULL AS uden_krydsreference,
        ny_kobling.dokument_uuid IS NULL AS mangler,
        FALSE AS aendret
    FROM edh.dokument_sag AS kobling
    CROSS JOIN leveret
    LEFT JOIN krydsreference AS nyt_dokument
        ON nyt_dokument.objekttype = 'dokument' AND cast(kobling.dokument_uuid AS VARCHAR) = nyt_dokument.gammel_id
    LEFT JOIN krydsreference AS ny_sag
        ON ny_sag.objekttype = 'sag' AND cast(kobling.sag_uuid AS VARCHAR) = ny_sag.gammel_id
    LEFT JOIN esdh.dokument_sag AS ny_kobling
        ON
            nyt_dokument.ny_id = cast(ny_kobling.dokument_uuid AS VARCHAR)
            AND ny_sag.ny_id = cast(ny_kobling.sag_uuid AS VARCHAR)
    WHERE list_contains(leveret.entiteter, 'dokument_sag')
)

SELECT
    kommune.kommunekode,
    fulgt.objekttype,
    fulgt.objekt_id,
    fulgt.sag_uuid,
    fulgt.sted,
    fulgt.system,
    if(fulgt.mangler, 'mangler', 'aendret') AS udfald,
    CASE
        WHEN fulgt.uden_krydsreference THEN 'krydsreference'
        WHEN NOT fulgt.mangler THEN 'kontrolsum'
    END AS aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM fulgt
CROSS JOIN leveret
CROSS JOIN afstemning.kommune
WHERE (fulgt.mangler OR fulgt.aendret) AND list_contains(leveret.entiteter, 'krydsreference');

-- How many objects of EDH, and nøglepose rows that lead to it, were to be found in the new ESDH system?
SELECT
    coalesce(sum(antal.antal), 0) AS vurderet,
    0 AS venter,
    0 AS forklaret
FROM (
    SELECT
        'sag' AS entitet,
        count(*) AS antal
    FROM edh.sag
    UNION ALL
    SELECT
        'journalnotat' AS entitet,
        count(*) AS antal
    FROM edh.journalnotat
    UNION ALL
    SELECT
        'dokument' AS entitet,
        count(*) AS antal
    FROM edh.dokument
    UNION ALL
    SELECT
        'fil' AS entitet,
        count(*) AS antal
    FROM edh.fil
    UNION ALL
    SELECT
        'dokument_sag' AS entitet,
        count(*) AS antal
    FROM edh.dokument_sag
    UNION ALL
    SELECT
        'sag' AS entitet,
        count(*) AS antal
    FROM nyt.noeglepose
    SEMI JOIN edh.sag AS edh_sag ON noeglepose.edh_sag_uuid = edh_sag.sag_uuid
) AS antal
SEMI JOIN afstemning.leveret AS leveret ON antal.entitet = leveret.entitet AND leveret.sted = 'esdh';
