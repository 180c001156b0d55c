-- What is each case found in EDH now: a baseline case, a copy of one, or one of its own?
-- grain: one row per case in the after-delivery of EDH
-- reads: edh.sag, afstemning.sagsgrundlag, afstemning.system, afstemning.kommune
-- columns: foer_sag_uuid (the baseline case with its id); ens (every column is as it was); kopi_af (the baseline
--   cases, found in EDH themselves, whose sagsnummer and citizen this older case of its own carries; a list); graense
--   (from this instant on, what is on it is new)
-- empty: EDH delivered no cases after
WITH med_graense AS (
    SELECT
        sag.*,
        foer.sag_uuid AS foer_sag_uuid,
        foer.aftryk,
        if(
            foer.sag_uuid IS NOT NULL,
            foer.graense_edh,
            if(coalesce(ny.flyttet_edh, FALSE), ny.overgang, coalesce(ny.foer_edh, kommune.foer_edh))
        ) AS graense
    FROM edh.sag
    CROSS JOIN afstemning.kommune
    LEFT JOIN afstemning.sagsgrundlag AS foer ON sag.sag_uuid = foer.sag_uuid
    LEFT JOIN afstemning.system AS ny ON sag.fagsystem = ny.fagsystem
),

kopi AS (
    SELECT
        egen.sag_uuid,
        list(foer.sag_uuid ORDER BY foer.sag_uuid) AS kopi_af
    FROM med_graense AS egen
    INNER JOIN afstemning.sagsgrundlag AS foer
        ON egen.sagsnummer = foer.sagsnummer AND egen.part_id = foer.part_id
    SEMI JOIN edh.sag AS selv ON foer.sag_uuid = selv.sag_uuid
    WHERE egen.foer_sag_uuid IS NULL AND NOT coalesce(egen.oprettet >= egen.graense, FALSE)
    GROUP BY egen.sag_uuid
)

SELECT
    sag.sag_uuid,
    sag.foer_sag_uuid,
    sag.graense,
    sag.part_id,
    coalesce(
        sag.aftryk = hash(
            sag.titel, sag.kle_emne, sag.kle_facet, sag.part_id, sag.sagsnummer, floor(epoch(sag.oprettet))
        ),
        FALSE
    ) AS ens,
    kopi.kopi_af
FROM med_graense AS sag
LEFT JOIN kopi ON sag.sag_uuid = kopi.sag_uuid
