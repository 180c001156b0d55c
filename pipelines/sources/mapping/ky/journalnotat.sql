-- Which notes lie on which cases in KY?
-- grain: one row for each note and each case that it lies on.
-- reads: journalnotater. The quotes keep KY's capitals out of the names of the result.
-- empty: KY delivered no notes.
WITH lagt AS (
    SELECT
        *,
        unnest(string_split(sager, ',')) AS sag
    FROM journalnotater
)

SELECT
    "Notat-id" AS notat_id,
    trim(sag) AS sag_uuid,
    "Oprettet" AS oprettet, -- noqa: RF06
    "Forfatter" AS forfatter, -- noqa: RF06
    skabelontitel AS titel,
    "Tekst" AS tekst, -- noqa: RF06
    'html' AS format,
    linje
FROM lagt
