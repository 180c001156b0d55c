-- What is each baseline case, and where is it owed?
-- grain: one row per baseline case
-- reads: foer.dokument_sag, afstemning.leveret, foer.sag, afstemning.tilstand, afstemning.system, afstemning.vindue
-- columns: the case's own; tilstand (its state as it counts); aftryk (of the columns that must stay as they were);
--   overgang (of the system that owes it); har_dokument; skyldes_nyt, skyldes_edh (it is owed there); venter_nyt,
--   venter_edh (the after-delivery cannot yet judge it); graense_edh (what is registered on its EDH case from this
--   instant on is new)
-- empty: there is no baseline
WITH med_dokument AS (
    SELECT DISTINCT sag_uuid FROM foer.dokument_sag
),

leveret AS (
    SELECT
        coalesce(bool_or(sted = 'edh' AND entitet = 'sag'), FALSE) AS edh_sag,
        coalesce(list(system) FILTER (sted = 'nyt' AND entitet = 'sag'), []) AS nyt_sag
    FROM afstemning.leveret
)

SELECT
    sag.kommunekode,
    sag.sag_uuid,
    sag.system,
    sag.sagsnummer,
    sag.part_id,
    tilstand.taeller_som AS tilstand,
    sag.ydelse_til,
    hash(
        sag.titel, sag.kle_emne, sag.kle_facet, sag.part_id, sag.sagsnummer, floor(epoch(sag.oprettet))
    ) AS aftryk,
    ny.overgang,
    vindue.vindue_aar,
    med_dokument.sag_uuid IS NOT NULL AS har_dokument,
    ny.overgang IS NOT NULL AS skyldes_nyt,
    med_dokument.sag_uuid IS NOT NULL AS skyldes_edh,
    NOT coalesce(ny.flyttet AND list_contains(leveret.nyt_sag, sag.system), FALSE) AS venter_nyt,
    NOT leveret.edh_sag OR (sag.system IS NOT NULL AND NOT ny.flyttet_edh) AS venter_edh,
    if(coalesce(ny.flyttet_edh, FALSE), ny.overgang, sag.foer_edh) AS graense_edh
FROM foer.sag
CROSS JOIN leveret
INNER JOIN afstemning.tilstand AS tilstand ON sag.fremdrift = tilstand.fremdrift
LEFT JOIN afstemning.system AS ny ON sag.system = ny.system
LEFT JOIN afstemning.vindue AS vindue ON sag.system = vindue.system
LEFT JOIN med_dokument ON sag.sag_uuid = med_dokument.sag_uuid
