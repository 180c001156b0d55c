-- Which cases before and now are one case's trail: the ones asked for, and whatever they became or came from?
-- grain: one row per case and place; the variable sager holds the ids asked for, old or new
-- reads: nyt.noeglepose, afstemning.hele_sager, afstemning.oprindelse_skrevet, afstemning.pligt_skrevet, foer.sag,
--   edh.sag, nyt.sag
-- columns: sted ('foer', 'edh', 'nyt'); system; vej: how it belongs here: 'spurgt' (asked for), 'noeglepose' (tied),
--   'svar' (the ledger has it as the answer), 'nummer' (the same sagsnummer and citizen); kilde and udtrukket (of
--   the baseline's delivery); linje; and the case's own columns
-- empty: no case has such an id
WITH spurgt AS (
    SELECT unnest(getvariable('sager')) AS sag_uuid
),

foer_sag AS (
    SELECT
        sag_uuid,
        sagsnummer,
        part_id
    FROM foer.sag
),

-- EDH's cases of its own, which may be copies; any other is the baseline case whose id it has.
edh_egen AS (
    SELECT
        sag.sag_uuid,
        sag.sagsnummer,
        sag.part_id
    FROM edh.sag
    ANTI JOIN foer_sag ON sag.sag_uuid = foer_sag.sag_uuid
),

spurgt_nu AS (
    SELECT
        sagsnummer,
        part_id
    FROM nyt.sag
    WHERE list_contains(getvariable('sager'), sag_uuid)
    UNION ALL
    SELECT
        sagsnummer,
        part_id
    FROM edh_egen
    WHERE list_contains(getvariable('sager'), sag_uuid)
),

svar AS (
    SELECT
        sag_uuid,
        efter_sag_uuid
    FROM afstemning.hele_sager
    WHERE sted = 'nyt'
    UNION ALL
    SELECT
        cast(modpart_id AS UUID) AS sag_uuid,
        sag_uuid AS efter_sag_uuid
    FROM afstemning.oprindelse_skrevet
    WHERE objekttype = 'sag' AND sted = 'nyt' AND modpart_id IS NOT NULL
    UNION ALL
    SELECT
        sag_uuid,
        cast(modpart_id AS UUID) AS efter_sag_uuid
    FROM afstemning.pligt_skrevet
    WHERE objekttype = 'sag' AND sted = 'nyt' AND modpart_id IS NOT NULL
),

-- What the new cases asked for came from, beside the old cases asked for themselves.
gammel AS (
    SELECT
        sag_uuid,
        'spurgt' AS vej
    FROM spurgt
    UNION ALL
    SELECT
        noeglepose.edh_sag_uuid AS sag_uuid,
        'noeglepose' AS vej
    FROM nyt.noeglepose
    INNER JOIN spurgt ON noeglepose.ny_sag_uuid = spurgt.sag_uuid
    UNION ALL
    SELECT
        svar.sag_uuid,
        'svar' AS vej
    FROM svar
    INNER JOIN spurgt ON svar.efter_sag_uuid = spurgt.sag_uuid
    UNION ALL
    SELECT
        foer.sag_uuid,
        'nummer' AS vej
    FROM foer_sag AS foer
    SEMI JOIN spurgt_nu AS nu ON foer.sagsnummer = nu.sagsnummer AND foer.part_id = nu.part_id
),

paa_nummer AS (
    SELECT DISTINCT
        foer.sagsnummer,
        foer.part_id
    FROM foer_sag AS foer
    SEMI JOIN gammel ON foer.sag_uuid = gammel.sag_uuid
),

ny AS (
    SELECT
        sag_uuid,
        'spurgt' AS vej
    FROM spurgt
    UNION ALL
    SELECT
        noeglepose.ny_sag_uuid AS sag_uuid,
        'noeglepose' AS vej
    FROM nyt.noeglepose
    SEMI JOIN gammel ON noeglepose.edh_sag_uuid = gammel.sag_uuid
    UNION ALL
    SELECT
        svar.efter_sag_uuid AS sag_uuid,
        'svar' AS vej
    FROM svar
    SEMI JOIN gammel ON svar.sag_uuid = gammel.sag_uuid
    UNION ALL
    SELECT
        sag.sag_uuid,
        'nummer' AS vej
    FROM nyt.sag
    INNER JOIN paa_nummer ON sag.sagsnummer = paa_nummer.sagsnummer AND sag.part_id = paa_nummer.part_id
),

kopi AS (
    SELECT
        sag_uuid,
        vej
    FROM gammel
    UNION ALL
    SELECT
        sag.sag_uuid,
        'nummer' AS vej
    FROM edh_egen AS sag
    INNER JOIN paa_nummer ON sag.sagsnummer = paa_nummer.sagsnummer AND sag.part_id = paa_nummer.part_id
),

valgt AS (
    SELECT
        'foer' AS sted,
        sag_uuid,
        vej
    FROM gammel
    UNION ALL
    SELECT
        'edh' AS sted,
        sag_uuid,
        vej
    FROM kopi
    UNION ALL
    SELECT
        'nyt' AS sted,
        sag_uuid,
        vej
    FROM ny
),

-- The strongest reason first: asked for, tied, the ledger's answer, the number.
begrundet AS (
    SELECT
        sted,
        sag_uuid,
        min_by(vej, list_position(['spurgt', 'noeglepose', 'svar', 'nummer'], vej)) AS vej
    FROM valgt
    GROUP BY sted, sag_uuid
),

foer AS (
    SELECT
        'foer' AS sted,
        sag.kilde AS system,
        sag.system AS skyldes_i,
        begrundet.vej,
        sag.* EXCLUDE (kommunekode, system, foer_edh, raekkefoelge)
    FROM foer.sag AS sag
    INNER JOIN begrundet ON begrundet.sted = 'foer' AND sag.sag_uuid = begrundet.sag_uuid
),

i_edh AS (
    SELECT
        'edh' AS sted,
        'edh' AS system,
        begrundet.vej,
        sag.* EXCLUDE (kommunekode)
    FROM edh.sag
    INNER JOIN begrundet ON begrundet.sted = 'edh' AND sag.sag_uuid = begrundet.sag_uuid
),

i_nyt AS (
    SELECT
        'nyt' AS sted,
        begrundet.vej,
        sag.* EXCLUDE (kommunekode)
    FROM nyt.sag
    INNER JOIN begrundet ON begrundet.sted = 'nyt' AND sag.sag_uuid = begrundet.sag_uuid
),

alle AS (
    SELECT * FROM foer
    UNION ALL BY NAME
    SELECT * FROM i_edh
    UNION ALL BY NAME
    SELECT * FROM i_nyt
)

SELECT *
FROM alle
ORDER BY list_position(['foer', 'edh', 'nyt'], sted), system, sag_uuid
