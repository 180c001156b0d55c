-- How many notes did each baseline case have, and what is the sum of the hashes of their fingerprints?
-- grain: one row per baseline case with notes
-- reads: foer.journalnotat
-- columns: notater; aftryk (equal notes do not cancel in a sum, as they would under XOR)
-- empty: the baseline has no notes
SELECT
    sag_uuid,
    count(*) AS notater,
    sum(hash(fingeraftryk)) AS aftryk
FROM foer.journalnotat
GROUP BY sag_uuid
