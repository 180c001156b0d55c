-- Which cases does the index have?
-- grain: one row per Sag of the answers
-- reads: sag
-- columns: the contract's, and linje
-- master is taken as it stands, for an index that calls its systems by the contract's codes. Where it has the UUID or
-- URN of an IT system, the estate's own SQL says which system each is, in place of master:
--     CASE master WHEN '<the UUID of KMD Sag EDH>' THEN 'edh' WHEN '<the UUID of KY>' THEN 'ky' ELSE master END AS master
SELECT
    sag_uuid,
    sagsnummer,
    fremdrift,
    master,
    antal_journalnotater,
    sts_tidspunkt,
    linje
FROM sag
