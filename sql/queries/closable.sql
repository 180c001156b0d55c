-- Which EDH cases may be closed now, because every new case tied to them is, and which were closed too early?
-- grain: one row per such case
-- reads: afstemning.fund, afstemning.flyttet_sag, afstemning.sagsgrundlag, edh.sag
-- columns: sagsnummer (EDH's); system (that took the case over); status: 'kan_afsluttes' or 'for_tidlig'; lukket (EDH's closing time); nye_sager and aabne_nye_sager (new cases tied, and of them not closed);
--   nye_lukket (when the last of them was closed); forbehold: the rules that its ties break, so that somebody has to look
--   before the case is closed
-- empty: no open EDH case has all its new cases closed, and none was closed too early
WITH brudt_kobling AS (
    SELECT
        sag_uuid,
        string_agg(DISTINCT regel, ' ' ORDER BY regel) AS regler
    FROM afstemning.fund
    WHERE regel IN ('R09', 'R10')
    GROUP BY sag_uuid
)

SELECT
    flyttet.kommunekode,
    flyttet.sag_uuid,
    sag.sagsnummer,
    flyttet.system,
    if(coalesce(flyttet.lukning = 'for_tidlig', FALSE), 'for_tidlig', 'kan_afsluttes') AS status,
    flyttet.fremdrift,
    flyttet.lukket,
    cast(flyttet.nye_sager AS BIGINT) AS nye_sager,
    cast(flyttet.aabne_nye_sager AS BIGINT) AS aabne_nye_sager,
    flyttet.nye_lukket,
    brudt_kobling.regler AS forbehold
FROM afstemning.flyttet_sag AS flyttet
INNER JOIN edh.sag ON flyttet.sag_uuid = sag.sag_uuid
INNER JOIN afstemning.sagsgrundlag AS grundlag ON flyttet.sag_uuid = grundlag.sag_uuid
LEFT JOIN brudt_kobling ON flyttet.sag_uuid = brudt_kobling.sag_uuid
WHERE
    coalesce(flyttet.lukning = 'for_tidlig', FALSE)
    OR (
        flyttet.fremdrift <> 'Afsluttet'
        AND NOT grundlag.venter_nyt
        AND flyttet.nye_sager > 0
        AND flyttet.aabne_nye_sager = 0
    )
ORDER BY flyttet.kommunekode, status, flyttet.sag_uuid
