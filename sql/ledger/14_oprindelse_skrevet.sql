-- Which rows of the origin ledger are written out?
-- grain: one row per object found in EDH and in the new systems, but for the counterparts of whole cases and their notes
-- reads: afstemning.aabne_sager, afstemning.sagstraef, nyt.sag, afstemning.system, afstemning.hele_sager, edh.sag,
--   afstemning.edh_sag, afstemning.notat_efter, afstemning.kommune, afstemning.notatophav, afstemning.notatpar,
--   afstemning.notat_foer, afstemning.dokumentophav, afstemning.afvigelse
-- columns: those of afstemning.oprindelse
-- empty: nothing was found, or every case found is whole and holds no document
WITH svar AS (
    SELECT
        efter_system,
        efter_sag_uuid,
        min(sag_uuid) AS foer_sag_uuid
    FROM afstemning.aabne_sager
    WHERE efter_sag_uuid IS NOT NULL
    GROUP BY efter_system, efter_sag_uuid
),

overtallig AS (
    SELECT DISTINCT
        efter_system,
        efter_sag_uuid
    FROM afstemning.sagstraef
),

ny_sag AS (
    SELECT
        sag.kommunekode,
        'nyt' AS sted,
        sag.system,
        sag.sag_uuid,
        CASE
            WHEN svar.efter_sag_uuid IS NOT NULL THEN 'konverteret'
            WHEN sag.oprettet >= ny.overgang THEN 'ny'
            WHEN overtallig.efter_sag_uuid IS NOT NULL THEN 'dublet'
            ELSE 'ukendt'
        END AS ophav,
        svar.foer_sag_uuid
    FROM nyt.sag
    INNER JOIN afstemning.system AS ny ON sag.system = ny.system
    ANTI JOIN afstemning.hele_sager AS hel
        ON sag.sag_uuid = hel.efter_sag_uuid AND sag.system = hel.efter_system
    LEFT JOIN svar ON sag.sag_uuid = svar.efter_sag_uuid AND sag.system = svar.efter_system
    LEFT JOIN overtallig ON sag.sag_uuid = overtallig.efter_sag_uuid AND sag.system = overtallig.efter_system
),

edh_sag AS (
    SELECT
        sag.kommunekode,
        'edh' AS sted,
        'edh' AS system,
        sag.sag_uuid,
        CASE
            WHEN holdt.foer_sag_uuid IS NOT NULL THEN 'konverteret'
            WHEN sag.oprettet >= holdt.graense THEN 'ny'
            WHEN holdt.kopi_af IS NOT NULL THEN 'dublet'
            ELSE 'ukendt'
        END AS ophav,
        holdt.foer_sag_uuid
    FROM edh.sag
    INNER JOIN afstemning.edh_sag AS holdt ON sag.sag_uuid = holdt.sag_uuid
    ANTI JOIN afstemning.hele_sager AS hel ON sag.sag_uuid = hel.efter_sag_uuid AND hel.efter_system = 'edh'
),

sag AS (
    SELECT
        kommunekode,
        'sag' AS objekttype,
        cast(sag_uuid AS VARCHAR) AS objekt_id,
        sag_uuid,
        sted,
        system,
        ophav,
        cast(foer_sag_uuid AS VARCHAR) AS modpart_id
    FROM (
        SELECT * FROM ny_sag
        UNION ALL
        SELECT * FROM edh_sag
    )
),

notat AS (
    SELECT
        kommune.kommunekode,
        'journalnotat' AS objekttype,
        concat(replace(replace(efter.notat_id, '\', '\\'), '|', '\|'), '|', efter.sag_uuid) AS objekt_id,
        efter.sag_uuid,
        efter.sted,
        efter.system,
        coalesce(ophav.ophav, 'konverteret') AS ophav,
        if(
            foer.nummer IS NULL,
            NULL,
            concat(replace(replace(foer.notat_id, '\', '\\'), '|', '\|'), '|', foer.sag_uuid)
        ) AS modpart_id
    FROM afstemning.notat_efter AS efter
    CROSS JOIN afstemning.kommune
    LEFT JOIN afstemning.notatophav AS ophav ON efter.nummer = ophav.efter_nummer
    LEFT JOIN afstemning.notatpar AS par ON efter.nummer = par.efter_nummer
    LEFT JOIN afstemning.notat_foer AS foer ON par.foer_nummer = foer.nummer
),

alle AS (
    SELECT * FROM sag
    UNION ALL
    SELECT * FROM notat
    UNION ALL
    SELECT
        kommunekode,
        objekttype,
        objekt_id,
        sag_uuid,
        sted,
        system,
        ophav,
        modpart_id
    FROM afstemning.dokumentophav
)

SELECT
    alle.kommunekode,
    alle.objekttype,
    alle.objekt_id,
    alle.sag_uuid,
    alle.sted,
    alle.system,
    if(afvigelse.objekt_id IS NULL, alle.ophav, 'forklaret') AS ophav,
    if(afvigelse.objekt_id IS NULL, NULL, 'afvigelse') AS aarsag,
    alle.modpart_id
FROM alle
LEFT JOIN afstemning.afvigelse
    ON
        alle.objekttype = afvigelse.objekttype
        AND alle.objekt_id = afvigelse.objekt_id
        AND alle.sted = afvigelse.sted
        AND afvigelse.regel IS NULL
        AND NOT afvigelse.udloebet
        AND alle.ophav IN ('ukendt', 'dublet')
ORDER BY alle.sted, alle.system, alle.objekttype, alle.objekt_id
