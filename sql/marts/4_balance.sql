-- Do the books balance?
-- grain: one row per equation, object type and place
-- reads: afstemning.landet, foer.dokument_sag, foer.journalnotat, foer.sag, afstemning.system, foer.dokument,
--   foer.fil, afstemning.pligt_antal, edh.sag, nyt.sag, edh.journalnotat, nyt.journalnotat, edh.dokument, nyt.dokument,
--   edh.fil, nyt.fil, edh.dokument_sag, nyt.dokument_sag, afstemning.oprindelse_antal, afstemning.sagsudfald,
--   afstemning.notat_foer, afstemning.notatpar, afstemning.hele_sager, afstemning.dokumentudfald,
--   afstemning.notat_efter, afstemning.efter_aftryk, afstemning.dokumentophav, afstemning.kommune
-- columns: ligning, venstre, hoejre: the two sides, each counted by a road of its own
-- empty: the kommune is not in the estate
WITH landet AS (
    SELECT
        objekttype,
        system AS sted,
        'rækker sendt = rækker landet' AS ligning,
        sum(sendt) AS venstre,
        sum(raekker) AS hoejre
    FROM afstemning.landet
    WHERE art = 'raekker'
    GROUP BY objekttype, system
    UNION ALL
    SELECT
        objekttype,
        system AS sted,
        'kildens kontroltal = forskellige objekter landet' AS ligning,
        sum(sendt) AS venstre,
        sum(raekker) AS hoejre
    FROM afstemning.landet
    WHERE art = 'kontroltal'
    GROUP BY objekttype, system
),

-- What is owed and what was found is counted here straight from the deliveries, not from the ledger's working tables.
har_dokument AS (
    SELECT DISTINCT sag_uuid FROM foer.dokument_sag
),

notater AS (
    SELECT
        sag_uuid,
        count(*) AS antal
    FROM foer.journalnotat
    GROUP BY sag_uuid
),

skyldner AS (
    SELECT
        sag.sag_uuid,
        coalesce(notater.antal, 0) AS notater,
        ny.overgang IS NOT NULL AS nyt,
        har_dokument.sag_uuid IS NOT NULL AS edh
    FROM foer.sag
    LEFT JOIN afstemning.system AS ny ON sag.system = ny.system
    LEFT JOIN har_dokument ON sag.sag_uuid = har_dokument.sag_uuid
    LEFT JOIN notater ON sag.sag_uuid = notater.sag_uuid
),

skyldt AS (
    SELECT
        'sag' AS objekttype,
        'nyt' AS sted,
        coalesce(count_if(nyt), 0) AS venstre
    FROM skyldner
    UNION ALL
    SELECT
        'sag',
        'edh',
        coalesce(count_if(edh), 0)
    FROM skyldner
    UNION ALL
    SELECT
        'journalnotat',
        'nyt',
        coalesce(sum(notater) FILTER (nyt), 0)
    FROM skyldner
    UNION ALL
    SELECT
        'journalnotat',
        'edh',
        coalesce(sum(notater) FILTER (edh), 0)
    FROM skyldner
    UNION ALL
    SELECT
        'dokument',
        'edh',
        count(*)
    FROM foer.dokument
    UNION ALL
    SELECT
        'fil',
        'edh',
        count(*)
    FROM foer.fil
    UNION ALL
    SELECT
        'dokument_sag',
        'edh',
        count(*)
    FROM foer.dokument_sag
),

udfald AS (
    SELECT
        objekttype,
        sted,
        sum(antal) AS raekker
    FROM afstemning.pligt_antal
    GROUP BY objekttype, sted
),

udfald_hver AS (
    SELECT
        objekttype,
        sted,
        coalesce(sum(antal) FILTER (udfald = 'bevaret'), 0)
        + coalesce(sum(antal) FILTER (udfald = 'aendret'), 0)
        + coalesce(sum(antal) FILTER (udfald = 'ulinket'), 0)
        + coalesce(sum(antal) FILTER (udfald = 'fejlplaceret'), 0)
        + coalesce(sum(antal) FILTER (udfald = 'dubleret'), 0)
        + coalesce(sum(antal) FILTER (udfald = 'mangler'), 0)
        + coalesce(sum(antal) FILTER (udfald = 'forklaret'), 0)
        + coalesce(sum(antal) FILTER (udfald = 'afventer'), 0) AS sum_udfald
    FROM afstemning.pligt_antal
    GROUP BY objekttype, sted
),

fundet AS (
    SELECT
        'sag' AS objekttype,
        'edh' AS sted,
        count(*) AS venstre
    FROM edh.sag
    UNION ALL
    SELECT
        'sag',
        'nyt',
        count(*)
    FROM nyt.sag
    UNION ALL
    SELECT
        'journalnotat',
        'edh',
        count(*)
    FROM edh.journalnotat
    UNION ALL
    SELECT
        'journalnotat',
        'nyt',
        count(*)
    FROM nyt.journalnotat
    UNION ALL
    SELECT
        'dokument',
        'edh',
        count(*)
    FROM edh.dokument
    UNION ALL
    SELECT
        'dokument',
        'nyt',
        count(*)
    FROM nyt.dokument
    UNION ALL
    SELECT
        'fil',
        'edh',
        count(*)
    FROM edh.fil
    UNION ALL
    SELECT
        'fil',
        'nyt',
        count(*)
    FROM nyt.fil
    UNION ALL
    SELECT
        'dokument_sag',
        'edh',
        count(*)
    FROM edh.dokument_sag
    UNION ALL
    SELECT
        'dokument_sag',
        'nyt',
        count(*)
    FROM nyt.dokument_sag
),

ophav AS (
    SELECT
        objekttype,
        sted,
        sum(antal) AS raekker
    FROM afstemning.oprindelse_antal
    GROUP BY objekttype, sted
),

-- The relation par(sted, objekttype, foer_id, efter_id), joined to what was before and to what is now.
par_foer AS (
    SELECT
        'sag' AS objekttype,
        sted,
        count(*) AS antal
    FROM afstemning.sagsudfald
    SEMI JOIN foer.sag ON sagsudfald.sag_uuid = sag.sag_uuid
    WHERE efter_sag_uuid IS NOT NULL
    GROUP BY sted
    UNION ALL
    SELECT
        'journalnotat',
        sted,
        sum(antal)
    FROM (
        SELECT
            foer.sted,
            count(*) AS antal
        FROM afstemning.notat_foer AS foer
        SEMI JOIN afstemning.notatpar AS par ON foer.nummer = par.foer_nummer
        GROUP BY foer.sted
        UNION ALL
        SELECT
            sted,
            sum(notater)
        FROM afstemning.hele_sager
        GROUP BY sted
    )
    GROUP BY sted
    UNION ALL
    SELECT
        objekttype,
        'edh',
        count(*)
    FROM afstemning.dokumentudfald
    WHERE modpart_id IS NOT NULL
    GROUP BY objekttype
),

par_efter AS (
    SELECT
        'sag' AS objekttype,
        svar.sted,
        count(*) AS antal
    FROM afstemning.sagsudfald AS svar
    SEMI JOIN (
        SELECT
            system,
            sag_uuid
        FROM nyt.sag
        UNION ALL
        SELECT
            'edh' AS system,
            sag_uuid
        FROM edh.sag
    ) AS efter ON svar.efter_sag_uuid = efter.sag_uuid AND svar.efter_system = efter.system
    GROUP BY svar.sted
    UNION ALL
    SELECT
        'journalnotat',
        sted,
        sum(antal)
    FROM (
        SELECT
            efter.sted,
            count(*) AS antal
        FROM afstemning.notat_efter AS efter
        SEMI JOIN afstemning.notatpar AS par ON efter.nummer = par.efter_nummer
        GROUP BY efter.sted
        UNION ALL
        SELECT
            hel.sted,
            sum(aftryk.notater)
        FROM afstemning.hele_sager AS hel
        INNER JOIN afstemning.efter_aftryk AS aftryk
            ON hel.efter_sag_uuid = aftryk.sag_uuid AND hel.efter_system = aftryk.system
        GROUP BY hel.sted
    )
    GROUP BY sted
    UNION ALL
    SELECT
        objekttype,
        'edh',
        count(*)
    FROM afstemning.dokumentophav
    WHERE sted = 'edh' AND modpart_id IS NOT NULL
    GROUP BY objekttype
),

alle AS (
    SELECT * FROM landet
    UNION ALL
    SELECT
        skyldt.objekttype,
        skyldt.sted,
        'objekter × steder, der skyldes = rækker i pligt',
        skyldt.venstre,
        coalesce(udfald.raekker, 0)
    FROM skyldt
    LEFT JOIN udfald USING (objekttype, sted)
    UNION ALL
    SELECT
        udfald.objekttype,
        udfald.sted,
        'Σ udfald = rækker i pligt',
        udfald_hver.sum_udfald,
        udfald.raekker
    FROM udfald
    INNER JOIN udfald_hver USING (objekttype, sted)
    UNION ALL
    SELECT
        fundet.objekttype,
        fundet.sted,
        'objekter fundet = rækker i oprindelse',
        fundet.venstre,
        coalesce(ophav.raekker, 0)
    FROM fundet
    LEFT JOIN ophav USING (objekttype, sted)
    UNION ALL
    SELECT
        coalesce(par_foer.objekttype, par_efter.objekttype),
        coalesce(par_foer.sted, par_efter.sted),
        'par talt før = par talt efter',
        coalesce(par_foer.antal, 0),
        coalesce(par_efter.antal, 0)
    FROM par_foer
    FULL JOIN par_efter USING (objekttype, sted)
)

SELECT
    kommune.kommunekode,
    alle.objekttype,
    alle.sted,
    alle.ligning,
    cast(alle.venstre AS BIGINT) AS venstre,
    cast(alle.hoejre AS BIGINT) AS hoejre
FROM alle
CROSS JOIN afstemning.kommune
WHERE kommune.i_estate
ORDER BY ALL
