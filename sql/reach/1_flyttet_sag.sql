-- What does EDH show now of each case that has moved, and of the new cases tied to it?
-- grain: one row per baseline case whose system took over before EDH's after-delivery was extracted
-- reads: nyt.noeglepose, nyt.sag, edh.berigtigelse, afstemning.leveret, foer.sag, afstemning.sagsgrundlag,
--   afstemning.system, afstemning.tilstand, edh.sag
-- columns: i_edh (EDH has it); foer_fremdrift and fremdrift (its state before and now); ens_tilstand (they count as the
--   same); tilstand_rettet (a berigtigelse names its state); lukket (when EDH's case was closed, null where it is not
--   closed); lukket_foer (closed in the baseline already); nye_sager (new cases tied by nøglepose), aabne_nye_sager (of
--   them not closed), nye_lukket (when the last of them was closed); uden_noeglepose (none is tied, and the new system did
--   not deliver its nøglepose); lukning, of a case closed since the baseline: 'ret', 'for_tidlig', or 'kan_ikke_bedoemmes'
--   where the new system's delivery is too old, or lacks what would tell
-- empty: no system has moved
WITH ny_sag AS (
    SELECT DISTINCT
        noeglepose.edh_sag_uuid AS foer_sag_uuid,
        sag.system,
        sag.sag_uuid,
        sag.fremdrift = 'Afsluttet' AS er_lukket,
        coalesce(sag.afsluttet, sag.fremdrift_fra) AS lukket
    FROM nyt.noeglepose
    INNER JOIN nyt.sag ON noeglepose.ny_sag_uuid = sag.sag_uuid AND noeglepose.system = sag.system
),

bundet AS (
    SELECT
        foer_sag_uuid,
        count(*) AS nye_sager,
        count_if(NOT er_lukket) AS aabne_nye_sager,
        max(lukket) FILTER (er_lukket) AS nye_lukket
    FROM ny_sag
    GROUP BY foer_sag_uuid
),

rettet_tilstand AS (
    SELECT DISTINCT lower(objekt_id) AS sag_uuid
    FROM edh.berigtigelse
    WHERE objekttype = 'sag' AND felt = 'fremdrift'
),

noeglepose_leveret AS (
    SELECT DISTINCT system
    FROM afstemning.leveret
    WHERE sted = 'nyt' AND entitet = 'noeglepose'
),

holdt_op AS (
    SELECT
        foer.kommunekode,
        foer.sag_uuid,
        foer.system,
        ny.overgang,
        ny.efter,
        grundlag.har_dokument,
        grundlag.venter_nyt,
        edh.sag_uuid IS NOT NULL AS i_edh,
        foer.fremdrift AS foer_fremdrift,
        edh.fremdrift,
        grundlag.tilstand = tilstand.taeller_som AS ens_tilstand,
        rettet_tilstand.sag_uuid IS NOT NULL AS tilstand_rettet,
        edh.fremdrift_fra,
        edh.sagstype,
        foer.livscyklus AS foer_livscyklus,
        edh.livscyklus,
        if(edh.fremdrift = 'Afsluttet', coalesce(edh.afsluttet, edh.fremdrift_fra), NULL) AS lukket,
        foer.fremdrift = 'Afsluttet' AS lukket_foer,
        coalesce(bundet.nye_sager, 0) AS nye_sager,
        coalesce(bundet.aabne_nye_sager, 0) AS aabne_nye_sager,
        bundet.nye_lukket,
        bundet.nye_sager IS NULL AND leveret.system IS NULL AS uden_noeglepose
    FROM foer.sag AS foer
    INNER JOIN afstemning.sagsgrundlag AS grundlag ON foer.sag_uuid = grundlag.sag_uuid
    INNER JOIN afstemning.system AS ny ON foer.system = ny.system
    LEFT JOIN edh.sag AS edh ON foer.sag_uuid = edh.sag_uuid
    LEFT JOIN afstemning.tilstand AS tilstand ON edh.fremdrift = tilstand.fremdrift
    LEFT JOIN bundet ON foer.sag_uuid = bundet.foer_sag_uuid
    LEFT JOIN noeglepose_leveret AS leveret ON foer.system = leveret.system
    LEFT JOIN rettet_tilstand ON cast(foer.sag_uuid AS VARCHAR) = rettet_tilstand.sag_uuid
    WHERE ny.flyttet_edh
)

SELECT
    kommunekode,
    sag_uuid,
    system,
    overgang,
    har_dokument,
    i_edh,
    foer_fremdrift,
    fremdrift,
    ens_tilstand,
    tilstand_rettet,
    fremdrift_fra,
    sagstype,
    foer_livscyklus,
    livscyklus,
    lukket,
    lukket_foer,
    nye_sager,
    aabne_nye_sager,
    nye_lukket,
    uden_noeglepose,
    CASE
        WHEN lukket IS NULL OR lukket_foer THEN NULL
        WHEN venter_nyt OR uden_noeglepose OR lukket > efter THEN 'kan_ikke_bedoemmes'
        WHEN nye_sager > 0 AND aabne_nye_sager = 0 AND nye_lukket <= lukket THEN 'ret'
        ELSE 'for_tidlig'
    END AS lukning
FROM holdt_op
