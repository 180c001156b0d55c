-- id: R12
-- alvor: fejl
-- ejer: KOMBIT
-- titel_da: Intet dokument på en konverteret sag er ældre end overgangen
-- titel_en: No document on a converted case is older than the transition
-- brev: De nye fagsystemer indeholder dokumenter tilknyttet sagen fra det tidspunkt, hvor sagen overgik til KSD eller KY.
-- spoergsmaal: Which documents on converted cases in the new systems were registered before the transition?
-- korn: one row per document on a converted case; judged wherever a case has moved
-- laeser: nyt.dokument, afstemning.system, nyt.dokument_sag, afstemning.oprindelse
-- kraever: foer.sag nyt.sag nyt.dokument nyt.dokument_sag
-- tomt_da: Hvert dokument på en konverteret sag er registreret ved eller efter overgangen.
-- tomt_en: Every document on a converted case was registered at or after the transition.
-- ulaest_da: Ingen sag er flyttet endnu.
-- ulaest_en: No case has moved yet.
WITH for_gammelt AS (
    SELECT
        dokument.kommunekode,
        dokument.system,
        dokument.dokument_uuid,
        kobling.sag_uuid
    FROM nyt.dokument
    INNER JOIN afstemning.system AS ny ON dokument.system = ny.system
    INNER JOIN nyt.dokument_sag AS kobling
        ON dokument.dokument_uuid = kobling.dokument_uuid AND dokument.system = kobling.system
    WHERE ny.flyttet AND dokument.registreret < ny.overgang
)

SELECT
    for_gammelt.kommunekode,
    'dokument' AS objekttype,
    cast(for_gammelt.dokument_uuid AS VARCHAR) AS objekt_id,
    min(for_gammelt.sag_uuid) AS sag_uuid,
    'nyt' AS sted,
    for_gammelt.system,
    cast(NULL AS VARCHAR) AS udfald,
    cast(NULL AS VARCHAR) AS aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM for_gammelt
SEMI JOIN afstemning.oprindelse AS konverteret
    ON
        for_gammelt.sag_uuid = konverteret.sag_uuid
        AND for_gammelt.system = konverteret.system
        AND konverteret.objekttype = 'sag'
        AND konverteret.sted = 'nyt'
        AND konverteret.ophav = 'konverteret'
GROUP BY ALL;

-- Where a case has moved, its documents are held against the transition, also when there are none.
SELECT
    count(*) FILTER (NOT venter_nyt) AS vurderet,
    count(*) FILTER (venter_nyt) AS venter,
    0 AS forklaret
FROM afstemning.sagsgrundlag
WHERE skyldes_nyt;
