-- id: R01
-- alvor: fejl
-- ejer: kommunen
-- titel_da: Hver leverance kommer fra en kommune, der skal afstemmes
-- titel_en: Every delivery comes from a kommune that is to be reconciled
-- brev: de 40 kommuner, som benytter, eller har benyttet, KMD Sag EDH
-- spoergsmaal: Which deliveries come from a kommune that is not in estate.yaml?
-- korn: one row per landed delivery
-- laeser: afstemning.leverance
-- tomt_da: Hver leverance, der er landet, kommer fra en kommune i estate.yaml.
-- tomt_en: Every delivery that was landed comes from a kommune in estate.yaml.
-- ulaest_da: Kommunen har ikke leveret noget.
-- ulaest_en: The kommune has delivered nothing.
SELECT
    kommunekode,
    'leverance' AS objekttype,
    leverance AS objekt_id,
    cast(NULL AS UUID) AS sag_uuid,
    cast(NULL AS VARCHAR) AS sted,
    system,
    cast(NULL AS VARCHAR) AS udfald,
    cast(NULL AS VARCHAR) AS aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM afstemning.leverance
WHERE NOT i_estate;

-- How many deliveries were judged?
SELECT
    count(*) AS vurderet,
    0 AS venter,
    0 AS forklaret
FROM afstemning.leverance;
