-- id: R11
-- alvor: fejl
-- ejer: kommunen
-- titel_da: En ny sag på KSD's og KY's område ligger kun dér
-- titel_en: A new case in the field of KSD and KY lies only there
-- brev: nye sager bliver oprettet i KSD og KY, der er ’tykke’ fagsystemer, som holder alle relevante informationer og dokumenter på en sag
-- spoergsmaal: Which cases were created in EDH after the transition, in the field of a system that had taken over?
-- korn: one row per EDH case outside the baseline; judged wherever a case has moved
-- laeser: edh.sag, afstemning.system, foer.sag
-- kraever: foer.sag edh.sag
-- tomt_da: Ingen sag på et flyttet område er oprettet i EDH efter overgangen.
-- tomt_en: No case of a field that has moved was created in EDH after the transition.
-- ulaest_da: Ingen sag er flyttet endnu.
-- ulaest_en: No case has moved yet.
WITH ny_i_edh AS (
    SELECT *
    FROM edh.sag
    ANTI JOIN foer.sag AS foer ON sag.sag_uuid = foer.sag_uuid
),

emne AS (
    SELECT DISTINCT
        system,
        kle_emne
    FROM foer.sag
    WHERE system IS NOT NULL
),

-- Without a fagsystem a case is in the field of every system that had cases of its KLE number.
felt AS (
    SELECT
        ny_i_edh.sag_uuid,
        ny.overgang
    FROM ny_i_edh
    INNER JOIN afstemning.system AS ny ON ny_i_edh.fagsystem = ny.fagsystem
    WHERE ny.flyttet_edh
    UNION ALL
    SELECT
        ny_i_edh.sag_uuid,
        ny.overgang
    FROM ny_i_edh
    INNER JOIN emne ON ny_i_edh.kle_emne = emne.kle_emne
    INNER JOIN afstemning.system AS ny ON emne.system = ny.system
    WHERE ny_i_edh.fagsystem IS NULL AND ny.flyttet_edh
)

SELECT
    ny_i_edh.kommunekode,
    'sag' AS objekttype,
    cast(ny_i_edh.sag_uuid AS VARCHAR) AS objekt_id,
    ny_i_edh.sag_uuid,
    'edh' AS sted,
    'edh' AS system,
    cast(NULL AS VARCHAR) AS udfald,
    cast(NULL AS VARCHAR) AS aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM ny_i_edh
SEMI JOIN felt ON ny_i_edh.sag_uuid = felt.sag_uuid AND ny_i_edh.oprettet > felt.overgang;

-- Where there is a moved case, a case of its field may not be created in EDH any more.
SELECT
    count(flyttet.sag_uuid) AS vurderet,
    count(*) - count(flyttet.sag_uuid) AS venter,
    0 AS forklaret
FROM afstemning.sagsgrundlag AS grundlag
LEFT JOIN afstemning.flyttet_sag AS flyttet ON grundlag.sag_uuid = flyttet.sag_uuid
WHERE grundlag.system IS NOT NULL;
