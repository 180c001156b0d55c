-- What became of each baseline document, file and link in EDH?
-- grain: one row per baseline dokument, fil and dokument_sag
-- reads: foer.dokument, foer.fil, foer.dokument_sag, edh.dokument, edh.fil, edh.dokument_sag, edh.berigtigelse,
--   afstemning.leveret
-- columns: objekttype, objekt_id, sag_uuid (of a link), udfald, aarsag, modpart_id
-- empty: EDH held no document before
WITH leveret AS (
    SELECT
        coalesce(bool_or(entitet = 'dokument'), FALSE) AS dokument,
        coalesce(bool_or(entitet = 'fil'), FALSE) AS fil,
        coalesce(bool_or(entitet = 'dokument_sag'), FALSE) AS dokument_sag
    FROM afstemning.leveret
    WHERE sted = 'edh'
),

rettet_titel AS (
    SELECT DISTINCT lower(objekt_id) AS dokument_uuid
    FROM edh.berigtigelse
    WHERE objekttype = 'dokument' AND felt = 'titel'
),

dokument AS (
    SELECT
        foer.kommunekode,
        'dokument' AS objekttype,
        cast(foer.dokument_uuid AS VARCHAR) AS objekt_id,
        cast(NULL AS UUID) AS sag_uuid,
        NOT leveret.dokument AS venter,
        CASE
            WHEN efter.dokument_uuid IS NULL THEN 'mangler'
            WHEN (foer.titel IS NOT DISTINCT FROM efter.titel) THEN 'bevaret'
            WHEN rettet_titel.dokument_uuid IS NOT NULL THEN 'forklaret'
            ELSE 'aendret'
        END AS udfald,
        CASE
            WHEN efter.dokument_uuid IS NULL OR (foer.titel IS NOT DISTINCT FROM efter.titel) THEN NULL
            WHEN rettet_titel.dokument_uuid IS NOT NULL THEN 'berigtigelse'
            ELSE 'titel'
        END AS aarsag,
        cast(efter.dokument_uuid AS VARCHAR) AS modpart_id
    FROM foer.dokument AS foer
    CROSS JOIN leveret
    LEFT JOIN edh.dokument AS efter ON foer.dokument_uuid = efter.dokument_uuid
    LEFT JOIN rettet_titel ON cast(foer.dokument_uuid AS VARCHAR) = rettet_titel.dokument_uuid
),

-- Sums of two algorithms cannot be compared: changed until somebody has looked.
fil_par AS (
    SELECT
        foer.kommunekode,
        concat_ws(
            '|', foer.dokument_uuid, replace(replace(foer.variant, '\', '\\'), '|', '\|'), foer.del
        ) AS objekt_id,
        leveret.fil AS leveret,
        efter.dokument_uuid IS NOT NULL AS fundet,
        efter.bytes = 0 AND foer.bytes <> 0 AS tom_nu,
        efter.bytes = 0 AND foer.bytes = 0 AS tom_foer_og_nu,
        foer.algoritme = efter.algoritme AND foer.kontrolsum = efter.kontrolsum AS ens
    FROM foer.fil AS foer
    CROSS JOIN leveret
    LEFT JOIN edh.fil AS efter USING (dokument_uuid, variant, del)
),

fil AS (
    SELECT
        kommunekode,
        'fil' AS objekttype,
        objekt_id,
        cast(NULL AS UUID) AS sag_uuid,
        NOT leveret AS venter,
        CASE
            WHEN NOT fundet THEN 'mangler'
            WHEN tom_nu THEN 'aendret'
            WHEN ens OR tom_foer_og_nu THEN 'bevaret'
            ELSE 'aendret'
        END AS udfald,
        CASE
            WHEN NOT fundet THEN NULL
            WHEN tom_nu THEN 'tom_fil'
            WHEN NOT (ens OR tom_foer_og_nu) THEN 'kontrolsum'
        END AS aarsag,
        if(fundet, objekt_id, NULL) AS modpart_id
    FROM fil_par
),

-- A link that is gone is answered by a link of the same document to another case, where there is a new one.
manglende_kobling AS (
    SELECT
        foer.dokument_uuid,
        foer.sag_uuid,
        row_number() OVER (PARTITION BY foer.dokument_uuid ORDER BY foer.sag_uuid) AS nummer
    FROM foer.dokument_sag AS foer
    SEMI JOIN edh.dokument AS selv ON foer.dokument_uuid = selv.dokument_uuid
    ANTI JOIN edh.dokument_sag AS efter
        ON foer.dokument_uuid = efter.dokument_uuid AND foer.sag_uuid = efter.sag_uuid
),

ny_kobling AS (
    SELECT
        efter.dokument_uuid,
        efter.sag_uuid,
        row_number() OVER (PARTITION BY efter.dokument_uuid ORDER BY efter.sag_uuid) AS nummer
    FROM edh.dokument_sag AS efter
    SEMI JOIN manglende_kobling ON efter.dokument_uuid = manglende_kobling.dokument_uuid
    ANTI JOIN foer.dokument_sag AS foer
        ON efter.dokument_uuid = foer.dokument_uuid AND efter.sag_uuid = foer.sag_uuid
),

flyttet_kobling AS (
    SELECT
        manglende.dokument_uuid,
        manglende.sag_uuid,
        ny.sag_uuid AS ny_sag_uuid
    FROM manglende_kobling AS manglende
    INNER JOIN ny_kobling AS ny USING (dokument_uuid, nummer)
),

dokument_sag AS (
    SELECT
        foer.kommunekode,
        'dokument_sag' AS objekttype,
        concat_ws('|', foer.dokument_uuid, foer.sag_uuid) AS objekt_id,
        foer.sag_uuid,
        NOT leveret.dokument_sag AS venter,
        CASE
            WHEN efter.dokument_uuid IS NOT NULL THEN 'bevaret'
            WHEN flyttet.dokument_uuid IS NOT NULL THEN 'fejlplaceret'
            ELSE 'mangler'
        END AS udfald,
        cast(NULL AS VARCHAR) AS aarsag,
        CASE
            WHEN efter.dokument_uuid IS NOT NULL THEN concat_ws('|', foer.dokument_uuid, foer.sag_uuid)
            WHEN flyttet.dokument_uuid IS NOT NULL THEN concat_ws('|', foer.dokument_uuid, flyttet.ny_sag_uuid)
        END AS modpart_id
    FROM foer.dokument_sag AS foer
    CROSS JOIN leveret
    LEFT JOIN edh.dokument_sag AS efter USING (dokument_uuid, sag_uuid)
    LEFT JOIN flyttet_kobling AS flyttet
        ON foer.dokument_uuid = flyttet.dokument_uuid AND foer.sag_uuid = flyttet.sag_uuid
),

alle AS (
    SELECT * FROM dokument
    UNION ALL
    SELECT * FROM fil
    UNION ALL
    SELECT * FROM dokument_sag
)

SELECT
    kommunekode,
    objekttype,
    objekt_id,
    sag_uuid,
    if(venter, 'afventer', udfald) AS udfald,
    if(venter, NULL, aarsag) AS aarsag,
    modpart_id
FROM alle
