"""Reads the exports of a record back with the libraries of those who read them.

Called by scripts/check-exports with the folder of the exports and the XML
schema. Every count is held against the CSV, which has a row per case.
"""

import json
import math
import pathlib
import sys

import duckdb
import jsonschema
import junitparser
from lxml import etree
from prometheus_client.openmetrics.parser import text_string_to_metric_families

work, schema = pathlib.Path(sys.argv[1]), sys.argv[2]


def table():
    """The CSV as DuckDB understands it without being told anything."""
    rows = duckdb.sql(f"select * from read_csv('{work / 'csv'}')")
    types = dict(zip(rows.columns, map(str, rows.types)))
    for column in ("estimate", "low", "high", "p50", "cpu_time_ns"):
        assert types[column] == "DOUBLE", (column, types[column])
    for column in ("rounds", "samples", "bursts"):
        assert types[column] == "BIGINT", (column, types[column])
    all_rows = [dict(zip(rows.columns, row)) for row in rows.fetchall()]
    for column in ("parameters", "parts", "figures"):
        assert all(isinstance(json.loads(row[column]), dict) for row in all_rows)
    print(f"csv: DuckDB reads {len(all_rows)} rows of {len(rows.columns)} columns")
    return all_rows


rows = table()
measured = {row["id"]: row for row in rows if row["outcome"] in ("measured", "partly")}


def bmf():
    cases = json.loads((work / "bmf").read_text())
    assert cases.keys() == measured.keys()
    for name, measures in cases.items():
        assert 0 < len(name) <= 1024
        for slug, metric in measures.items():
            assert 0 < len(slug) <= 64
            assert set(metric) <= {"value", "lower_value", "upper_value"}
            assert all(math.isfinite(value) for value in metric.values())
        level = measures.get("latency") or measures["memory"]
        assert math.isclose(level["value"], measured[name]["estimate"])
    published = work / "bmf.schema"
    if published.exists():
        jsonschema.validate(cases, json.loads(published.read_text()))
        print(f"bmf: {len(cases)} benchmarks, valid by Bencher's schema")
    else:
        print(f"bmf: {len(cases)} benchmarks, structure checked without Bencher's schema")


def action():
    names = set()
    for which in ("github-action-benchmark", "github-action-benchmark-bigger"):
        entries = json.loads((work / which).read_text())
        for entry in entries:
            assert entry.keys() == {"name", "unit", "value", "range", "extra"}
            assert isinstance(entry["value"], (int, float)) and entry["name"] not in names
            names.add(entry["name"])
        print(f"{which}: {len(entries)} entries")
    assert measured.keys() <= names


def openmetrics():
    families = list(text_string_to_metric_families((work / "openmetrics").read_text()))
    by_name = {family.name: family for family in families}
    levels = by_name["oscost_time_seconds"].samples + by_name["oscost_memory_bytes"].samples
    assert {sample.labels["case"] for sample in levels} == measured.keys()
    assert len(by_name["oscost_measured"].samples) == len(rows)
    samples = sum(len(family.samples) for family in families)
    print(f"openmetrics: {len(families)} families, {samples} samples")


def junit():
    document = etree.parse(str(work / "junit"))
    schemas = {"junit-10.xsd": schema, "Ant's JUnit.xsd": work / "ant.xsd"}
    held = [name for name, path in schemas.items() if pathlib.Path(path).exists()]
    for name in held:
        etree.XMLSchema(etree.parse(str(schemas[name]))).assertValid(document)
    suites = junitparser.JUnitXml.fromroot(document.getroot())
    cases = [case for suite in suites for case in suite]
    assert len(cases) == len(rows)
    outcomes = {"measured": 0, "skipped": 0, "failed": 0}
    for row in rows:
        outcomes[{"partly": "failed", "missing": "skipped"}.get(row["outcome"], row["outcome"])] += 1
    assert sum(case.is_failure for case in cases) == outcomes["failed"]
    assert sum(case.is_skipped for case in cases) == outcomes["skipped"]
    print(f"junit: {len(cases)} tests, {outcomes}, valid by {' and '.join(held)}")


for check in (bmf, action, openmetrics, junit):
    check()
