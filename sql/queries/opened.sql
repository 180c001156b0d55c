-- Which cases were whole in the other run and have to be looked into, because this run does not say the same of them?
-- grain: one row per place and case that was bevaret and whole in the other run (hin)
-- reads: hin.afstemning.hele_sager, denne.afstemning.hele_sager, hin.afstemning.pligt_skrevet,
--   denne.afstemning.pligt_skrevet, sammenligning.notataftryk
-- columns: sted, sag_uuid, system (that owed it)
-- empty: every case that was whole is whole still, with the notes that it had
WITH med_skrevne_notater AS (
    SELECT
        sted,
        sag_uuid
    FROM hin.afstemning.pligt_skrevet
    WHERE objekttype = 'journalnotat'
    UNION
    SELECT
        sted,
        sag_uuid
    FROM denne.afstemning.pligt_skrevet
    WHERE objekttype = 'journalnotat'
),

-- Where both rest on one baseline no prints are taken, and equal numbers are equal notes.
foer_aftryk AS (
    SELECT
        sag_uuid,
        aftryk
    FROM sammenligning.notataftryk
    WHERE side = 'hin'
),

nu_aftryk AS (
    SELECT
        sag_uuid,
        aftryk
    FROM sammenligning.notataftryk
    WHERE side = 'denne'
),

stadig_hel AS (
    SELECT
        foer.sted,
        foer.sag_uuid
    FROM hin.afstemning.hele_sager AS foer
    INNER JOIN denne.afstemning.hele_sager AS nu ON foer.sted = nu.sted AND foer.sag_uuid = nu.sag_uuid
    ANTI JOIN med_skrevne_notater AS skrevet ON foer.sted = skrevet.sted AND foer.sag_uuid = skrevet.sag_uuid
    LEFT JOIN foer_aftryk ON foer.sag_uuid = foer_aftryk.sag_uuid
    LEFT JOIN nu_aftryk ON foer.sag_uuid = nu_aftryk.sag_uuid
    WHERE
        nu.udfald = 'bevaret'
        AND foer.notater = nu.notater
        AND (foer_aftryk.aftryk IS NOT DISTINCT FROM nu_aftryk.aftryk)
)

SELECT
    foer.sted,
    foer.sag_uuid,
    foer.system
FROM hin.afstemning.hele_sager AS foer
ANTI JOIN stadig_hel ON foer.sted = stadig_hel.sted AND foer.sag_uuid = stadig_hel.sag_uuid
WHERE foer.udfald = 'bevaret'
