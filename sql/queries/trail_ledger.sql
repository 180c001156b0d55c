-- What do the two ledgers say of these cases and documents, and of what lies on them?
-- grain: one row per row of a ledger, but for the notes of whole cases, which answer one another one to one; the
--   variable sager holds the ids of the cases, old and new, the variable dokumenter those of the documents
-- reads: afstemning.pligt_skrevet, afstemning.hele_sager, afstemning.oprindelse_skrevet, afstemning.detalje
-- columns: hovedbog ('pligt', 'oprindelse'); hel (the case is whole: so are its notes); udfald (of oprindelse: ophav)
-- empty: the ledgers know nothing of any of them
WITH sager AS (
    SELECT DISTINCT unnest(getvariable('sager')) AS sag_uuid
),

dokumenter AS (
    SELECT DISTINCT cast(unnest(getvariable('dokumenter')) AS VARCHAR) AS dokument_uuid
),

raekke AS (
    SELECT
        'pligt' AS hovedbog,
        FALSE AS hel,
        objekttype,
        objekt_id,
        sag_uuid,
        sted,
        system,
        udfald,
        aarsag,
        modpart_id
    FROM afstemning.pligt_skrevet
    UNION ALL
    SELECT
        'oprindelse' AS hovedbog,
        FALSE AS hel,
        objekttype,
        objekt_id,
        sag_uuid,
        sted,
        system,
        ophav AS udfald,
        aarsag,
        modpart_id
    FROM afstemning.oprindelse_skrevet
),

skrevet AS (
    SELECT raekke.*
    FROM raekke
    SEMI JOIN sager ON raekke.sag_uuid = sager.sag_uuid
    WHERE raekke.objekttype IN ('sag', 'journalnotat')
    UNION ALL
    SELECT raekke.*
    FROM raekke
    SEMI JOIN dokumenter ON split_part(raekke.objekt_id, '|', 1) = dokumenter.dokument_uuid
    WHERE raekke.objekttype IN ('dokument', 'fil', 'dokument_sag')
),

hel AS (
    SELECT
        'pligt' AS hovedbog,
        TRUE AS hel,
        'sag' AS objekttype,
        cast(hel.sag_uuid AS VARCHAR) AS objekt_id,
        hel.sag_uuid,
        hel.sted,
        hel.system,
        hel.udfald,
        cast(hel.efter_sag_uuid AS VARCHAR) AS modpart_id
    FROM afstemning.hele_sager AS hel
    SEMI JOIN sager ON hel.sag_uuid = sager.sag_uuid
    UNION ALL
    SELECT
        'oprindelse' AS hovedbog,
        TRUE AS hel,
        'sag' AS objekttype,
        cast(hel.efter_sag_uuid AS VARCHAR) AS objekt_id,
        hel.efter_sag_uuid AS sag_uuid,
        hel.sted,
        hel.efter_system AS system,
        'konverteret' AS udfald,
        cast(hel.sag_uuid AS VARCHAR) AS modpart_id
    FROM afstemning.hele_sager AS hel
    SEMI JOIN sager ON hel.efter_sag_uuid = sager.sag_uuid
),

alle AS (
    SELECT * FROM skrevet
    UNION ALL BY NAME
    SELECT * FROM hel
)

SELECT
    alle.*,
    detalje.detalje
FROM alle
LEFT JOIN afstemning.detalje AS detalje
    ON
        alle.hovedbog = 'pligt'
        AND alle.objekttype = detalje.objekttype
        AND alle.objekt_id = detalje.objekt_id
        AND alle.sted = detalje.sted
ORDER BY alle.hovedbog, alle.objekttype, alle.objekt_id, alle.sted, alle.system
