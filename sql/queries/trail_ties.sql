-- Which nøglepose rows lead to or from these cases, and do both their ends exist?
-- grain: one row per nøglepose row; the variable sager holds the ids of the cases, old and new
-- reads: nyt.noeglepose, nyt.sag, edh.sag
-- columns: the row's own; ny_findes, edh_findes; en_borger (row, new case and EDH case have one citizen; null where an
--   end is missing)
-- empty: no row ties any of the cases
WITH spurgt AS (
    SELECT unnest(getvariable('sager')) AS sag_uuid
)

SELECT
    noeglepose.system,
    noeglepose.ny_sag_uuid,
    noeglepose.edh_sag_uuid,
    noeglepose.part_id,
    noeglepose.dannet,
    noeglepose.batch,
    ny.sag_uuid IS NOT NULL AS ny_findes,
    edh.sag_uuid IS NOT NULL AS edh_findes,
    noeglepose.part_id = ny.part_id AND noeglepose.part_id = edh.part_id AS en_borger,
    noeglepose.linje
FROM nyt.noeglepose
LEFT JOIN nyt.sag AS ny ON noeglepose.ny_sag_uuid = ny.sag_uuid AND noeglepose.system = ny.system
LEFT JOIN edh.sag AS edh ON noeglepose.edh_sag_uuid = edh.sag_uuid
WHERE
    noeglepose.ny_sag_uuid IN (SELECT sag_uuid FROM spurgt)
    OR noeglepose.edh_sag_uuid IN (SELECT sag_uuid FROM spurgt)
ORDER BY noeglepose.system, noeglepose.ny_sag_uuid, noeglepose.edh_sag_uuid
