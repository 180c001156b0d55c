-- Does the index say of each case and document in EDH what EDH says?
-- grain: one row per case or document that EDH has, or that the index has with EDH or KMD Sag as its master
-- reads: afstemning.leveret, edh.journalnotat, edh.sag, afstemning.ikke_flyttet, afstemning.kommune, afstemning.tilstand,
--   indeks.indeks_sag, afstemning.sagsgrundlag, edh.dokument, indeks.indeks_dokument
-- columns: venter (changed after the index was extracted, received by it after EDH was, or still in KMD Sag); udfald:
--   'bevaret', 'mangler' (not in the index), 'ukendt' (in the index alone), 'aendret' (aarsag names the column)
-- empty: neither the index nor EDH delivered what can be held against the other
WITH leveret AS (
    SELECT
        coalesce(bool_or(sted = 'edh' AND entitet = 'sag'), FALSE)
        AND coalesce(bool_or(sted = 'indeks' AND entitet = 'indeks_sag'), FALSE) AS sag,
        coalesce(bool_or(sted = 'edh' AND entitet = 'journalnotat'), FALSE) AS journalnotat,
        coalesce(bool_or(sted = 'edh' AND entitet = 'dokument'), FALSE)
        AND coalesce(bool_or(sted = 'indeks' AND entitet = 'indeks_dokument'), FALSE) AS dokument
    FROM afstemning.leveret
),

notater AS (
    SELECT
        sag_uuid,
        count(*) AS antal,
        max(oprettet) AS senest
    FROM edh.journalnotat
    GROUP BY sag_uuid
),

edh_sag AS (
    SELECT
        sag.sag_uuid,
        tilstand.taeller_som AS tilstand,
        coalesce(notater.antal, 0) AS notater,
        greatest(sag.oprettet, sag.aendret, sag.fremdrift_fra, notater.senest) > kommune.indeks AS venter
    FROM edh.sag
    CROSS JOIN afstemning.kommune
    INNER JOIN afstemning.tilstand AS tilstand ON sag.fremdrift = tilstand.fremdrift
    LEFT JOIN notater ON sag.sag_uuid = notater.sag_uuid
),

indeks_sag AS (
    SELECT
        post.sag_uuid,
        tilstand.taeller_som AS tilstand,
        post.antal_journalnotater AS notater,
        post.sts_tidspunkt > kommune.edh_efter AS venter
    FROM indeks.indeks_sag AS post
    CROSS JOIN afstemning.kommune
    INNER JOIN afstemning.tilstand AS tilstand ON post.fremdrift = tilstand.fremdrift
    WHERE post.master IN ('edh', 'kmd_sag')
),

-- A case without documents leaves KMD Sag when it moves: an index from before that still has it, by right.
forladt AS (
    SELECT grundlag.sag_uuid
    FROM afstemning.sagsgrundlag AS grundlag
    INNER JOIN afstemning.kommune ON grundlag.overgang > kommune.indeks
    WHERE NOT grundlag.har_dokument
),

sag AS (
    SELECT
        'sag' AS objekttype,
        coalesce(edh_sag.sag_uuid, indeks_sag.sag_uuid) AS sag_uuid,
        coalesce(edh_sag.venter, FALSE)
        OR coalesce(indeks_sag.venter, FALSE)
        OR ikke_flyttet.sag_uuid IS NOT NULL
        OR (edh_sag.sag_uuid IS NULL AND forladt.sag_uuid IS NOT NULL) AS venter,
        CASE
            WHEN indeks_sag.sag_uuid IS NULL THEN 'mangler'
            WHEN edh_sag.sag_uuid IS NULL THEN 'ukendt'
            WHEN edh_sag.tilstand <> indeks_sag.tilstand THEN 'aendret'
            WHEN leveret.journalnotat AND edh_sag.notater <> indeks_sag.notater THEN 'aendret'
            ELSE 'bevaret'
        END AS udfald,
        CASE
            WHEN edh_sag.tilstand <> indeks_sag.tilstand THEN 'fremdrift'
            WHEN leveret.journalnotat AND edh_sag.notater <> indeks_sag.notater THEN 'antal_journalnotater'
        END AS aarsag
    FROM edh_sag
    FULL JOIN indeks_sag ON edh_sag.sag_uuid = indeks_sag.sag_uuid
    CROSS JOIN leveret
    LEFT JOIN afstemning.ikke_flyttet AS ikke_flyttet
        ON coalesce(edh_sag.sag_uuid, indeks_sag.sag_uuid) = ikke_flyttet.sag_uuid
    LEFT JOIN forladt ON indeks_sag.sag_uuid = forladt.sag_uuid
    WHERE leveret.sag
),

edh_dokument AS (
    SELECT
        dokument.dokument_uuid,
        dokument.registreret > kommune.indeks AS venter
    FROM edh.dokument
    CROSS JOIN afstemning.kommune
),

indeks_dokument AS (
    SELECT
        post.dokument_uuid,
        post.sts_tidspunkt > kommune.edh_efter AS venter
    FROM indeks.indeks_dokument AS post
    CROSS JOIN afstemning.kommune
    WHERE post.master IN ('edh', 'kmd_sag')
),

dokument AS (
    SELECT
        'dokument' AS objekttype,
        coalesce(edh_dokument.dokument_uuid, indeks_dokument.dokument_uuid) AS dokument_uuid,
        coalesce(edh_dokument.venter, FALSE) OR coalesce(indeks_dokument.venter, FALSE) AS venter,
        CASE
            WHEN indeks_dokument.dokument_uuid IS NULL THEN 'mangler'
            WHEN edh_dokument.dokument_uuid IS NULL THEN 'ukendt'
            ELSE 'bevaret'
        END AS udfald
    FROM edh_dokument
    FULL JOIN indeks_dokument ON edh_dokument.dokument_uuid = indeks_dokument.dokument_uuid
    CROSS JOIN leveret
    WHERE leveret.dokument
)

SELECT
    kommune.kommunekode,
    sag.objekttype,
    cast(sag.sag_uuid AS VARCHAR) AS objekt_id,
    sag.sag_uuid,
    sag.venter,
    sag.udfald,
    sag.aarsag
FROM sag
CROSS JOIN afstemning.kommune
UNION ALL
SELECT
    kommune.kommunekode,
    dokument.objekttype,
    cast(dokument.dokument_uuid AS VARCHAR) AS objekt_id,
    NULL AS sag_uuid,
    dokument.venter,
    dokument.udfald,
    NULL AS aarsag
FROM dokument
CROSS JOIN afstemning.kommune
