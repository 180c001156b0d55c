-- What was bevaret in the other run and is not in this one?
-- grain: one row per object and place
-- reads: hin.afstemning.pligt_skrevet, denne.afstemning.pligt_skrevet, denne.afstemning.hele_sager,
--   sammenligning.aabnet, sammenligning.notat, sammenligning.kommune
-- columns: kommunekode, objekttype, objekt_id, sag_uuid, sted, system (that owed it then); nu and aarsag: what it is now
--   and why, 'skyldes_ikke' where it is no longer owed
-- empty: all that was bevaret is bevaret
-- sammenligning.aabnet holds the cases that were whole then and have to be looked into, sammenligning.notat the notes of
-- the cases that are not whole in both, and of no others.
WITH skrevet_foer AS (
    SELECT
        objekttype,
        objekt_id,
        sag_uuid,
        sted,
        system,
        udfald
    FROM hin.afstemning.pligt_skrevet
),

var_bevaret AS (
    SELECT
        objekttype,
        objekt_id,
        sag_uuid,
        sted,
        system
    FROM skrevet_foer
    WHERE udfald = 'bevaret'
    UNION ALL
    SELECT
        'sag' AS objekttype,
        cast(sag_uuid AS VARCHAR) AS objekt_id,
        sag_uuid,
        sted,
        system
    FROM sammenligning.aabnet
    UNION ALL
    SELECT
        'journalnotat' AS objekttype,
        notat.objekt_id,
        notat.sag_uuid,
        sag.sted,
        sag.system
    FROM sammenligning.notat AS notat
    INNER JOIN sammenligning.aabnet AS sag ON notat.sag_uuid = sag.sag_uuid
    ANTI JOIN skrevet_foer
        ON
            notat.objekt_id = skrevet_foer.objekt_id
            AND sag.sted = skrevet_foer.sted
            AND skrevet_foer.objekttype = 'journalnotat'
    WHERE notat.side = 'hin'
),

er_nu AS (
    SELECT
        objekttype,
        objekt_id,
        sted,
        udfald,
        aarsag
    FROM denne.afstemning.pligt_skrevet
    UNION ALL
    SELECT
        'sag' AS objekttype,
        cast(sag_uuid AS VARCHAR) AS objekt_id,
        sted,
        udfald,
        NULL AS aarsag
    FROM denne.afstemning.hele_sager
    WHERE udfald IS NOT NULL
    UNION ALL
    SELECT
        'journalnotat' AS objekttype,
        notat.objekt_id,
        hel.sted,
        hel.udfald,
        NULL AS aarsag
    FROM sammenligning.notat AS notat
    INNER JOIN denne.afstemning.hele_sager AS hel ON notat.sag_uuid = hel.sag_uuid
    ANTI JOIN denne.afstemning.pligt_skrevet AS skrevet
        ON
            notat.objekt_id = skrevet.objekt_id
            AND hel.sted = skrevet.sted
            AND skrevet.objekttype = 'journalnotat'
    WHERE notat.side = 'denne' AND hel.udfald IS NOT NULL
)

SELECT
    kommune.kommunekode,
    foer.objekttype,
    foer.objekt_id,
    foer.sag_uuid,
    foer.sted,
    foer.system,
    coalesce(nu.udfald, 'skyldes_ikke') AS nu,
    nu.aarsag
FROM var_bevaret AS foer
CROSS JOIN sammenligning.kommune AS kommune
LEFT JOIN er_nu AS nu ON foer.objekttype = nu.objekttype AND foer.objekt_id = nu.objekt_id AND foer.sted = nu.sted
WHERE nu.udfald IS DISTINCT FROM 'bevaret'
ORDER BY foer.sted, foer.objekttype, foer.objekt_id
