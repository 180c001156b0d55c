-- id: R06
-- alvor: fejl
-- ejer: KMD
-- titel_da: EDH-sagen har den sagstilstand, som fagsagen havde ved udtrækket
-- titel_en: The EDH case has the state that the fagsag had at extract
-- brev: efterlades som KMD Sag EDH-sager med samme sagstilstand som fagsystemsagen, der udtrækkes
-- spoergsmaal: Which moved cases have another state in EDH than at extract, but for those closed since by right?
-- korn: one row per moved case that EDH has
-- laeser: afstemning.flyttet_sag
-- kraever: foer.sag edh.sag
-- tomt_da: Hver flyttet sag i EDH har den tilstand, den havde ved udtrækket, eller er siden lukket med rette.
-- tomt_en: Every moved case in EDH has the state it had at extract, or was closed since by right.
-- ulaest_da: Ingen flyttet sag findes i EDH.
-- ulaest_en: No moved case is in EDH.
-- Bestilt and Udfoert count as Afgjort (sql/explained/1_tilstand.sql).
SELECT
    kommunekode,
    'sag' AS objekttype,
    cast(sag_uuid AS VARCHAR) AS objekt_id,
    sag_uuid,
    'edh' AS sted,
    'edh' AS system,
    cast(NULL AS VARCHAR) AS udfald,
    cast(NULL AS VARCHAR) AS aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM afstemning.flyttet_sag
WHERE
    i_edh
    AND NOT ens_tilstand
    -- A wrong closing stands here and in R15; one that R15 could not judge stands in neither.
    AND if(lukket IS NULL, NOT tilstand_rettet, coalesce(lukning = 'for_tidlig', FALSE));

-- How many moved cases were judged, how many are still to move, how many were corrected?
SELECT
    count(*) FILTER (flyttet.i_edh AND coalesce(flyttet.lukning <> 'kan_ikke_bedoemmes', TRUE)) AS vurderet,
    count(*) FILTER (flyttet.sag_uuid IS NULL OR coalesce(flyttet.lukning = 'kan_ikke_bedoemmes', FALSE)) AS venter,
    count(*) FILTER (
        flyttet.i_edh AND NOT flyttet.ens_tilstand AND flyttet.tilstand_rettet AND flyttet.lukket IS NULL
    ) AS forklaret
FROM afstemning.sagsgrundlag AS grundlag
LEFT JOIN afstemning.flyttet_sag AS flyttet ON grundlag.sag_uuid = flyttet.sag_uuid
WHERE grundlag.system IS NOT NULL;
