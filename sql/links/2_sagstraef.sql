-- Which cases of the new systems can a baseline case be, and by what road?
-- grain: one row per baseline case and new case that meet
-- reads: afstemning.sagsgrundlag, afstemning.system, afstemning.tilstand, nyt.sag, nyt.noeglepose
-- columns: vej: 'noeglepose' (tied, right citizen and system), 'noeglepose_forkert' (tied, but wrong citizen or
--   system), 'sagsnummer' (same sagsnummer and citizen in the right system), 'andet_system' (the same, in another
--   new system), 'anden_borger' (same sagsnummer in the right system, another citizen, and nobody else's);
--   dannet (when the nøglepose row was made); er_ny (born at or after its own system's transition);
--   ens (every column is as it was; the state counts only where the new system has not moved the case on since)
-- empty: no baseline case was found in any new system
WITH grundlag AS (
    SELECT *
    FROM afstemning.sagsgrundlag
    WHERE system IS NOT NULL
),

ny_sag AS (
    SELECT
        sag.system,
        sag.sag_uuid,
        sag.sagsnummer,
        sag.part_id,
        tilstand.taeller_som AS tilstand,
        sag.fremdrift_fra,
        hash(
            sag.titel, sag.kle_emne, sag.kle_facet, sag.part_id, sag.sagsnummer, floor(epoch(sag.oprettet))
        ) AS aftryk,
        coalesce(sag.oprettet >= ny.overgang, FALSE) AS er_ny
    FROM nyt.sag
    INNER JOIN afstemning.tilstand AS tilstand ON sag.fremdrift = tilstand.fremdrift
    INNER JOIN afstemning.system AS ny ON sag.system = ny.system
),

bundet AS (
    SELECT
        grundlag.sag_uuid AS foer_sag_uuid,
        ny_sag.system AS efter_system,
        ny_sag.sag_uuid AS efter_sag_uuid,
        if(
            ny_sag.system = grundlag.system AND ny_sag.part_id = grundlag.part_id,
            'noeglepose', 'noeglepose_forkert'
        ) AS vej,
        noeglepose.dannet,
        ny_sag.er_ny,
        grundlag.aftryk = ny_sag.aftryk
        AND (
            coalesce(ny_sag.fremdrift_fra >= grundlag.overgang, TRUE)
            OR grundlag.tilstand = ny_sag.tilstand
        ) AS ens
    FROM nyt.noeglepose
    INNER JOIN grundlag ON noeglepose.edh_sag_uuid = grundlag.sag_uuid
    INNER JOIN ny_sag ON noeglepose.ny_sag_uuid = ny_sag.sag_uuid AND noeglepose.system = ny_sag.system
),

paa_nummer AS (
    SELECT
        grundlag.sag_uuid AS foer_sag_uuid,
        ny_sag.system AS efter_system,
        ny_sag.sag_uuid AS efter_sag_uuid,
        if(ny_sag.system = grundlag.system, 'sagsnummer', 'andet_system') AS vej,
        cast(NULL AS TIMESTAMPTZ) AS dannet,
        ny_sag.er_ny,
        grundlag.aftryk = ny_sag.aftryk
        AND (
            coalesce(ny_sag.fremdrift_fra >= grundlag.overgang, TRUE)
            OR grundlag.tilstand = ny_sag.tilstand
        ) AS ens
    FROM grundlag
    INNER JOIN ny_sag ON grundlag.part_id = ny_sag.part_id AND grundlag.sagsnummer = ny_sag.sagsnummer
    ANTI JOIN bundet
        ON
            grundlag.sag_uuid = bundet.foer_sag_uuid
            AND ny_sag.sag_uuid = bundet.efter_sag_uuid
            AND ny_sag.system = bundet.efter_system
),

fundet AS (
    SELECT * FROM bundet
    UNION ALL
    SELECT * FROM paa_nummer
),

-- Whoever is left meets, sagsnummer by sagsnummer, the new cases that answer nobody, each in order of id.
ikke_fundet AS (
    SELECT
        system,
        sagsnummer,
        sag_uuid,
        row_number() OVER (PARTITION BY system, sagsnummer ORDER BY sag_uuid) AS nummer
    FROM grundlag
    ANTI JOIN fundet ON grundlag.sag_uuid = fundet.foer_sag_uuid
),

ledig AS (
    SELECT
        ny_sag.system,
        ny_sag.sagsnummer,
        ny_sag.sag_uuid,
        ny_sag.er_ny,
        row_number() OVER (PARTITION BY ny_sag.system, ny_sag.sagsnummer ORDER BY ny_sag.sag_uuid) AS nummer
    FROM ny_sag
    SEMI JOIN ikke_fundet ON ny_sag.sagsnummer = ikke_fundet.sagsnummer AND ny_sag.system = ikke_fundet.system
    ANTI JOIN fundet ON ny_sag.sag_uuid = fundet.efter_sag_uuid AND ny_sag.system = fundet.efter_system
)

SELECT * FROM fundet
UNION ALL
SELECT
    ikke_fundet.sag_uuid AS foer_sag_uuid,
    ledig.system AS efter_system,
    ledig.sag_uuid AS efter_sag_uuid,
    'anden_borger' AS vej,
    cast(NULL AS TIMESTAMPTZ) AS dannet,
    ledig.er_ny,
    FALSE AS ens
FROM ikke_fundet
INNER JOIN ledig USING (system, sagsnummer, nummer)
