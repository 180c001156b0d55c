-- How was each baseline case found, at each place?
-- grain: one row per place and baseline case that is owed there or was found there
-- reads: afstemning.sagsgrundlag, afstemning.sagstraef, afstemning.edh_sag, edh.berigtigelse
-- columns: fund: 'fundet', 'ulinket', 'fejlplaceret', 'dubleret', 'mangler'; efter_system and efter_sag_uuid: the
--   first case found, which answers it
-- empty: there is no baseline
WITH veje AS (
    SELECT
        foer_sag_uuid,
        count_if(vej = 'noeglepose') AS noeglepose,
        count_if(vej = 'noeglepose_forkert') AS forkert,
        count_if(vej = 'sagsnummer') AS sagsnummer,
        count_if(vej = 'andet_system') AS andet_system,
        count_if(vej = 'andet_system' AND NOT er_ny) AS gammel_i_andet_system,
        -- Tied before untied, then by when the tie was made, then by id.
        min({
            'raekke': CASE vej
                WHEN 'noeglepose' THEN 1 WHEN 'noeglepose_forkert' THEN 1 WHEN 'sagsnummer' THEN 2 ELSE 3
            END,
            'dannet': coalesce(dannet, TIMESTAMPTZ '0001-01-01 00:00:00+00'),
            'sag_uuid': efter_sag_uuid,
            'system': efter_system
        }) AS foerste
    FROM afstemning.sagstraef
    GROUP BY foer_sag_uuid
),

ved_nyt AS (
    SELECT
        grundlag.kommunekode,
        'nyt' AS sted,
        grundlag.sag_uuid,
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
        veje.foerste.system AS efter_system,
        veje.foerste.sag_uuid AS efter_sag_uuid
    FROM afstemning.sagsgrundlag AS grundlag
    LEFT JOIN veje ON grundlag.sag_uuid = veje.foer_sag_uuid
    WHERE grundlag.skyldes_nyt OR veje.foer_sag_uuid IS NOT NULL
),

kopieret AS (
    SELECT DISTINCT unnest(kopi_af) AS sag_uuid FROM afstemning.edh_sag
),

rettet_borger AS (
    SELECT DISTINCT objekt_id
    FROM edh.berigtigelse
    WHERE objekttype = 'sag' AND felt = 'part_cpr'
),

ved_edh AS (
    SELECT
        grundlag.kommunekode,
        'edh' AS sted,
        grundlag.sag_uuid,
        CASE
            WHEN edh.sag_uuid IS NULL THEN 'mangler'
            WHEN edh.part_id <> grundlag.part_id AND rettet_borger.objekt_id IS NULL THEN 'fejlplaceret'
            WHEN kopieret.sag_uuid IS NOT NULL THEN 'dubleret'
            ELSE 'fundet'
        END AS fund,
        if(edh.sag_uuid IS NULL, NULL, 'edh') AS efter_system,
        edh.sag_uuid AS efter_sag_uuid
    FROM afstemning.sagsgrundlag AS grundlag
    LEFT JOIN afstemning.edh_sag AS edh ON grundlag.sag_uuid = edh.sag_uuid
    LEFT JOIN kopieret ON grundlag.sag_uuid = kopieret.sag_uuid
    LEFT JOIN rettet_borger ON lower(rettet_borger.objekt_id) = cast(grundlag.sag_uuid AS VARCHAR)
    WHERE grundlag.skyldes_edh OR edh.sag_uuid IS NOT NULL
)

SELECT * FROM ved_nyt
UNION ALL
SELECT * FROM ved_edh
