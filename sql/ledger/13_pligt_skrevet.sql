-- Which rows of the obligation ledger are written out?
-- grain: one row per baseline object and place it must be found in, but for whole cases and their notes
-- reads: afstemning.leveret, afstemning.aabne_sager, edh.berigtigelse, afstemning.notatophav, afstemning.notat_foer,
--   afstemning.notatpar, afstemning.notat_efter, afstemning.notataarsag, afstemning.hele_sager, foer.journalnotat,
--   nyt.journalnotat, edh.journalnotat, afstemning.dokumentudfald, afstemning.afvigelse
-- columns: those of afstemning.pligt
-- empty: nothing is owed, or every case is whole and EDH held no document
WITH leveret_notat AS (
    SELECT DISTINCT
        sted,
        system
    FROM afstemning.leveret
    WHERE entitet = 'journalnotat'
),

sag AS (
    SELECT
        sag.kommunekode,
        'sag' AS objekttype,
        cast(sag.sag_uuid AS VARCHAR) AS objekt_id,
        sag.sag_uuid,
        sag.sted,
        sag.system,
        sag.udfald,
        sag.aarsag,
        cast(sag.efter_sag_uuid AS VARCHAR) AS modpart_id
    FROM afstemning.aabne_sager AS sag
    WHERE sag.skyldes
),

rettet_notat AS (
    SELECT DISTINCT objekt_id
    FROM edh.berigtigelse
    WHERE objekttype = 'journalnotat'
),

dubleret AS (
    SELECT DISTINCT
        sted,
        notat_id,
        sag_uuid
    FROM afstemning.notatophav
    WHERE ophav = 'dublet'
),

notat_maalt AS (
    SELECT
        sag.kommunekode,
        foer.sted,
        sag.system,
        foer.notat_id,
        foer.sag_uuid,
        sag.udfald = 'afventer' OR leveret_notat.sted IS NULL AS venter,
        coalesce(sag.aarsag = 'uden_for_vindue', FALSE) AS uden_for_vindue,
        sag.fund,
        par.trin,
        aarsag.aarsag,
        dubleret.notat_id IS NOT NULL AS dubleret,
        foer.sted = 'edh' AND rettet_notat.objekt_id IS NOT NULL AS rettet,
        efter.notat_id AS efter_notat_id,
        efter.sag_uuid AS efter_sag_uuid
    FROM afstemning.notat_foer AS foer
    INNER JOIN afstemning.aabne_sager AS sag ON foer.sted = sag.sted AND foer.sag_uuid = sag.sag_uuid
    LEFT JOIN leveret_notat ON sag.sted = leveret_notat.sted AND sag.system = leveret_notat.system
    LEFT JOIN afstemning.notatpar AS par ON foer.nummer = par.foer_nummer
    LEFT JOIN afstemning.notat_efter AS efter ON par.efter_nummer = efter.nummer
    LEFT JOIN afstemning.notataarsag AS aarsag ON foer.nummer = aarsag.foer_nummer
    LEFT JOIN dubleret
        ON
            foer.sted = dubleret.sted
            AND foer.notat_id = dubleret.notat_id
            AND foer.sag_uuid = dubleret.sag_uuid
    LEFT JOIN rettet_notat ON efter.notat_id = rettet_notat.objekt_id
    WHERE sag.skyldes
),

notat AS (
    SELECT
        *,
        CASE
            WHEN venter THEN 'afventer'
            WHEN trin IS NULL AND uden_for_vindue THEN 'forklaret'
            WHEN trin IS NULL THEN 'mangler'
            WHEN trin = 5 OR fund = 'fejlplaceret' THEN 'fejlplaceret'
            WHEN dubleret THEN 'dubleret'
            WHEN trin > 1 AND NOT (rettet OR aarsag = 'stub') THEN 'aendret'
            WHEN fund = 'ulinket' THEN 'ulinket'
            WHEN trin > 1 THEN 'forklaret'
            ELSE 'bevaret'
        END AS udfald
    FROM notat_maalt
),

-- A whole case's note is written out after all when it was found once more elsewhere.
dubleret_i_hel_sag AS (
    SELECT
        hel.kommunekode,
        hel.sted,
        hel.system,
        dubleret.notat_id,
        dubleret.sag_uuid,
        hel.udfald,
        max(efter.notat_id) AS efter_notat_id,
        hel.efter_sag_uuid
    FROM dubleret
    INNER JOIN afstemning.hele_sager AS hel ON dubleret.sted = hel.sted AND dubleret.sag_uuid = hel.sag_uuid
    INNER JOIN foer.journalnotat AS foer
        ON dubleret.notat_id = foer.notat_id AND dubleret.sag_uuid = foer.sag_uuid
    INNER JOIN (
        SELECT
            system,
            notat_id,
            sag_uuid,
            fingeraftryk
        FROM nyt.journalnotat
        UNION ALL
        SELECT
            'edh' AS system,
            notat_id,
            sag_uuid,
            fingeraftryk
        FROM edh.journalnotat
    ) AS efter
        ON
            hel.efter_system = efter.system
            AND hel.efter_sag_uuid = efter.sag_uuid
            AND foer.fingeraftryk = efter.fingeraftryk
    WHERE hel.udfald IS NOT NULL
    GROUP BY ALL
),

alle_notater AS (
    SELECT
        kommunekode,
        sted,
        system,
        notat_id,
        sag_uuid,
        udfald,
        CASE
            WHEN udfald = 'aendret' THEN aarsag
            WHEN udfald = 'forklaret' AND uden_for_vindue AND trin IS NULL THEN 'uden_for_vindue'
            WHEN udfald = 'forklaret' AND aarsag = 'stub' THEN 'stub'
            WHEN udfald = 'forklaret' THEN 'berigtigelse'
        END AS aarsag,
        efter_notat_id,
        efter_sag_uuid
    FROM notat
    UNION ALL
    SELECT
        kommunekode,
        sted,
        system,
        notat_id,
        sag_uuid,
        if(udfald = 'afventer', udfald, 'dubleret') AS udfald,
        NULL AS aarsag,
        efter_notat_id,
        efter_sag_uuid
    FROM dubleret_i_hel_sag
),

alle AS (
    SELECT * FROM sag
    UNION ALL
    SELECT
        kommunekode,
        'journalnotat' AS objekttype,
        concat(replace(replace(notat_id, '\', '\\'), '|', '\|'), '|', sag_uuid) AS objekt_id,
        sag_uuid,
        sted,
        system,
        udfald,
        aarsag,
        if(
            efter_notat_id IS NULL,
            NULL,
            concat(replace(replace(efter_notat_id, '\', '\\'), '|', '\|'), '|', efter_sag_uuid)
        ) AS modpart_id
    FROM alle_notater
    UNION ALL
    SELECT
        kommunekode,
        objekttype,
        objekt_id,
        sag_uuid,
        'edh' AS sted,
        'edh' AS system,
        udfald,
        aarsag,
        modpart_id
    FROM afstemning.dokumentudfald
)

SELECT
    alle.kommunekode,
    alle.objekttype,
    alle.objekt_id,
    alle.sag_uuid,
    alle.sted,
    alle.system,
    if(afvigelse.objekt_id IS NULL, alle.udfald, 'forklaret') AS udfald,
    if(afvigelse.objekt_id IS NULL, alle.aarsag, 'afvigelse') AS aarsag,
    alle.modpart_id
FROM alle
LEFT JOIN afstemning.afvigelse
    ON
        alle.objekttype = afvigelse.objekttype
        AND alle.objekt_id = afvigelse.objekt_id
        AND alle.sted = afvigelse.sted
        AND afvigelse.regel IS NULL
        AND NOT afvigelse.udloebet
        AND alle.udfald IN ('mangler', 'fejlplaceret', 'dubleret', 'aendret', 'ulinket')
ORDER BY alle.sted, alle.objekttype, alle.objekt_id
