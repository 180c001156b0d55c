-- How many notes has each case found now, and what is the sum of the hashes of their fingerprints?
-- grain: one row per system and case with notes
-- reads: nyt.journalnotat, edh.journalnotat
-- columns: as foer_aftryk; senest (when the youngest note was written)
-- empty: no notes were delivered after
SELECT
    'nyt' AS sted,
    system,
    sag_uuid,
    count(*) AS notater,
    sum(hash(fingeraftryk)) AS aftryk,
    max(oprettet) AS senest
FROM nyt.journalnotat
GROUP BY system, sag_uuid
UNION ALL
SELECT
    'edh' AS sted,
    'edh' AS system,
    sag_uuid,
    count(*) AS notater,
    sum(hash(fingeraftryk)) AS aftryk,
    max(oprettet) AS senest
FROM edh.journalnotat
GROUP BY sag_uuid
