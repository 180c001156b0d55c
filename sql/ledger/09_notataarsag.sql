-- How did each changed note change?
-- grain: one row per pair of notes that are not the same
-- reads: afstemning.notatpar, afstemning.notat_foer, afstemning.notat_efter, afstemning.stub, afstemning.notattekst (the
--   two normalised texts, and how the new one is the old one misread, of the pairs whose text differs)
-- columns: foer_nummer, aarsag, detalje: of 'afkortet' how many characters it has now, of 'tegnsaet' what was read as
--   what, of 'tidszone' by how many hours it is shifted
-- empty: no note changed
WITH par AS (
    SELECT
        par.foer_nummer,
        par.trin,
        par.sted,
        foer.oprettet AS foer_tid,
        efter.oprettet AS efter_tid,
        (foer.titel IS NOT DISTINCT FROM efter.titel) AS ens_titel,
        par.sted = 'nyt' AND efter.er_stub AND foer.tekst_bytes > stub.over_bytes AS stub,
        tekst.foer_tekst,
        rtrim(tekst.efter_tekst, '…. ' || chr(10)) AS stump,
        tekst.efter_tekst,
        tekst.efter_tegn,
        tekst.fejllaest
    FROM afstemning.notatpar AS par
    CROSS JOIN afstemning.stub AS stub
    INNER JOIN afstemning.notat_foer AS foer ON par.foer_nummer = foer.nummer
    INNER JOIN afstemning.notat_efter AS efter ON par.efter_nummer = efter.nummer
    LEFT JOIN afstemning.notattekst AS tekst ON par.foer_nummer = tekst.foer_nummer
    WHERE par.trin IN (2, 3, 4)
),

tider AS (
    SELECT
        *,
        timezone('Europe/Copenhagen', date_trunc('second', foer_tid)) AS foer_dansk,
        timezone('Europe/Copenhagen', date_trunc('second', efter_tid)) AS efter_dansk,
        timezone('UTC', date_trunc('second', foer_tid)) AS foer_utc,
        timezone('UTC', date_trunc('second', efter_tid)) AS efter_utc
    FROM par
),

bedoemt AS (
    SELECT
        foer_nummer,
        efter_tegn,
        fejllaest,
        cast((epoch(efter_utc) - epoch(foer_utc)) / 3600 AS INTEGER) AS timer,
        CASE
            WHEN trin = 4 AND efter_dansk = date_trunc('day', foer_dansk) THEN 'klokkeslaet_mistet'
            WHEN trin = 4 AND abs(epoch(efter_utc) - epoch(foer_utc)) IN (
                epoch(foer_dansk) - epoch(foer_utc), epoch(efter_dansk) - epoch(efter_utc)
            ) THEN 'tidszone'
            WHEN trin = 4 THEN 'tidspunkt'
            WHEN trin = 3 AND stub THEN 'stub'
            WHEN
                trin = 3
                AND regexp_replace(foer_tekst, '[\s\p{Z}]', '', 'g') = regexp_replace(efter_tekst, '[\s\p{Z}]', '', 'g')
                THEN 'blanktegn'
            WHEN trin = 3 AND fejllaest IS NOT NULL THEN 'tegnsaet'
            WHEN trin = 3 AND starts_with(foer_tekst, stump) AND length(stump) < length(foer_tekst) THEN 'afkortet'
            WHEN trin = 3 THEN 'tekst'
            WHEN NOT ens_titel THEN 'titel_mistet'
            ELSE 'forfatter_mistet'
        END AS aarsag
    FROM tider
)

SELECT
    foer_nummer,
    aarsag,
    CASE aarsag
        WHEN 'afkortet' THEN cast(efter_tegn AS VARCHAR)
        WHEN 'tegnsaet' THEN fejllaest
        WHEN 'tidszone' THEN format('{:+d}', timer)
    END AS detalje
FROM bedoemt
