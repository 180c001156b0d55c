-- As which state does each sagstilstand count when two are held against each other?
-- grain: one row per state of the contract
-- reads: nothing; this is a table written by hand
-- columns: fremdrift; taeller_som; gaelder_fra (from when the list of the right side is in use); kilde
-- empty: never
-- gaelder_fra tells since when it is so, for the reader; no row is judged by it.
-- Version 6 of the index knows four states; Bestilt and Udfoert lie between Afgjort and Afsluttet.
SELECT
    skrevet.fremdrift,
    skrevet.taeller_som,
    cast(skrevet.gaelder_fra AS DATE) AS gaelder_fra,
    skrevet.kilde
FROM (
    VALUES
    ('Opstaaet', 'Opstaaet', NULL, 'OIO Sag 1.2 og SF1470 v6'),
    ('Oplyst', 'Oplyst', NULL, 'OIO Sag 1.2 og SF1470 v6'),
    ('Afgjort', 'Afgjort', NULL, 'OIO Sag 1.2 og SF1470 v6'),
    ('Bestilt', 'Afgjort', '2020-01-01', 'findes i OIO Sag 1.2, ikke i SF1470 v6'),
    ('Udfoert', 'Afgjort', '2020-01-01', 'findes i OIO Sag 1.2, ikke i SF1470 v6'),
    ('Afsluttet', 'Afsluttet', NULL, 'OIO Sag 1.2 og SF1470 v6')
) AS skrevet (fremdrift, taeller_som, gaelder_fra, kilde)
