-- Levels by host and case straight from the records: DuckDB reads JSON Lines.
--   cd records && duckdb < query.sql
-- A round's level is the median of its samples, that of a case over the rounds.
-- Of a round that is kept as a histogram it is the median of its bursts.
WITH rounds AS (
    SELECT
        parse_filename(filename, true) AS host, id, unit,
        coalesce(
            list_median(samples.raw),
            list_median(list_transform(bursts, lambda b: b.elapsed / b.ops))
        ) AS level
    FROM read_ndjson('*.jsonl', filename = true, maximum_object_size = 33554432, columns = {
        kind: 'VARCHAR', id: 'VARCHAR', outcome: 'VARCHAR', unit: 'VARCHAR',
        samples: 'STRUCT(raw DOUBLE[])', bursts: 'STRUCT(ops BIGINT, elapsed DOUBLE)[]'
    })
    WHERE kind = 'case' AND outcome = 'measured'
)
SELECT host, id, unit, count(*) AS rounds, median(level) AS level
FROM rounds GROUP BY ALL ORDER BY id, level;
