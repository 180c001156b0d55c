-- How was each baseline case found, at each place?
-- grain: one row per place and baseline case that is owed there or was found there
-- reads: afstemning.sagstraef, afstemning.sagsgrundlag, afstemning.edh_sag, edh.berigtigelse
-- columns: system (of the place that owes it); skyldes (it is owed here); venter (it cannot be judged yet); fund:
--   'fundet', 'ulinket', 'fejlplaceret', 'dubleret', 'mangler'; traef (how many cases it met); efter_system and
--   efter_sag_uuid: the first case found, which answers it; ens (that one's columns are as they were); uden_for_vindue
--   (its right ended too long ago for the case to be moved)
-- empty: there is no baseline
WITH flere AS (
    SELECT foer_sag_uuid
    FROM afstemning.sagstraef
    GROUP BY foer_sag_uuid
    HAVING count(*) > 1
),

-- DuckDB 1.5.5 gets the least of a struct wrong where one of its fields is reckoned in the same step.
raekkefoelge AS (
    SELECT
        *,
        CASE vej
            WHEN 'noeglepose' THEN 1
            WHEN 'noeglepose_forkert' THEN 1
            WHEN 'sagsnummer' THEN 2
            ELSE 3
        END AS raekke
    FROM afstemning.sagstraef
    SEMI JOIN flere USING (foer_sag_uuid)
),

veje AS (
    SELECT
        foer_sag_uuid,
        1 AS traef,
        cast(vej = 'noeglepose' AS INTEGER) AS noeglepose,
        cast(vej = 'noeglepose_forkert' AS INTEGER) AS forkert,
        cast(vej = 'sagsnummer' AS INTEGER) AS sagsnummer,
        0 AS gammel_i_andet_system,
        efter_system,
        efter_sag_uuid,
        ens
    FROM afstemning.sagstraef
    ANTI JOIN flere USING (foer_sag_uuid)
    UNION ALL
    SELECT
        foer_sag_uuid,
        traef,
        noeglepose,
        forkert,
        sagsnummer,
        gammel_i_andet_system,
        foerste.efter_system,
        foerste.efter_sag_uuid,
        foerste.ens
    FROM (
        SELECT
            foer_sag_uuid,
            count(*) AS traef,
            count_if(vej = 'noeglepose') AS noeglepose,
            count_if(vej = 'noeglepose_forkert') AS forkert,
            count_if(vej = 'sagsnummer') AS sagsnummer,
            count_if(vej = 'andet_system' AND NOT er_ny) AS gammel_i_andet_system,
            -- Tied before untied, then by when the tie was made, then by id: the first answers.
            min({
                'raekke': raekke,
                'dannet': coalesce(dannet, TIMESTAMPTZ '0001-01-01 00:00:00+00'),
                'efter_sag_uuid': efter_sag_uuid,
                'efter_system': efter_system,
                'ens': ens
            }) AS foerste
        FROM raekkefoelge
        GROUP BY foer_sag_uuid
    )
),

ved_nyt AS (
    SELECT
        grundlag.kommunekode,
        'nyt' AS sted,
        grundlag.system,
        grundlag.sag_uuid,
        grundlag.overgang,
        grundlag.skyldes_nyt AS skyldes,
        grundlag.venter_nyt AS venter,
        CASE
            WHEN veje.foer_sag_uuid IS NULL THEN 'mangler'
            WHEN veje.forkert > 0 THEN 'fejlplaceret'
            WHEN veje.noeglepose + veje.sagsnummer > 1 THEN 'dubleret'
            WHEN veje.noeglepose + veje.sagsnummer = 1 AND veje.gammel_i_andet_system > 0 THEN 'dubleret'
            WHEN veje.noeglepose = 1 THEN 'fundet'
            WHEN veje.sagsnummer = 1 AND grundlag.har_dokument THEN 'ulinket'
            WHEN veje.sagsnummer = 1 THEN 'fundet'
            ELSE 'fejlplaceret'
        END AS fund,
        coalesce(veje.traef, 0) AS traef,
        veje.efter_system,
        veje.efter_sag_uuid,
        veje.ens,
        coalesce(
            veje.foer_sag_uuid IS NULL
            AND grundlag.tilstand = 'Afsluttet'
            AND grundlag.ydelse_til < make_date(
                year(timezone('Europe/Copenhagen', grundlag.overgang)) - grundlag.vindue_aar, 1, 1
            ),
            FALSE
        ) AS uden_for_vindue
    FROM afstemning.sagsgrundlag AS grundlag
    LEFT JOIN veje ON grundlag.sag_uuid = veje.foer_sag_uuid
    WHERE grundlag.skyldes_nyt OR veje.foer_sag_uuid IS NOT NULL
),

kopieret AS (
    SELECT DISTINCT unnest(kopi_af) AS sag_uuid FROM afstemning.edh_sag
),

rettet_borger AS (
    SELECT DISTINCT lower(objekt_id) AS sag_uuid
    FROM edh.berigtigelse
    WHERE objekttype = 'sag' AND felt = 'part_cpr'
),

ved_edh AS (
    SELECT
        grundlag.kommunekode,
        'edh' AS sted,
        'edh' AS system,
        grundlag.sag_uuid,
        grundlag.overgang,
        grundlag.skyldes_edh AS skyldes,
        grundlag.venter_edh AS venter,
        CASE
            WHEN edh.sag_uuid IS NULL THEN 'mangler'
            WHEN edh.part_id <> grundlag.part_id AND rettet_borger.sag_uuid IS NULL THEN 'fejlplaceret'
            WHEN kopieret.sag_uuid IS NOT NULL THEN 'dubleret'
            ELSE 'fundet'
        END AS fund,
        if(edh.sag_uuid IS NULL, 0, 1) AS traef,
        if(edh.sag_uuid IS NULL, NULL, 'edh') AS efter_system,
        edh.sag_uuid AS efter_sag_uuid,
        edh.ens,
        FALSE AS uden_for_vindue
    FROM afstemning.sagsgrundlag AS grundlag
    LEFT JOIN afstemning.edh_sag AS edh ON grundlag.sag_uuid = edh.sag_uuid
    LEFT JOIN kopieret ON grundlag.sag_uuid = kopieret.sag_uuid
    LEFT JOIN rettet_borger ON cast(grundlag.sag_uuid AS VARCHAR) = rettet_borger.sag_uuid
    WHERE grundlag.skyldes_edh OR edh.sag_uuid IS NOT NULL
)

SELECT * FROM ved_nyt
UNION ALL
SELECT * FROM ved_edh
