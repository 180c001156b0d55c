-- Which notes lay on these cases before, and lie on them now?
-- grain: one row per note, case and place; the variable sager holds the ids of the cases, old and new
-- reads: foer.journalnotat, edh.journalnotat, nyt.journalnotat
-- columns: sted, system, kilde and udtrukket (of the baseline's delivery), linje, objekt_id, and the note's own columns
-- empty: no note lies on any of the cases
WITH notat AS (
    SELECT
        'foer' AS sted,
        kilde AS system,
        kilde,
        udtrukket,
        * EXCLUDE (kommunekode, kilde, udtrukket, system)
    FROM foer.journalnotat
    UNION ALL BY NAME
    SELECT
        'edh' AS sted,
        'edh' AS system,
        * EXCLUDE (kommunekode)
    FROM edh.journalnotat
    UNION ALL BY NAME
    SELECT
        'nyt' AS sted,
        * EXCLUDE (kommunekode)
    FROM nyt.journalnotat
)

SELECT
    notat.*,
    concat(replace(replace(notat.notat_id, '\', '\\'), '|', '\|'), '|', notat.sag_uuid) AS objekt_id
FROM notat
WHERE list_contains(getvariable('sager'), notat.sag_uuid)
ORDER BY list_position(['foer', 'edh', 'nyt'], notat.sted), notat.system, notat.oprettet, notat.notat_id, notat.sag_uuid
