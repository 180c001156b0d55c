-- Which cases exchange notes, and in what group, when they are not whole?
-- grain: one row per place, baseline case and case found there
-- reads: afstemning.sagslink, afstemning.aabne_sager
-- columns: gruppe: one name for all cases of a star (one new case with all its old ones, or one old case with all its
--   new ones), within which any note may answer any; null where the links cross and each must be looked up;
--   overgang: a note from then on answers nothing
-- empty: every found case is whole
WITH aabne AS (
    SELECT
        link.*,
        count(*) OVER (PARTITION BY link.sted, link.foer_sag_uuid) AS nye_til_gammel,
        count(*) OVER (PARTITION BY link.sted, link.efter_system, link.efter_sag_uuid) AS gamle_til_ny
    FROM afstemning.sagslink AS link
    SEMI JOIN afstemning.aabne_sager AS sag ON link.sted = sag.sted AND link.foer_sag_uuid = sag.sag_uuid
),

maalt AS (
    SELECT
        *,
        max(nye_til_gammel) OVER efter_sag = 1
        AND min(coalesce(overgang, 'infinity')) OVER efter_sag
        = max(coalesce(overgang, 'infinity')) OVER efter_sag AS om_ny,
        max(gamle_til_ny) OVER (PARTITION BY sted, foer_sag_uuid) = 1 AS om_gammel
    FROM aabne
    WINDOW efter_sag AS (PARTITION BY sted, efter_system, efter_sag_uuid)
)

SELECT
    sted,
    foer_sag_uuid,
    efter_system,
    efter_sag_uuid,
    overgang,
    CASE
        WHEN om_ny THEN concat('ny ', efter_system, ' ', efter_sag_uuid)
        WHEN om_gammel THEN concat('gammel ', foer_sag_uuid)
    END AS gruppe
FROM maalt
