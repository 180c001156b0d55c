-- How large must a note be for a stub to stand in its place?
-- grain: one row
-- reads: nothing; this is a table written by hand
-- columns: over_bytes (bytes of UTF-8 of the note as it was delivered); gaelder_fra; kilde
-- empty: never
-- gaelder_fra tells since when it is so, for the reader; no row is judged by it.
SELECT
    102400 AS over_bytes,
    cast(NULL AS DATE) AS gaelder_fra,
    'SF1470: et notat i indekset er højst 100 KB' AS kilde
