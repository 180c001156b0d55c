-- How many notes did each baseline case have, and what is the sum of the hashes of their fingerprints?
-- grain: one row per baseline case with notes
-- reads: grundlag.journalnotat, foer.sag
-- columns: notater; aftryk (equal notes do not cancel in a sum, as they would under XOR)
-- empty: the baseline has no notes
WITH hver_levering AS (
    SELECT
        kilde,
        udtrukket,
        sag_uuid,
        count(*) AS notater,
        sum(hash(fingeraftryk)) AS aftryk
    FROM grundlag.journalnotat
    GROUP BY kilde, udtrukket, sag_uuid
)

SELECT
    notater.sag_uuid,
    notater.notater,
    notater.aftryk
FROM hver_levering AS notater
INNER JOIN foer.sag
    ON
        notater.sag_uuid = sag.sag_uuid
        AND notater.kilde = sag.kilde
        AND notater.udtrukket = sag.udtrukket
