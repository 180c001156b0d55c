-- Does each correction show: is the value no longer what it was before?
-- grain: one row per berigtigelse
-- reads: edh.berigtigelse, foer.sag, edh.sag, foer.dokument, edh.dokument, edh.journalnotat,
--   afstemning.hele_sager, foer.journalnotat, afstemning.oprindelse_skrevet, afstemning.kommune
-- columns: objekt_id of the berigtigelse; status: 'vist', 'ikke_vist', 'venter' (ordered, and not carried out when EDH was
--   extracted), 'kan_ikke_ses' (older than the baseline, not of a column that is compared, or its object is not there
--   both before and now)
-- empty: EDH delivered no berigtigelse
WITH bestilt AS (
    SELECT
        *,
        lower(objekt_id) AS rettet_uuid
    FROM edh.berigtigelse
),

sag AS (
    SELECT
        bestilt.anmodning_id,
        bestilt.objekt_id,
        bestilt.felt,
        foer.udtrukket,
        unnest([
            {'kolonne': 'sagsnummer', 'ens': foer.sagsnummer = efter.sagsnummer},
            {'kolonne': 'titel', 'ens': foer.titel IS NOT DISTINCT FROM efter.titel},
            {'kolonne': 'sagstype', 'ens': foer.sagstype = efter.sagstype},
            {'kolonne': 'fagsystem', 'ens': foer.fagsystem IS NOT DISTINCT FROM efter.fagsystem},
            {'kolonne': 'part_cpr', 'ens': foer.part_id = efter.part_id},
            {'kolonne': 'kle_emne', 'ens': foer.kle_emne = efter.kle_emne},
            {'kolonne': 'kle_facet', 'ens': foer.kle_facet = efter.kle_facet},
            {'kolonne': 'fremdrift', 'ens': foer.fremdrift = efter.fremdrift},
            {'kolonne': 'fremdrift_fra', 'ens': foer.fremdrift_fra = efter.fremdrift_fra},
            {'kolonne': 'livscyklus', 'ens': foer.livscyklus = efter.livscyklus},
            {'kolonne': 'oprettet', 'ens': floor(epoch(foer.oprettet)) = floor(epoch(efter.oprettet))},
            {'kolonne': 'aendret', 'ens': foer.aendret = efter.aendret},
            {'kolonne': 'afsluttet', 'ens': foer.afsluttet IS NOT DISTINCT FROM efter.afsluttet},
            {'kolonne': 'ydelse_til', 'ens': foer.ydelse_til IS NOT DISTINCT FROM efter.ydelse_til},
            {'kolonne': 'ansvarlig_enhed', 'ens': foer.ansvarlig_enhed IS NOT DISTINCT FROM efter.ansvarlig_enhed}
        ], recursive := TRUE)
    FROM bestilt
    INNER JOIN foer.sag AS foer ON bestilt.rettet_uuid = cast(foer.sag_uuid AS VARCHAR)
    INNER JOIN edh.sag AS efter ON foer.sag_uuid = efter.sag_uuid
    WHERE bestilt.objekttype = 'sag'
),

dokument AS (
    SELECT
        bestilt.anmodning_id,
        bestilt.objekt_id,
        bestilt.felt,
        foer.udtrukket,
        unnest([
            {'kolonne': 'dokumentnummer', 'ens': foer.dokumentnummer IS NOT DISTINCT FROM efter.dokumentnummer},
            {'kolonne': 'titel', 'ens': foer.titel IS NOT DISTINCT FROM efter.titel},
            {'kolonne': 'dokumenttype', 'ens': foer.dokumenttype = efter.dokumenttype},
            {'kolonne': 'brevdato', 'ens': foer.brevdato IS NOT DISTINCT FROM efter.brevdato},
            {'kolonne': 'registreret', 'ens': foer.registreret = efter.registreret},
            {'kolonne': 'fremdrift', 'ens': foer.fremdrift = efter.fremdrift}
        ], recursive := TRUE)
    FROM bestilt
    INNER JOIN foer.dokument AS foer ON bestilt.rettet_uuid = cast(foer.dokument_uuid AS VARCHAR)
    INNER JOIN edh.dokument AS efter ON foer.dokument_uuid = efter.dokument_uuid
    WHERE bestilt.objekttype = 'dokument'
),

rettet_notat AS (
    SELECT
        bestilt.anmodning_id,
        bestilt.objekt_id,
        bestilt.felt,
        efter.notat_id,
        efter.sag_uuid,
        efter.oprettet,
        efter.forfatter,
        efter.titel,
        efter.tekstaftryk,
        efter.format
    FROM bestilt
    INNER JOIN edh.journalnotat AS efter ON bestilt.objekt_id = efter.notat_id
    WHERE bestilt.objekttype = 'journalnotat'
),

-- The notes of whole cases answer one another in order of notat_id among equals; EDH's case has kept its id.
foer_paa_hel_sag AS (
    SELECT
        notat.sag_uuid,
        notat.notat_id,
        notat.fingeraftryk,
        row_number() OVER (PARTITION BY notat.sag_uuid, notat.fingeraftryk ORDER BY notat.notat_id) AS plads
    FROM foer.journalnotat AS notat
    SEMI JOIN rettet_notat ON notat.sag_uuid = rettet_notat.sag_uuid
),

efter_paa_hel_sag AS (
    SELECT
        notat.sag_uuid,
        notat.notat_id,
        notat.fingeraftryk,
        row_number() OVER (PARTITION BY notat.sag_uuid, notat.fingeraftryk ORDER BY notat.notat_id) AS plads
    FROM edh.journalnotat AS notat
    SEMI JOIN rettet_notat ON notat.sag_uuid = rettet_notat.sag_uuid
    SEMI JOIN afstemning.hele_sager AS hel ON notat.sag_uuid = hel.efter_sag_uuid AND hel.efter_system = 'edh'
),

notatpar AS (
    SELECT
        efter.*,
        oprindelse.modpart_id,
        cast(right(oprindelse.modpart_id, 36) AS UUID) AS foer_sag_uuid
    FROM rettet_notat AS efter
    INNER JOIN afstemning.oprindelse_skrevet AS oprindelse
        ON
            oprindelse.sted = 'edh'
            AND oprindelse.objekttype = 'journalnotat'
            AND oprindelse.modpart_id IS NOT NULL
            AND oprindelse.objekt_id
            = concat(replace(replace(efter.notat_id, '\', '\\'), '|', '\|'), '|', efter.sag_uuid)
    UNION ALL
    SELECT
        rettet_notat.*,
        concat(replace(replace(foer.notat_id, '\', '\\'), '|', '\|'), '|', foer.sag_uuid) AS modpart_id,
        foer.sag_uuid AS foer_sag_uuid
    FROM rettet_notat
    INNER JOIN efter_paa_hel_sag AS efter
        ON rettet_notat.sag_uuid = efter.sag_uuid AND rettet_notat.notat_id = efter.notat_id
    INNER JOIN foer_paa_hel_sag AS foer
        ON
            efter.sag_uuid = foer.sag_uuid
            AND efter.fingeraftryk = foer.fingeraftryk
            AND efter.plads = foer.plads
),

notat AS (
    SELECT
        efter.anmodning_id,
        efter.objekt_id,
        efter.felt,
        foer.udtrukket,
        unnest([
            {'kolonne': 'oprettet', 'ens': floor(epoch(foer.oprettet)) = floor(epoch(efter.oprettet))},
            {'kolonne': 'forfatter', 'ens': foer.forfatter IS NOT DISTINCT FROM efter.forfatter},
            {'kolonne': 'titel', 'ens': foer.titel IS NOT DISTINCT FROM efter.titel},
            {'kolonne': 'tekst', 'ens': foer.tekstaftryk = efter.tekstaftryk},
            {'kolonne': 'format', 'ens': foer.format = efter.format}
        ], recursive := TRUE)
    FROM notatpar AS efter
    INNER JOIN foer.journalnotat AS foer
        ON
            efter.foer_sag_uuid = foer.sag_uuid
            AND efter.modpart_id = concat(replace(replace(foer.notat_id, '\', '\\'), '|', '\|'), '|', foer.sag_uuid)
),

sammenlignet AS (
    SELECT * FROM sag
    UNION ALL
    SELECT * FROM dokument
    UNION ALL
    SELECT * FROM notat
),

-- A note that lies on several cases shows its correction when it does on one of them.
rettet AS (
    SELECT
        anmodning_id,
        objekt_id,
        felt,
        min(udtrukket) AS udtrukket,
        bool_and(ens) AS ens
    FROM sammenlignet
    WHERE felt = kolonne
    GROUP BY anmodning_id, objekt_id, felt
)

SELECT
    bestilt.kommunekode,
    bestilt.sag_uuid,
    concat_ws(
        '|',
        replace(replace(bestilt.anmodning_id, '\', '\\'), '|', '\|'),
        if(
            bestilt.objekttype = 'journalnotat',
            replace(replace(bestilt.objekt_id, '\', '\\'), '|', '\|'),
            bestilt.rettet_uuid
        ),
        replace(replace(bestilt.felt, '\', '\\'), '|', '\|')
    ) AS objekt_id,
    CASE
        WHEN bestilt.udfoert > kommune.edh_efter THEN 'venter'
        WHEN rettet.ens IS NULL OR bestilt.udfoert <= rettet.udtrukket THEN 'kan_ikke_ses'
        WHEN rettet.ens THEN 'ikke_vist'
        ELSE 'vist'
    END AS status
FROM bestilt
CROSS JOIN afstemning.kommune
LEFT JOIN rettet
    ON
        bestilt.anmodning_id = rettet.anmodning_id
        AND bestilt.objekt_id = rettet.objekt_id
        AND bestilt.felt = rettet.felt
