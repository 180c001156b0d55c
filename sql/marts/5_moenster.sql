-- Which faults are many of one kind?
-- grain: one row per place, system, object type, bad udfald, aarsag and detalje
-- reads: afstemning.pligt_skrevet, afstemning.detalje
-- columns: antal
-- empty: every obligation that can be judged is met
SELECT
    pligt.kommunekode,
    pligt.sted,
    pligt.system,
    pligt.objekttype,
    pligt.udfald,
    pligt.aarsag,
    detalje.detalje,
    count(*) AS antal
FROM afstemning.pligt_skrevet AS pligt
LEFT JOIN afstemning.detalje AS detalje
    ON
        pligt.sted = detalje.sted
        AND pligt.objekttype = detalje.objekttype
        AND pligt.objekt_id = detalje.objekt_id
WHERE pligt.udfald IN ('mangler', 'fejlplaceret', 'dubleret', 'aendret', 'ulinket')
GROUP BY ALL
ORDER BY ALL
