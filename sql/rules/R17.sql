-- id: R17
-- alvor: fejl
-- ejer: KMD
-- titel_da: En berigtigelse kan ses: værdien er en anden end før
-- titel_en: A correction shows: the value is no longer what it was
-- brev: Det er naturligvis muligt at få lavet en sådan ændring. Man skal i givet fald lave en service request til KMD Sags servicedesk
-- spoergsmaal: Which corrections were carried out according to the register, while the value is what it was before?
-- korn: one row per berigtigelse carried out since the baseline
-- laeser: afstemning.berigtigelse_vist
-- kraever: foer.sag foer.journalnotat foer.dokument edh.sag edh.journalnotat edh.dokument edh.berigtigelse
-- tomt_da: Hver berigtigelse, der er udført siden udtrækket, kan ses i EDH.
-- tomt_en: Every correction carried out since the extract shows in EDH.
-- ulaest_da: Ingen berigtigelse er udført siden udtrækket på noget, der kan sammenlignes.
-- ulaest_en: No correction was carried out since the extract on anything that can be compared.
SELECT
    kommunekode,
    'berigtigelse' AS objekttype,
    objekt_id,
    sag_uuid,
    'edh' AS sted,
    'edh' AS system,
    cast(NULL AS VARCHAR) AS udfald,
    cast(NULL AS VARCHAR) AS aarsag,
    cast(NULL AS VARCHAR) AS modpart_id
FROM afstemning.berigtigelse_vist
WHERE status = 'ikke_vist';

-- How many corrections were judged, how many are still to be carried out?
SELECT
    count(*) FILTER (status IN ('vist', 'ikke_vist')) AS vurderet,
    count(*) FILTER (status = 'venter') AS venter,
    0 AS forklaret
FROM afstemning.berigtigelse_vist;
