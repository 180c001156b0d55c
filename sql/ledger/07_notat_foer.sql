-- Which baseline notes have to be looked for one by one?
-- grain: one row per place and baseline note of a case that is not whole there, where it can be answered at all
-- reads: afstemning.notatlink, afstemning.aabne_sager, grundlag.journalnotat, afstemning.notat_efter, foer.sag,
--   afstemning.sagsgrundlag, afstemning.sagsudfald
-- columns: nummer (their order, by sag_uuid and notat_id), sekund (oprettet, seconds since 1970), gruppe, overgang,
--   linket (its case was found here)
-- empty: every case is whole
WITH grupper AS (
    SELECT DISTINCT
        sted,
        foer_sag_uuid,
        gruppe
    FROM afstemning.notatlink
),

aaben AS (
    SELECT
        sag.sted,
        sag.sag_uuid,
        sag.overgang,
        grupper.gruppe,
        grupper.sted IS NOT NULL AS linket
    FROM afstemning.aabne_sager AS sag
    LEFT JOIN grupper ON sag.sted = grupper.sted AND sag.sag_uuid = grupper.foer_sag_uuid
),

-- Cut down to the few that matter before the delivery they must be taken from is looked up.
paa_aaben_sag AS (
    SELECT notat.*
    FROM grundlag.journalnotat AS notat
    SEMI JOIN aaben ON notat.sag_uuid = aaben.sag_uuid
),

-- Where a case is neither owed nor found, a note counts only when the very same one lies there all the same.
steder_med_flere_sager AS (
    SELECT alle.sted
    FROM (
        SELECT
            'edh' AS sted,
            count(*) AS sager
        FROM afstemning.sagsgrundlag
        UNION ALL
        SELECT
            'nyt' AS sted,
            count(system) AS sager
        FROM afstemning.sagsgrundlag
    ) AS alle
    LEFT JOIN (
        SELECT
            sted,
            count(*) AS sager
        FROM afstemning.sagsudfald
        GROUP BY sted
    ) AS bedoemt ON alle.sted = bedoemt.sted
    WHERE alle.sager > coalesce(bedoemt.sager, 0)
),

fundet_aftryk AS (
    SELECT DISTINCT
        efter.sted,
        efter.fingeraftryk
    FROM afstemning.notat_efter AS efter
    SEMI JOIN steder_med_flere_sager ON efter.sted = steder_med_flere_sager.sted
),

ligger_der_nu AS (
    SELECT notat.*
    FROM grundlag.journalnotat AS notat
    SEMI JOIN fundet_aftryk ON notat.fingeraftryk = fundet_aftryk.fingeraftryk
),

notater AS (
    SELECT
        aaben.*,
        notat.* EXCLUDE (sag_uuid)
    FROM paa_aaben_sag AS notat
    INNER JOIN foer.sag
        ON notat.sag_uuid = sag.sag_uuid AND notat.kilde = sag.kilde AND notat.udtrukket = sag.udtrukket
    INNER JOIN aaben ON notat.sag_uuid = aaben.sag_uuid
    UNION ALL
    SELECT
        efter.sted,
        notat.sag_uuid,
        foer.overgang,
        NULL AS gruppe,
        FALSE AS linket,
        notat.* EXCLUDE (sag_uuid)
    FROM ligger_der_nu AS notat
    INNER JOIN foer.sag
        ON notat.sag_uuid = sag.sag_uuid AND notat.kilde = sag.kilde AND notat.udtrukket = sag.udtrukket
    INNER JOIN fundet_aftryk AS efter ON notat.fingeraftryk = efter.fingeraftryk
    INNER JOIN afstemning.sagsgrundlag AS foer ON notat.sag_uuid = foer.sag_uuid
    ANTI JOIN afstemning.sagsudfald AS udfald ON efter.sted = udfald.sted AND notat.sag_uuid = udfald.sag_uuid
    WHERE efter.sted = 'edh' OR foer.system IS NOT NULL
)

SELECT
    row_number() OVER (ORDER BY sted, sag_uuid, notat_id) AS nummer,
    sted,
    notat_id,
    sag_uuid,
    kilde,
    udtrukket,
    oprettet,
    cast(floor(epoch(oprettet)) AS BIGINT) AS sekund,
    titel,
    tekst_bytes,
    tekstaftryk,
    fingeraftryk,
    overgang,
    gruppe,
    linket
FROM notater
