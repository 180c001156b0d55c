-- Which documents does the index have?
-- grain: one row per Dokument of the answers
-- reads: dokument
-- columns: the contract's, and linje; master as in indeks_sag.sql
SELECT
    dokument_uuid,
    titel,
    master,
    sts_tidspunkt,
    linje
FROM dokument
