-- Which note answers which, in one tier of falling strength?
-- grain: one row per pair found in this tier
-- reads: afstemning.notat_foer, afstemning.notat_efter, afstemning.notatlink, afstemning.notatpar (the pairs of the
--   tiers before), and the variable trin
-- columns: sted, foer_nummer, efter_nummer, trin
-- empty: this tier found nothing more
-- trin 1: same fingerprint; 2: same second and same text; 3: same second; 4: same text; all within linked cases.
-- trin 5: same fingerprint on any other case of the place.
-- Run once per tier, in order: SET VARIABLE trin = 1.
WITH foer AS (
    SELECT
        notat.nummer,
        notat.sted,
        notat.sag_uuid,
        notat.overgang,
        notat.linket,
        if(getvariable('trin') = 5, 'alle', notat.gruppe) AS gruppe,
        CASE getvariable('trin')
            WHEN 2 THEN concat(notat.sekund, ' ', notat.tekstaftryk)
            WHEN 3 THEN cast(notat.sekund AS VARCHAR)
            WHEN 4 THEN cast(notat.tekstaftryk AS VARCHAR)
            ELSE cast(notat.fingeraftryk AS VARCHAR)
        END AS noegle
    FROM afstemning.notat_foer AS notat
    ANTI JOIN afstemning.notatpar AS par ON notat.nummer = par.foer_nummer
    -- Beyond the linked cases only the very same note counts, so its own time tells whether it may be answered.
    WHERE if(getvariable('trin') = 5, coalesce(notat.oprettet < notat.overgang, TRUE), notat.linket)
),

efter AS (
    SELECT
        notat.nummer,
        notat.sted,
        notat.system,
        notat.sag_uuid,
        notat.oprettet,
        if(getvariable('trin') = 5, 'alle', notat.gruppe) AS gruppe,
        CASE getvariable('trin')
            WHEN 2 THEN concat(notat.sekund, ' ', notat.tekstaftryk)
            WHEN 3 THEN cast(notat.sekund AS VARCHAR)
            WHEN 4 THEN cast(notat.tekstaftryk AS VARCHAR)
            ELSE cast(notat.fingeraftryk AS VARCHAR)
        END AS noegle
    FROM afstemning.notat_efter AS notat
    ANTI JOIN afstemning.notatpar AS par ON notat.nummer = par.efter_nummer
    WHERE getvariable('trin') = 5 OR notat.gruppe IS NULL OR notat.kan_svare
),

-- Within a group any note may answer any: the first meets the first, the second the second.
foer_i_gruppe AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY sted, gruppe, noegle ORDER BY nummer) AS plads
    FROM foer
    WHERE gruppe IS NOT NULL
),

efter_i_gruppe AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY sted, gruppe, noegle ORDER BY nummer) AS plads
    FROM efter
    WHERE gruppe IS NOT NULL
),

-- Where links cross, each baseline note in turn takes the first candidate that nobody took before it.
paa_tvaers AS (
    SELECT
        foer.sted,
        foer.noegle,
        foer.nummer,
        list(efter.nummer ORDER BY efter.nummer) AS kandidater
    FROM foer
    INNER JOIN afstemning.notatlink AS link ON foer.sted = link.sted AND foer.sag_uuid = link.foer_sag_uuid
    INNER JOIN efter
        ON
            link.sted = efter.sted
            AND link.efter_system = efter.system
            AND link.efter_sag_uuid = efter.sag_uuid
            AND foer.noegle = efter.noegle
            AND coalesce(foer.overgang > efter.oprettet, TRUE)
    WHERE foer.gruppe IS NULL
    GROUP BY foer.sted, foer.noegle, foer.nummer
),

i_tur AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY sted, noegle ORDER BY nummer) AS tur
    FROM paa_tvaers
),

valg AS (
    WITH RECURSIVE trinvis AS (
        SELECT
            sted,
            noegle,
            nummer,
            tur,
            kandidater[1] AS valgt,
            [kandidater[1]] AS brugt
        FROM i_tur
        WHERE tur = 1
        UNION ALL
        SELECT
            i_tur.sted,
            i_tur.noegle,
            i_tur.nummer,
            i_tur.tur,
            list_filter(i_tur.kandidater, lambda x: NOT list_contains(trinvis.brugt, x))[1] AS valgt,
            list_append(
                trinvis.brugt,
                list_filter(i_tur.kandidater, lambda x: NOT list_contains(trinvis.brugt, x))[1]
            ) AS brugt
        FROM trinvis
        INNER JOIN i_tur
            ON
                trinvis.sted = i_tur.sted
                AND trinvis.noegle = i_tur.noegle
                AND i_tur.tur = trinvis.tur + 1
    )

    SELECT * FROM trinvis
)

SELECT
    foer.sted,
    foer.nummer AS foer_nummer,
    efter.nummer AS efter_nummer,
    getvariable('trin') AS trin
FROM foer_i_gruppe AS foer
INNER JOIN efter_i_gruppe AS efter USING (sted, gruppe, noegle, plads)
UNION ALL
SELECT
    sted,
    nummer AS foer_nummer,
    valgt AS efter_nummer,
    getvariable('trin') AS trin
FROM valg
WHERE valgt IS NOT NULL
