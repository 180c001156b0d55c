-- Which cases have to be opened and their notes compared one by one?
-- grain: one row per place and baseline case that is owed or was found there, and is not whole
-- reads: afstemning.sagsudfald, afstemning.hele_sager
-- columns: those of sagsudfald
-- empty: every case is whole
SELECT sag.*
FROM afstemning.sagsudfald AS sag
ANTI JOIN afstemning.hele_sager AS hel ON sag.sted = hel.sted AND sag.sag_uuid = hel.sag_uuid
