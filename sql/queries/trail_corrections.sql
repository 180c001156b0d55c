-- Which corrections were ordered of these cases, and of the notes and documents on them?
-- grain: one row per berigtigelse; the variable sager holds the ids of the cases, the variable objekter those of the
--   notes and documents
-- reads: edh.berigtigelse
-- columns: the correction's own, and noegle: its key as the findings have it
-- empty: nothing was corrected
WITH sager AS (
    SELECT DISTINCT unnest(getvariable('sager')) AS sag_uuid
),

objekter AS (
    SELECT DISTINCT unnest(getvariable('objekter')) AS objekt_id
)

SELECT
    berigtigelse.* EXCLUDE (kommunekode),
    concat_ws(
        '|',
        replace(replace(berigtigelse.anmodning_id, '\', '\\'), '|', '\|'),
        replace(replace(berigtigelse.objekt_id, '\', '\\'), '|', '\|'),
        replace(replace(berigtigelse.felt, '\', '\\'), '|', '\|')
    ) AS noegle
FROM edh.berigtigelse
WHERE
    berigtigelse.sag_uuid IN (SELECT sag_uuid FROM sager)
    OR (
        berigtigelse.objekttype = 'sag'
        AND lower(berigtigelse.objekt_id) IN (SELECT cast(sag_uuid AS VARCHAR) FROM sager)
    )
    OR (
        berigtigelse.objekttype <> 'sag'
        AND if(berigtigelse.objekttype = 'dokument', lower(berigtigelse.objekt_id), berigtigelse.objekt_id)
        IN (SELECT objekt_id FROM objekter)
    )
ORDER BY berigtigelse.udfoert, berigtigelse.anmodning_id, berigtigelse.objekt_id, berigtigelse.felt
