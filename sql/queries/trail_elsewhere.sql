-- What do the index and the new ESDH have of these cases, notes and documents?
-- grain: one row per object and place; the variable objekter holds the ids, as EDH has them
-- reads: indeks.indeks_sag, indeks.indeks_dokument, esdh.krydsreference, esdh.sag, esdh.dokument, esdh.journalnotat
-- columns: sted ('indeks', 'esdh'); entitet (where the row stands) and linje; objekttype; objekt_id (EDH's); ny_id and
--   ny_linje (of the new ESDH: the id there, and where the object stands, null when it is not there); fremdrift,
--   antal_journalnotater, titel, master and sts_tidspunkt (of the index)
-- empty: neither delivered anything of them
WITH spurgt AS (
    SELECT DISTINCT unnest(getvariable('objekter')) AS objekt_id
),

i_esdh AS (
    SELECT
        'sag' AS objekttype,
        cast(sag_uuid AS VARCHAR) AS ny_id,
        linje
    FROM esdh.sag
    UNION ALL
    SELECT
        'dokument' AS objekttype,
        cast(dokument_uuid AS VARCHAR) AS ny_id,
        linje
    FROM esdh.dokument
    UNION ALL
    SELECT
        'journalnotat' AS objekttype,
        notat_id AS ny_id,
        min(linje) AS linje
    FROM esdh.journalnotat
    GROUP BY notat_id
),

raekke AS (
    SELECT
        'indeks' AS sted,
        'indeks_sag' AS entitet,
        'sag' AS objekttype,
        cast(sag_uuid AS VARCHAR) AS objekt_id,
        master,
        sts_tidspunkt,
        fremdrift,
        antal_journalnotater,
        linje
    FROM indeks.indeks_sag
    UNION ALL BY NAME
    SELECT
        'indeks' AS sted,
        'indeks_dokument' AS entitet,
        'dokument' AS objekttype,
        cast(dokument_uuid AS VARCHAR) AS objekt_id,
        master,
        sts_tidspunkt,
        titel,
        linje
    FROM indeks.indeks_dokument
    UNION ALL BY NAME
    SELECT
        'esdh' AS sted,
        'krydsreference' AS entitet,
        reference.objekttype,
        if(reference.objekttype = 'journalnotat', reference.gammel_id, lower(reference.gammel_id)) AS objekt_id,
        reference.ny_id,
        i_esdh.linje AS ny_linje,
        reference.linje
    FROM esdh.krydsreference AS reference
    LEFT JOIN i_esdh
        ON
            reference.objekttype = i_esdh.objekttype
            AND if(reference.objekttype = 'journalnotat', reference.ny_id, lower(reference.ny_id)) = i_esdh.ny_id
)

SELECT raekke.*
FROM raekke
SEMI JOIN spurgt ON raekke.objekt_id = spurgt.objekt_id
ORDER BY list_position(['indeks', 'esdh'], raekke.sted), raekke.objekttype, raekke.objekt_id, raekke.linje
