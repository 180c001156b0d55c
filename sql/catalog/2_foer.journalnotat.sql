-- Which notes are the baseline: those of the baseline's cases, from the delivery the case is taken from?
-- grain: one row per note and case
-- reads: grundlag.journalnotat, foer.sag
-- empty: the baseline has no cases, or its deliveries no notes
SELECT
    notat.*,
    sag.system
FROM grundlag.journalnotat AS notat
INNER JOIN foer.sag
    ON notat.sag_uuid = sag.sag_uuid AND notat.kilde = sag.kilde AND notat.udtrukket = sag.udtrukket
