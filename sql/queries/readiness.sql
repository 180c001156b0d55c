-- May the kommune give up KMD Sag, and is everything in place for moving the documents from EDH into KSD and KY?
-- grain: one row per question and condition, in the session of one kommune
-- reads: foer.sag, afstemning.system, afstemning.pligt_antal, afstemning.balance, afstemning.dom, afstemning.kommune,
--   afstemning.ikke_flyttet, foer.dokument_sag, edh.dokument, edh.dokument_sag, edh.sag, edh.fil, afstemning.leveret
-- columns: spoergsmaal ('opsigelse', 'flytning'); svar (of the whole question: 'opfyldt' only when every condition is);
--   nummer; betingelse_da, betingelse_en; stand: 'opfyldt', 'brudt' or 'ikke_vurderet'; antal (of what breaks it); kilde
--   (the rule or relation that tells)
-- empty: never
-- Afstem sees three fagsystemer. The letter lets KMD Sag be given up after the sixth: of the others nothing is known here.
WITH leveret AS (
    SELECT
        coalesce(bool_or(entitet = 'sag'), FALSE) AS sag,
        coalesce(bool_or(entitet = 'dokument'), FALSE) AS dokument,
        coalesce(bool_or(entitet = 'dokument_sag'), FALSE) AS dokument_sag,
        coalesce(bool_or(entitet = 'fil'), FALSE) AS fil
    FROM afstemning.leveret
    WHERE sted = 'edh'
),

fagsystem AS (
    SELECT
        count(*) AS i_alt,
        count_if(NOT (ny.flyttet AND ny.flyttet_edh)) AS ikke_flyttet
    FROM afstemning.system AS ny
    SEMI JOIN foer.sag AS foer ON ny.system = foer.system
),

pligt AS (
    SELECT
        count(*) AS raekker,
        coalesce(sum(antal) FILTER (udfald = 'afventer'), 0) AS venter,
        count(*) FILTER (objekttype = 'fil') AS filer,
        coalesce(sum(antal) FILTER (objekttype = 'fil' AND udfald = 'aendret'), 0) AS aendrede_filer
    FROM afstemning.pligt_antal
),

balance AS (
    SELECT
        count(*) AS ligninger,
        count_if(venstre IS DISTINCT FROM hoejre) AS ulige
    FROM afstemning.balance
),

hul AS (
    SELECT count(*) AS antal
    FROM foer.sag
    WHERE kilde = 'edh' AND sagstype = 'fagsystemsag'
),

dokument_venter AS (
    SELECT count(*) AS antal
    FROM afstemning.ikke_flyttet AS sag
    SEMI JOIN foer.dokument_sag AS kobling ON sag.sag_uuid = kobling.sag_uuid
),

loest AS (
    SELECT count(*) AS antal
    FROM edh.dokument
    ANTI JOIN edh.dokument_sag AS kobling ON dokument.dokument_uuid = kobling.dokument_uuid
),

uden_sag AS (
    SELECT count(*) AS antal
    FROM edh.dokument_sag AS kobling
    ANTI JOIN edh.sag ON kobling.sag_uuid = sag.sag_uuid
),

uden_fil AS (
    SELECT count(*) AS antal
    FROM edh.dokument
    ANTI JOIN edh.fil ON dokument.dokument_uuid = fil.dokument_uuid
),

tom AS (
    SELECT count(*) AS antal
    FROM edh.fil
    WHERE bytes = 0
),

-- What is counted here: it can be judged when vurderet holds, and is in order when nothing breaks it.
optalt AS (
    SELECT
        'opsigelse' AS spoergsmaal,
        1 AS nummer,
        'Hvert fagsystem i baseline er afløst' AS betingelse_da,
        'Every fagsystem of the baseline has been succeeded' AS betingelse_en,
        'afstemning.system' AS kilde,
        fagsystem.i_alt > 0 AS vurderet,
        fagsystem.ikke_flyttet AS antal
    FROM fagsystem
    UNION ALL
    SELECT
        'opsigelse',
        2,
        'Intet venter på en senere levering',
        'Nothing waits for a later delivery',
        'afstemning.pligt_antal',
        raekker > 0,
        venter
    FROM pligt
    UNION ALL
    SELECT
        'opsigelse',
        3,
        'KMD Sag leverede hver fagsystemsag, som EDH havde før',
        'KMD Sag delivered every fagsystemsag that EDH held before',
        'foer.sag',
        fagsystem.i_alt > 0,
        hul.antal
    FROM hul
    CROSS JOIN fagsystem
    UNION ALL
    SELECT
        'opsigelse',
        4,
        'Hver ligning i balancen går op',
        'Every equation of the balance holds',
        'afstemning.balance',
        ligninger > 0,
        ulige
    FROM balance
    UNION ALL
    SELECT
        'flytning',
        1,
        'KSD og KY er fuldt udrullet i landets 98 kommuner',
        'KSD and KY are rolled out in all 98 kommuner',
        'afstemning.kommune',
        edh_efter IS NOT NULL AND fuldt_udrullet IS NOT NULL,
        if(cast(timezone('Europe/Copenhagen', edh_efter) AS DATE) >= fuldt_udrullet, 0, 1)
    FROM afstemning.kommune
    UNION ALL
    SELECT
        'flytning',
        2,
        'Ingen sag med dokumenter bor stadig i KMD Sag',
        'No case with documents still lives in KMD Sag',
        'afstemning.ikke_flyttet',
        fagsystem.i_alt > 0,
        dokument_venter.antal
    FROM dokument_venter
    CROSS JOIN fagsystem
    UNION ALL
    SELECT
        'flytning',
        6,
        'Intet dokument i EDH ligger løst',
        'No document in EDH is loose',
        'edh.dokument',
        leveret.dokument AND leveret.dokument_sag,
        loest.antal
    FROM loest
    CROSS JOIN leveret
    UNION ALL
    SELECT
        'flytning',
        7,
        'Hvert dokument i EDH ligger på sager, der findes',
        'Every document in EDH lies on cases that are there',
        'edh.dokument_sag',
        leveret.sag AND leveret.dokument_sag,
        uden_sag.antal
    FROM uden_sag
    CROSS JOIN leveret
    UNION ALL
    SELECT
        'flytning',
        8,
        'Hvert dokument i EDH har en fil',
        'Every document in EDH has a file',
        'edh.fil',
        leveret.dokument AND leveret.fil,
        uden_fil.antal
    FROM uden_fil
    CROSS JOIN leveret
    UNION ALL
    SELECT
        'flytning',
        9,
        'Ingen fil i EDH er tom',
        'No file in EDH is empty',
        'edh.fil',
        leveret.fil,
        tom.antal
    FROM tom
    CROSS JOIN leveret
    UNION ALL
    SELECT
        'flytning',
        10,
        'Ingen fil er ændret siden før',
        'No file has changed since before',
        'afstemning.pligt_antal',
        pligt.filer > 0 AND leveret.fil,
        pligt.aendrede_filer
    FROM pligt
    CROSS JOIN leveret
),

regel AS (
    SELECT
        skrevet.spoergsmaal,
        skrevet.nummer,
        skrevet.regel,
        skrevet.betingelse_da,
        skrevet.betingelse_en
    FROM (
        VALUES
        ('opsigelse', 5, 'R02', 'Alt er kommet over i de nye systemer', 'All has arrived in the new systems'),
        ('opsigelse', 6, 'R04', 'EDH-sagen bærer stadig fagsagens oplysninger', 'The EDH case has the case data'),
        ('opsigelse', 7, 'R05', 'Hver sag med dokumenter er i EDH', 'Every case with documents is in EDH'),
        ('opsigelse', 8, 'R23', 'Hvert notat er på EDH-sagen', 'Every note is on the EDH case'),
        ('opsigelse', 9, 'R24', 'Intet er gået tabt begge steder', 'Nothing is lost in both places'),
        ('opsigelse', 10, 'R09', 'Nøgleposen binder de rigtige sager', 'The nøglepose ties the right cases'),
        ('opsigelse', 11, 'R07', 'Ingen flyttet sag er stadig fagsystemsag', 'No moved case is still a fagsystemsag'),
        ('opsigelse', 12, 'R08', 'Ingen EDH-sag er passiveret', 'No EDH case was passivated'),
        ('flytning', 3, 'R03', 'Hvert dokument er uændret i EDH', 'Every document is in EDH, unchanged'),
        ('flytning', 4, 'R09', 'Nøgleposen binder de rigtige sager', 'The nøglepose ties the right cases'),
        ('flytning', 5, 'R10', 'Hver EDH-sag nås fra netop én ny sag', 'Every EDH case is reached from one new case')
    ) AS skrevet (spoergsmaal, nummer, regel, betingelse_da, betingelse_en)
),

betingelse AS (
    SELECT
        spoergsmaal,
        nummer,
        betingelse_da,
        betingelse_en,
        CASE WHEN NOT vurderet THEN 'ikke_vurderet' WHEN antal > 0 THEN 'brudt' ELSE 'opfyldt' END AS stand,
        if(vurderet, antal, NULL) AS antal,
        kilde,
        cast(NULL AS VARCHAR) AS begrundelse_da,
        cast(NULL AS VARCHAR) AS begrundelse_en
    FROM optalt
    UNION ALL
    SELECT
        regel.spoergsmaal,
        regel.nummer,
        regel.betingelse_da,
        regel.betingelse_en,
        coalesce(dom.dom, 'ikke_vurderet') AS stand,
        if(dom.dom = 'ikke_vurderet', NULL, dom.brud) AS antal,
        regel.regel AS kilde,
        dom.begrundelse AS begrundelse_da,
        dom.begrundelse_en
    FROM regel
    LEFT JOIN afstemning.dom AS dom ON regel.regel = dom.regel
)

SELECT
    kommune.kommunekode,
    betingelse.spoergsmaal,
    CASE
        WHEN bool_or(betingelse.stand = 'brudt') OVER svar THEN 'brudt'
        WHEN bool_and(betingelse.stand = 'opfyldt') OVER svar THEN 'opfyldt'
        ELSE 'ikke_vurderet'
    END AS svar,
    betingelse.nummer,
    betingelse.betingelse_da,
    betingelse.betingelse_en,
    betingelse.stand,
    cast(betingelse.antal AS BIGINT) AS antal,
    betingelse.kilde,
    betingelse.begrundelse_da,
    betingelse.begrundelse_en
FROM betingelse
CROSS JOIN afstemning.kommune AS kommune
WINDOW svar AS (PARTITION BY betingelse.spoergsmaal)
ORDER BY kommune.kommunekode, list_position(['opsigelse', 'flytning'], betingelse.spoergsmaal), betingelse.nummer
