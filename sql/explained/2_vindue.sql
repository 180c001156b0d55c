-- Which new system takes a closed case only when the right to the benefit ended late enough?
-- grain: one row per new system with such a window
-- reads: nothing; this is a table written by hand
-- columns: system; vindue_aar (the year of the transition and so many before it: 2020 gives after 31.12.2016);
--   gaelder_fra; kilde
-- empty: every system takes every case
-- gaelder_fra tells since when it is so, for the reader; no row is judged by it.
SELECT
    skrevet.system,
    skrevet.vindue_aar,
    cast(skrevet.gaelder_fra AS DATE) AS gaelder_fra,
    skrevet.kilde
FROM (
    VALUES ('ksd', 3, '2020-01-01', 'KSD tager afsluttede sager fra overgangsåret og de tre år før')
) AS skrevet (system, vindue_aar, gaelder_fra, kilde)
