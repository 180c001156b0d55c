-- id: R14
-- alvor: advarsel
-- ejer: kommunen
-- titel_da: EDH-sagen er ikke ført videre efter overgangen
-- titel_en: The EDH case was not carried on after the transition
-- brev: Den fremadrettede sagsbehandling skal ske i de nye fagsystemer.
-- spoergsmaal: Which notes were written, and which states changed, on moved EDH cases after the transition, but for closing and corrections?
-- korn: one row per note on a moved case, and one per moved case that EDH has
-- laeser: edh.journalnotat, afstemning.flyttet_sag, edh.berigtigelse
-- kraever: foer.sag edh.sag edh.journalnotat
-- tomt_da: Der er hverken skrevet notater eller ændret tilstand på en flyttet EDH-sag efter overgangen, ud over lukning og berigtigelse.
-- tomt_en: No note was written and no state changed on a moved EDH case after the transition, but for closing and correction.
-- ulaest_da: Ingen flyttet sag findes i EDH.
-- ulaest_en: No moved case is in EDH.
WITH nyt_notat AS (
    SELECT notat.*
    FROM edh.journalnotat AS notat
    INNER JOIN afstemning.flyttet_sag AS flyttet ON notat.sag_uuid = flyttet.sag_uuid
    WHERE notat.oprettet > flyttet.overgang
),

rettet_notat AS (
    SELECT objekt_id AS notat_id
    FROM edh.berigtigelse
    WHERE objekttype = 'journalnotat'
)

SELECT
    notat.kommunekode,
    'journalnotat' AS objekttype,
    concat(replace(replace(notat.notat_id, '\', '\\'), '|', '\|'), '|', notat.sag_uuid) AS objekt_id,
    notat.sag_uuid,
    'edh' AS sted,
    'edh' AS system,
    cast(NULL AS VARCHAR) AS udfald,
    cast(NULL AS VARCHAR) AS aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM nyt_notat AS notat
ANTI JOIN rettet_notat ON notat.notat_id = rettet_notat.notat_id
UNION ALL
SELECT
    kommunekode,
    'sag' AS objekttype,
    cast(sag_uuid AS VARCHAR) AS objekt_id,
    sag_uuid,
    'edh' AS sted,
    'edh' AS system,
    NULL AS udfald,
    'fremdrift' AS aarsag,
    NULL AS modpart_id
FROM afstemning.flyttet_sag
WHERE i_edh AND fremdrift <> foer_fremdrift AND lukket IS NULL AND fremdrift_fra > overgang AND NOT tilstand_rettet;

-- How many notes and cases were judged, how many cases are still to move, how many corrections excuse one?
WITH notater AS (
    SELECT
        count(*) AS antal,
        count(*) FILTER (notat.oprettet > flyttet.overgang AND rettet.notat_id IS NOT NULL) AS rettet
    FROM edh.journalnotat AS notat
    INNER JOIN afstemning.flyttet_sag AS flyttet ON notat.sag_uuid = flyttet.sag_uuid
    LEFT JOIN (
        SELECT DISTINCT objekt_id AS notat_id
        FROM edh.berigtigelse
        WHERE objekttype = 'journalnotat'
    ) AS rettet ON notat.notat_id = rettet.notat_id
),

sager AS (
    SELECT
        count(*) FILTER (flyttet.i_edh) AS antal,
        count(*) FILTER (flyttet.sag_uuid IS NULL) AS venter,
        count(*) FILTER (
            flyttet.i_edh
            AND flyttet.fremdrift <> flyttet.foer_fremdrift
            AND flyttet.lukket IS NULL
            AND flyttet.fremdrift_fra > flyttet.overgang
            AND flyttet.tilstand_rettet
        ) AS rettet
    FROM afstemning.sagsgrundlag AS grundlag
    LEFT JOIN afstemning.flyttet_sag AS flyttet ON grundlag.sag_uuid = flyttet.sag_uuid
    WHERE grundlag.system IS NOT NULL
)

SELECT
    notater.antal + sager.antal AS vurderet,
    sager.venter,
    notater.rettet + sager.rettet AS forklaret
FROM notater
CROSS JOIN sager;
