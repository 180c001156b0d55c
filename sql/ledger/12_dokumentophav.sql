-- Where does each document, file and link found now come from?
-- grain: one row per dokument, fil and dokument_sag found in EDH and in the new systems
-- reads: edh.dokument_sag, afstemning.kommune, afstemning.edh_sag, afstemning.sagsgrundlag, edh.dokument,
--   foer.dokument, nyt.dokument, afstemning.system, edh.fil, foer.fil, nyt.fil, afstemning.dokumentudfald,
--   nyt.dokument_sag
-- columns: sted, system, objekttype, objekt_id, sag_uuid (of a link), ophav, modpart_id
-- empty: no document was found
WITH edh_graense AS (
    SELECT
        kobling.dokument_uuid,
        -- A link to a case nobody knows counts from the baseline; of several limits the earliest.
        min(CASE
            WHEN sag.sag_uuid IS NOT NULL THEN sag.graense
            WHEN foer.sag_uuid IS NOT NULL THEN foer.graense_edh
            ELSE kommune.foer_edh
        END) AS graense
    FROM edh.dokument_sag AS kobling
    CROSS JOIN afstemning.kommune
    LEFT JOIN afstemning.edh_sag AS sag ON kobling.sag_uuid = sag.sag_uuid
    LEFT JOIN afstemning.sagsgrundlag AS foer ON kobling.sag_uuid = foer.sag_uuid
    GROUP BY kobling.dokument_uuid
),

efter_dokument AS (
    SELECT
        dokument.kommunekode,
        'edh' AS sted,
        'edh' AS system,
        dokument.dokument_uuid,
        CASE
            WHEN foer.dokument_uuid IS NOT NULL THEN 'konverteret'
            WHEN dokument.registreret >= coalesce(edh_graense.graense, kommune.foer_edh) THEN 'ny'
            ELSE 'ukendt'
        END AS ophav
    FROM edh.dokument
    CROSS JOIN afstemning.kommune
    LEFT JOIN foer.dokument AS foer ON dokument.dokument_uuid = foer.dokument_uuid
    LEFT JOIN edh_graense ON dokument.dokument_uuid = edh_graense.dokument_uuid
    UNION ALL
    SELECT
        dokument.kommunekode,
        'nyt' AS sted,
        dokument.system,
        dokument.dokument_uuid,
        if(coalesce(dokument.registreret >= ny.overgang, FALSE), 'ny', 'ukendt') AS ophav
    FROM nyt.dokument
    INNER JOIN afstemning.system AS ny ON dokument.system = ny.system
),

fil AS (
    SELECT
        'edh' AS sted,
        'edh' AS system,
        efter.kommunekode,
        efter.dokument_uuid,
        efter.variant,
        efter.del,
        foer.dokument_uuid IS NOT NULL AS i_baseline
    FROM edh.fil AS efter
    LEFT JOIN foer.fil AS foer USING (dokument_uuid, variant, del)
    UNION ALL
    SELECT
        'nyt' AS sted,
        system,
        kommunekode,
        dokument_uuid,
        variant,
        del,
        FALSE AS i_baseline
    FROM nyt.fil
),

kobling AS (
    SELECT
        'edh' AS sted,
        'edh' AS system,
        efter.kommunekode,
        efter.dokument_uuid,
        efter.sag_uuid,
        svar.objekt_id AS svarer_paa
    FROM edh.dokument_sag AS efter
    LEFT JOIN afstemning.dokumentudfald AS svar
        ON
            svar.objekttype = 'dokument_sag'
            AND svar.modpart_id = concat_ws('|', efter.dokument_uuid, efter.sag_uuid)
    UNION ALL
    SELECT
        'nyt' AS sted,
        system,
        kommunekode,
        dokument_uuid,
        sag_uuid,
        NULL AS svarer_paa
    FROM nyt.dokument_sag
)

SELECT
    kommunekode,
    sted,
    system,
    'dokument' AS objekttype,
    cast(dokument_uuid AS VARCHAR) AS objekt_id,
    cast(NULL AS UUID) AS sag_uuid,
    ophav,
    if(ophav = 'konverteret', cast(dokument_uuid AS VARCHAR), NULL) AS modpart_id
FROM efter_dokument
UNION ALL
SELECT
    fil.kommunekode,
    fil.sted,
    fil.system,
    'fil' AS objekttype,
    concat_ws('|', fil.dokument_uuid, replace(replace(fil.variant, '\', '\\'), '|', '\|'), fil.del) AS objekt_id,
    cast(NULL AS UUID) AS sag_uuid,
    if(fil.i_baseline, 'konverteret', coalesce(dokument.ophav, 'ukendt')) AS ophav,
    if(
        fil.i_baseline,
        concat_ws('|', fil.dokument_uuid, replace(replace(fil.variant, '\', '\\'), '|', '\|'), fil.del),
        NULL
    ) AS modpart_id
FROM fil
LEFT JOIN efter_dokument AS dokument
    ON fil.dokument_uuid = dokument.dokument_uuid AND fil.system = dokument.system
UNION ALL
SELECT
    kobling.kommunekode,
    kobling.sted,
    kobling.system,
    'dokument_sag' AS objekttype,
    concat_ws('|', kobling.dokument_uuid, kobling.sag_uuid) AS objekt_id,
    kobling.sag_uuid,
    if(kobling.svarer_paa IS NOT NULL, 'konverteret', coalesce(dokument.ophav, 'ukendt')) AS ophav,
    kobling.svarer_paa AS modpart_id
FROM kobling
LEFT JOIN efter_dokument AS dokument
    ON kobling.dokument_uuid = dokument.dokument_uuid AND kobling.system = dokument.system
