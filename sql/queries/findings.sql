-- Which findings does a run hold, since when, and which came or went between another run and this?
-- grain: one row per finding of the run asked for (denne), and per finding of the other run (hin) that it lacks
-- reads: koersler.koersel, koersler.fund, denne.afstemning.fund, hin.afstemning.fund, denne.afstemning.dom,
--   hin.afstemning.dom, denne.afstemning.fund_forklaret, hin.afstemning.fund_forklaret,
--   denne.afstemning.pligt_skrevet, hin.afstemning.pligt_skrevet, denne.afstemning.oprindelse_skrevet,
--   hin.afstemning.oprindelse_skrevet, denne.afstemning.hele_sager, hin.afstemning.hele_sager
-- columns: those of fund; foerst_set and sidst_set (when the first and the last run of the lake that hold it were
--   started), foerst_koersel, sidst_koersel; skift: 'ny' (not in the other run) or 'borte' (only there), null where both
--   hold it or the kommune cannot be compared; i_den_anden: of what came or went, what the run that lacks it says of it:
--   the ledger's words, 'hel_sag' (a note of a case that is whole there), 'skyldes_ikke' and 'findes_ikke' (the ledger
--   has no such row), 'forklaret', 'ikke_vurderet', 'regel_ikke_stillet' (the rule was not asked there), 'intet_brud'
-- empty: neither run holds a finding
WITH levetid AS (
    SELECT
        fund.fund_id,
        min_by(koersel.koersel_id, koersel.nummer) AS foerst_koersel,
        min_by(koersel.startet, koersel.nummer) AS foerst_set,
        max_by(koersel.koersel_id, koersel.nummer) AS sidst_koersel,
        max_by(koersel.startet, koersel.nummer) AS sidst_set
    FROM koersler.fund AS fund
    INNER JOIN koersler.koersel AS koersel ON fund.koersel_id = koersel.koersel_id
    GROUP BY fund.fund_id
),

dom AS (
    SELECT
        'denne' AS side,
        regel,
        kommunekode,
        dom
    FROM denne.afstemning.dom
    UNION ALL
    SELECT
        'hin' AS side,
        regel,
        kommunekode,
        dom
    FROM hin.afstemning.dom
),

-- Only what both runs reconciled can be held against each other.
faelles AS (
    SELECT kommunekode
    FROM dom
    WHERE side = 'denne'
    INTERSECT
    SELECT kommunekode
    FROM dom
    WHERE side = 'hin'
),

fund AS (
    SELECT
        denne.*,
        if(faelles.kommunekode IS NOT NULL AND hin.fund_id IS NULL, 'ny', NULL) AS skift
    FROM denne.afstemning.fund AS denne
    LEFT JOIN faelles ON denne.kommunekode = faelles.kommunekode
    LEFT JOIN hin.afstemning.fund AS hin ON denne.fund_id = hin.fund_id
    UNION ALL
    SELECT
        hin.*,
        'borte' AS skift
    FROM hin.afstemning.fund AS hin
    SEMI JOIN faelles ON hin.kommunekode = faelles.kommunekode
    ANTI JOIN denne.afstemning.fund AS denne ON hin.fund_id = denne.fund_id
),

skiftet AS (
    SELECT
        *,
        if(skift = 'ny', 'hin', 'denne') AS side,
        CASE
            WHEN regel IN ('R02', 'R03', 'R04', 'R05', 'R23') THEN 'pligt'
            WHEN regel = 'R20' THEN 'oprindelse'
        END AS hovedbog
    FROM fund
    WHERE skift IS NOT NULL
),

forklaret AS (
    SELECT
        'denne' AS side,
        fund_id
    FROM denne.afstemning.fund_forklaret
    UNION ALL
    SELECT
        'hin' AS side,
        fund_id
    FROM hin.afstemning.fund_forklaret
),

raekke AS (
    SELECT
        'denne' AS side,
        'pligt' AS hovedbog,
        kommunekode,
        objekttype,
        objekt_id,
        sted,
        system,
        concat_ws(' ', udfald, aarsag) AS ord
    FROM denne.afstemning.pligt_skrevet
    UNION ALL
    SELECT
        'hin' AS side,
        'pligt' AS hovedbog,
        kommunekode,
        objekttype,
        objekt_id,
        sted,
        system,
        concat_ws(' ', udfald, aarsag) AS ord
    FROM hin.afstemning.pligt_skrevet
    UNION ALL
    SELECT
        'denne' AS side,
        'oprindelse' AS hovedbog,
        kommunekode,
        objekttype,
        objekt_id,
        sted,
        system,
        concat_ws(' ', ophav, aarsag) AS ord
    FROM denne.afstemning.oprindelse_skrevet
    UNION ALL
    SELECT
        'hin' AS side,
        'oprindelse' AS hovedbog,
        kommunekode,
        objekttype,
        objekt_id,
        sted,
        system,
        concat_ws(' ', ophav, aarsag) AS ord
    FROM hin.afstemning.oprindelse_skrevet
),

-- A whole case and its notes are not written out: they are as the case is.
hel AS (
    SELECT
        'denne' AS side,
        'pligt' AS hovedbog,
        kommunekode,
        sted,
        sag_uuid,
        udfald AS ord
    FROM denne.afstemning.hele_sager
    UNION ALL
    SELECT
        'hin' AS side,
        'pligt' AS hovedbog,
        kommunekode,
        sted,
        sag_uuid,
        udfald AS ord
    FROM hin.afstemning.hele_sager
    UNION ALL
    SELECT DISTINCT
        'denne' AS side,
        'oprindelse' AS hovedbog,
        kommunekode,
        sted,
        efter_sag_uuid AS sag_uuid,
        'konverteret' AS ord
    FROM denne.afstemning.hele_sager
    UNION ALL
    SELECT DISTINCT
        'hin' AS side,
        'oprindelse' AS hovedbog,
        kommunekode,
        sted,
        efter_sag_uuid AS sag_uuid,
        'konverteret' AS ord
    FROM hin.afstemning.hele_sager
),

set_fra_den_anden AS (
    SELECT
        skiftet.fund_id,
        skiftet.skift,
        CASE
            WHEN dom.dom IS NULL THEN 'regel_ikke_stillet'
            WHEN forklaret.fund_id IS NOT NULL THEN 'forklaret'
            WHEN raekke.ord IS NOT NULL THEN raekke.ord
            -- A whole case has every note of its baseline, but the note may have left the baseline.
            WHEN skiftet.objekttype = 'journalnotat' AND hel.ord <> 'afventer' THEN 'hel_sag'
            WHEN hel.ord IS NOT NULL THEN hel.ord
            WHEN dom.dom = 'ikke_vurderet' THEN dom.dom
            WHEN skiftet.hovedbog = 'pligt' THEN 'skyldes_ikke'
            WHEN skiftet.hovedbog = 'oprindelse' THEN 'findes_ikke'
            ELSE 'intet_brud'
        END AS i_den_anden
    FROM skiftet
    LEFT JOIN dom USING (side, regel, kommunekode)
    LEFT JOIN forklaret USING (side, fund_id)
    LEFT JOIN raekke
        ON
            skiftet.side = raekke.side
            AND skiftet.hovedbog = raekke.hovedbog
            AND skiftet.kommunekode = raekke.kommunekode
            AND skiftet.objekttype = raekke.objekttype
            AND skiftet.objekt_id = raekke.objekt_id
            AND skiftet.sted = raekke.sted
            AND skiftet.system = raekke.system
    LEFT JOIN hel
        ON
            skiftet.side = hel.side
            AND skiftet.hovedbog = hel.hovedbog
            AND skiftet.kommunekode = hel.kommunekode
            AND skiftet.objekttype IN ('sag', 'journalnotat')
            AND skiftet.sted = hel.sted
            AND skiftet.sag_uuid = hel.sag_uuid
)

SELECT
    fund.*,
    levetid.foerst_set,
    levetid.foerst_koersel,
    levetid.sidst_set,
    levetid.sidst_koersel,
    anden.i_den_anden
FROM fund
INNER JOIN levetid ON fund.fund_id = levetid.fund_id
LEFT JOIN set_fra_den_anden AS anden ON fund.fund_id = anden.fund_id
ORDER BY fund.kommunekode, fund.regel, fund.objekttype, fund.objekt_id, fund.sted, fund.system
