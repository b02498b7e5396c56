-- Levels by host and case straight from the records: DuckDB reads JSON Lines.
--   cd records && duckdb < query.sql
-- A round's level is the median of its samples, that of a case over the rounds. Of
-- a histogram, [value, how often] by rising value, it is the first value that half
-- of the samples do not exceed.
WITH lines AS (
    SELECT
        parse_filename(filename, true) AS host, id, unit, samples,
        list_sum(list_transform(samples.histogram, lambda bucket: bucket[2])) / 2 AS half
    FROM read_ndjson('*.jsonl', filename = true, maximum_object_size = 33554432, columns = {
        kind: 'VARCHAR', id: 'VARCHAR', outcome: 'VARCHAR', unit: 'VARCHAR',
        samples: 'STRUCT(raw DOUBLE[], histogram DOUBLE[][])'
    })
    WHERE kind = 'case' AND outcome = 'measured'
), rounds AS (
    SELECT
        host, id, unit,
        coalesce(
            list_median(samples.raw),
            list_reduce(samples.histogram, lambda seen, bucket:
                CASE WHEN seen[2] >= half THEN seen ELSE [bucket[1], seen[2] + bucket[2]] END)[1]
        ) AS level
    FROM lines
)
SELECT host, id, unit, count(*) AS rounds, median(level) AS level
FROM rounds GROUP BY ALL ORDER BY id, level;
