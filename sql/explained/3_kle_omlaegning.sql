-- Which KLE numbers went out, and which number answers them in the new system?
-- grain: one row per system and number that went out
-- reads: nothing; this is a table written by hand, in force where estate.yaml has no kle_omlaegninger of its own
-- columns: system; fra; til; gaelder_fra (an after-delivery from this day on may have the new number)
-- empty: no number went out
SELECT
    skrevet.system,
    skrevet.fra,
    skrevet.til,
    cast(skrevet.gaelder_fra AS DATE) AS gaelder_fra
FROM (
    VALUES
    ('ky', '32.24.32', '32.24.04', '2022-02-01'),
    ('ky', '32.24.48', '32.24.04', '2022-02-01')
) AS skrevet (system, fra, til, gaelder_fra)
