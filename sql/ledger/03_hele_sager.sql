-- Which cases are whole: found once, as they were, and every note with them?
-- grain: one row per place and whole case; their notes answer one another one to one, so they need not be written out
-- reads: afstemning.sagsudfald, afstemning.sagslink, afstemning.foer_aftryk, afstemning.efter_aftryk
-- columns: udfald: 'bevaret' or 'afventer' where the case is owed, null where nothing is; notater (how many)
-- empty: no case is whole
-- A case's notes are compared by their number and by the sum of the hashes of their fingerprints. Whatever differs is
-- opened and compared note by note.
WITH kandidat AS (
    SELECT
        sag.kommunekode,
        sag.sted,
        sag.system,
        sag.sag_uuid,
        sag.efter_system,
        sag.efter_sag_uuid,
        if(sag.skyldes, sag.udfald, NULL) AS udfald,
        sag.overgang
    FROM afstemning.sagsudfald AS sag
    WHERE sag.fund = 'fundet' AND sag.udfald IN ('bevaret', 'afventer')
),

-- A new case that several old ones became is opened.
delt AS (
    SELECT
        efter_system,
        efter_sag_uuid
    FROM afstemning.sagslink
    WHERE sted = 'nyt'
    GROUP BY efter_system, efter_sag_uuid
    HAVING count(*) > 1
)

SELECT
    kandidat.kommunekode,
    kandidat.sted,
    kandidat.system,
    kandidat.sag_uuid,
    kandidat.efter_system,
    kandidat.efter_sag_uuid,
    kandidat.udfald,
    coalesce(foer_aftryk.notater, 0) AS notater
FROM kandidat
ANTI JOIN delt
    ON
        kandidat.sted = 'nyt'
        AND kandidat.efter_system = delt.efter_system
        AND kandidat.efter_sag_uuid = delt.efter_sag_uuid
LEFT JOIN afstemning.foer_aftryk AS foer_aftryk ON kandidat.sag_uuid = foer_aftryk.sag_uuid
LEFT JOIN afstemning.efter_aftryk AS efter_aftryk
    ON kandidat.efter_sag_uuid = efter_aftryk.sag_uuid AND kandidat.efter_system = efter_aftryk.system
WHERE
    foer_aftryk.notater IS NOT DISTINCT FROM efter_aftryk.notater
    AND foer_aftryk.aftryk IS NOT DISTINCT FROM efter_aftryk.aftryk
    AND coalesce(efter_aftryk.senest < kandidat.overgang, TRUE)
