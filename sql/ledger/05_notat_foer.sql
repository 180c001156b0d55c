-- Which baseline notes have to be looked for one by one?
-- grain: one row per place and baseline note of a case that is not whole there
-- reads: foer.journalnotat, afstemning.sagsgrundlag, afstemning.hele_sager, afstemning.notatlink
-- columns: nummer (their order, by sag_uuid and notat_id), sekund (oprettet, seconds since 1970), gruppe, overgang,
--   linket (its case was found here)
-- empty: every case is whole
WITH sted AS (
    SELECT
        sag_uuid,
        overgang,
        unnest(if(system IS NULL, ['edh'], ['edh', 'nyt'])) AS sted
    FROM afstemning.sagsgrundlag
),

aaben AS (
    SELECT
        sted.sted,
        sted.sag_uuid,
        sted.overgang
    FROM sted
    ANTI JOIN afstemning.hele_sager AS hel ON sted.sted = hel.sted AND sted.sag_uuid = hel.sag_uuid
),

grupper AS (
    SELECT DISTINCT
        sted,
        foer_sag_uuid,
        gruppe
    FROM afstemning.notatlink
)

SELECT
    row_number() OVER (ORDER BY aaben.sted, notat.sag_uuid, notat.notat_id) AS nummer,
    aaben.sted,
    notat.notat_id,
    notat.sag_uuid,
    notat.kilde,
    notat.udtrukket,
    notat.oprettet,
    cast(floor(epoch(notat.oprettet)) AS BIGINT) AS sekund,
    notat.titel,
    notat.tekst_bytes,
    notat.tekstaftryk,
    notat.fingeraftryk,
    aaben.overgang,
    grupper.gruppe,
    grupper.sted IS NOT NULL AS linket
FROM foer.journalnotat AS notat
INNER JOIN aaben ON notat.sag_uuid = aaben.sag_uuid
LEFT JOIN grupper ON aaben.sted = grupper.sted AND aaben.sag_uuid = grupper.foer_sag_uuid
