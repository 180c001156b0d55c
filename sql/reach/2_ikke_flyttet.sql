-- Which cases still live in KMD Sag, so that what EDH shows of them is not yet EDH's to answer for?
-- grain: one row per case
-- reads: foer.sag, afstemning.system, edh.sag
-- empty: every system has moved
-- A case of the baseline belongs to the system it had there; any other to that of its fagsystem.
SELECT foer.sag_uuid
FROM foer.sag AS foer
INNER JOIN afstemning.system AS ny ON foer.system = ny.system
WHERE NOT ny.flyttet_edh
UNION ALL
SELECT sag.sag_uuid
FROM edh.sag
INNER JOIN afstemning.system AS ny ON sag.fagsystem = ny.fagsystem
ANTI JOIN foer.sag AS foer ON sag.sag_uuid = foer.sag_uuid
WHERE NOT ny.flyttet_edh
