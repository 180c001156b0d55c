-- In which columns does a found case differ from its baseline case, and what explains the column?
-- grain: one row per place, baseline case and column that differs
-- reads: afstemning.sagfund, nyt.sag, edh.sag, afstemning.sagslink, foer.sag, afstemning.tilstand, edh.berigtigelse
-- columns: felt; raekke (the order in which a cause is named); rettet (a berigtigelse names just this column)
-- empty: every found case is as it was
WITH forskellig AS (
    SELECT
        sted,
        sag_uuid,
        efter_system,
        efter_sag_uuid
    FROM afstemning.sagfund
    WHERE fund IN ('fundet', 'ulinket') AND NOT ens
),

efter AS (
    SELECT
        'nyt' AS sted,
        sag.system,
        sag.sag_uuid,
        sag.titel,
        sag.kle_emne,
        sag.kle_facet,
        sag.part_id,
        sag.sagsnummer,
        sag.oprettet,
        sag.fremdrift,
        sag.fremdrift_fra
    FROM nyt.sag
    SEMI JOIN forskellig ON sag.sag_uuid = forskellig.efter_sag_uuid AND sag.system = forskellig.efter_system
    UNION ALL
    SELECT
        'edh' AS sted,
        'edh' AS system,
        sag.sag_uuid,
        sag.titel,
        sag.kle_emne,
        sag.kle_facet,
        sag.part_id,
        sag.sagsnummer,
        sag.oprettet,
        NULL AS fremdrift,
        NULL AS fremdrift_fra
    FROM edh.sag
    SEMI JOIN forskellig ON sag.sag_uuid = forskellig.efter_sag_uuid AND forskellig.sted = 'edh'
),

sammenlignet AS (
    SELECT
        link.sted,
        link.foer_sag_uuid,
        link.efter_system,
        link.efter_sag_uuid,
        (foer.titel IS NOT DISTINCT FROM efter.titel) AS ens_titel,
        foer.kle_emne = efter.kle_emne AS ens_kle_emne,
        foer.kle_facet = efter.kle_facet AS ens_kle_facet,
        foer.part_id = efter.part_id AS ens_part_cpr,
        foer.sagsnummer = efter.sagsnummer AS ens_sagsnummer,
        floor(epoch(foer.oprettet)) = floor(epoch(efter.oprettet)) AS ens_oprettet,
        foer_tilstand.taeller_som = efter_tilstand.taeller_som AS ens_fremdrift,
        -- The state counts only where the new system has not moved the case on since the transition.
        link.sted = 'nyt' AND coalesce(efter.fremdrift_fra < link.overgang, FALSE) AS fremdrift_taeller
    FROM afstemning.sagslink AS link
    INNER JOIN efter
        ON
            link.efter_sag_uuid = efter.sag_uuid
            AND link.efter_system = efter.system
            AND link.sted = efter.sted
    INNER JOIN foer.sag AS foer ON link.foer_sag_uuid = foer.sag_uuid
    INNER JOIN afstemning.tilstand AS foer_tilstand ON foer.fremdrift = foer_tilstand.fremdrift
    LEFT JOIN afstemning.tilstand AS efter_tilstand ON efter.fremdrift = efter_tilstand.fremdrift
),

-- Several old cases on one new: a column is unchanged when it is that of one of them. The citizen must be all's.
delt AS (
    SELECT
        sted,
        efter_system,
        efter_sag_uuid,
        bool_or(ens_titel) AS ens_titel,
        bool_or(ens_kle_emne) AS ens_kle_emne,
        bool_or(ens_kle_facet) AS ens_kle_facet,
        bool_or(ens_sagsnummer) AS ens_sagsnummer,
        bool_or(ens_oprettet) AS ens_oprettet,
        bool_or(ens_fremdrift) AS ens_fremdrift
    FROM sammenlignet
    GROUP BY sted, efter_system, efter_sag_uuid
),

felter AS (
    SELECT
        par.sted,
        par.foer_sag_uuid,
        unnest([
            {'raekke': 1, 'felt': 'titel', 'ens': delt.ens_titel},
            {'raekke': 2, 'felt': 'kle_emne', 'ens': delt.ens_kle_emne},
            {'raekke': 3, 'felt': 'kle_facet', 'ens': delt.ens_kle_facet},
            {'raekke': 4, 'felt': 'part_cpr', 'ens': par.ens_part_cpr},
            {'raekke': 5, 'felt': 'sagsnummer', 'ens': delt.ens_sagsnummer},
            {'raekke': 6, 'felt': 'oprettet', 'ens': delt.ens_oprettet},
            {'raekke': 7, 'felt': 'fremdrift', 'ens': NOT par.fremdrift_taeller OR delt.ens_fremdrift}
        ], recursive := TRUE)
    FROM sammenlignet AS par
    SEMI JOIN forskellig ON par.sted = forskellig.sted AND par.foer_sag_uuid = forskellig.sag_uuid
    INNER JOIN delt USING (sted, efter_system, efter_sag_uuid)
),

rettet AS (
    SELECT DISTINCT
        lower(objekt_id) AS sag_uuid,
        felt
    FROM edh.berigtigelse
    WHERE objekttype = 'sag'
)

SELECT
    felter.sted,
    felter.foer_sag_uuid AS sag_uuid,
    felter.felt,
    felter.raekke,
    felter.sted = 'edh' AND rettet.felt IS NOT NULL AS rettet
FROM felter
LEFT JOIN rettet ON cast(felter.foer_sag_uuid AS VARCHAR) = rettet.sag_uuid AND felter.felt = rettet.felt
WHERE NOT felter.ens
