//! The formats that are one text.

use std::collections::{BTreeMap, HashSet};

use oscost_analysis::{Fate, summarise};
use oscost_report::export::{Format, export};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde_json::Value;

use super::records::{SERVER, each, ids, measured, plain, server};

#[test]
fn bencher_gets_every_measured_case_and_no_other() {
    each(|record, summaries| {
        let text = export(record, summaries, Format::Bmf).unwrap();
        let all: BTreeMap<String, BTreeMap<String, BTreeMap<String, f64>>> =
            serde_json::from_str(&text).unwrap();
        let names: HashSet<&str> = all.keys().map(String::as_str).collect();
        assert_eq!(names, ids(measured(summaries)));
        for (slug, metric) in all.values().flatten() {
            let is_slug = |letter: char| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-'
            };
            assert!(slug.len() <= 64 && slug.chars().all(is_slug), "{slug}");
            assert!(metric["lower_value"] <= metric["value"]);
            assert!(metric["value"] <= metric["upper_value"]);
        }
    });
    let record = plain();
    let text = export(&record, &summarise(&record), Format::Bmf).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    assert!(all["process/create/fork/rss=0MiB"]["latency"]["value"].is_f64());
    assert!(all["thread/memory/pthread/tasks=10"]["memory"]["value"].is_f64());
}

#[test]
fn the_action_gets_smaller_and_bigger_figures_apart() {
    each(|record, summaries| {
        let read = |format| -> Vec<Value> {
            serde_json::from_str(&export(record, summaries, format).unwrap()).unwrap()
        };
        let (smaller, bigger) = (read(Format::ActionSmaller), read(Format::ActionBigger));
        assert!(!smaller.is_empty() && !bigger.is_empty());
        let mut names = HashSet::new();
        for entry in smaller.iter().chain(&bigger) {
            assert!(
                entry["value"].is_f64() && entry["unit"].is_string(),
                "{entry}"
            );
            assert!(
                names.insert(entry["name"].as_str().unwrap()),
                "twice: {entry}"
            );
        }
        let rates = |entries: &[Value]| {
            let names = entries.iter().map(|entry| entry["name"].as_str().unwrap());
            names.filter(|name| name.ends_with("_per_second")).count()
        };
        assert_eq!((rates(&smaller), rates(&bigger)), (0, bigger.len()));
    });
}

#[test]
fn a_server_gives_its_rate_and_its_tails_to_every_format() {
    let record = server();
    let summaries = summarise(&record);
    let text = |format| export(&record, &summaries, format).unwrap();
    let entries = |format| -> BTreeMap<String, (String, f64)> {
        let all: Vec<Value> = serde_json::from_str(&text(format)).unwrap();
        let entry = |entry: &Value| {
            let name = entry["name"].as_str().unwrap().to_owned();
            let unit = entry["unit"].as_str().unwrap().to_owned();
            (name, (unit, entry["value"].as_f64().unwrap()))
        };
        all.iter().map(entry).collect()
    };
    let id = SERVER;
    let bigger = entries(Format::ActionBigger);
    assert_eq!(
        bigger.keys().collect::<Vec<_>>(),
        [&format!("{id} requests_per_s")]
    );
    let (unit, rate) = &bigger[&format!("{id} requests_per_s")];
    assert_eq!(unit, "requests/s");
    let near = |one: f64, other: f64| (one / other - 1.0).abs() < 0.01;
    assert!(near(*rate, 15e3), "{rate}");
    let smaller = entries(Format::ActionSmaller);
    let [p99, p99_9] = ["p99", "p99.9"].map(|rank| smaller[&format!("{id} {rank}")].1);
    assert!(smaller[id].1 < p99 && p99 < p99_9, "{p99} {p99_9}");

    let all: Value = serde_json::from_str(&text(Format::Bmf)).unwrap();
    let measure = |slug: &str| all[id][slug]["value"].as_f64().unwrap();
    assert!(near(measure("requests-per-s"), *rate));
    assert!(near(measure("latency-p99"), p99) && near(measure("latency-p99-9"), p99_9));

    let metrics = text(Format::OpenMetrics);
    let metric = |name: &str, label: &str| {
        let mut lines = metrics.lines();
        let line = lines.find(|line| line.starts_with(name) && line.contains(label));
        sample(line.unwrap_or_else(|| panic!("no {name} of {label}"))).2
    };
    assert!(near(
        metric("oscost_figure_per_second", "figure=\"requests\""),
        *rate
    ));
    let cpu = metric("oscost_figure_seconds", "figure=\"cpu_per_request\"");
    assert!(near(cpu, 60e-6), "{cpu}");
    for (rank, value) in [("0.5", smaller[id].1), ("0.99", p99), ("0.999", p99_9)] {
        let label = format!("quantile=\"{rank}\"");
        let found = metric("oscost_time_quantile_seconds", &label);
        assert!(near(found * 1e9, value), "{rank}: {found}");
    }

    let csv = text(Format::Csv);
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let row: BTreeMap<String, String> = rows.deserialize().next().unwrap().unwrap();
    let ends = ["figures_low", "figures", "figures_high"].map(|column| {
        let figures: Value = serde_json::from_str(&row[column]).unwrap();
        figures["requests_per_s"].as_f64().unwrap()
    });
    assert!(ends.is_sorted() && near(ends[1], *rate), "{ends:?}");
    assert!(near(row["p99_9"].parse().unwrap(), p99_9));

    let junit = text(Format::Junit);
    assert!(
        junit.contains(&format!("{id}: cpu per request: 60.")),
        "{junit}"
    );
    assert!(junit.contains("requests: 15,0"), "{junit}");
}

/// Name, label names and value of a sample.
fn sample(line: &str) -> (&str, Vec<&str>, f64) {
    let (name, rest) = line.split_once('{').unwrap();
    let (mut rest, value) = rest.rsplit_once("} ").unwrap();
    let mut labels = Vec::new();
    while !rest.is_empty() {
        let (label, value) = rest.split_once("=\"").unwrap();
        labels.push(label.trim_start_matches(','));
        let mut escaped = false;
        let end = value.char_indices().find_map(|(place, letter)| {
            let ends = letter == '"' && !escaped;
            escaped = letter == '\\' && !escaped;
            ends.then_some(place)
        });
        rest = &value[end.unwrap() + 1..];
    }
    (name, labels, value.parse().unwrap())
}

#[test]
fn openmetrics_has_one_sample_a_line_and_none_twice() {
    each(|record, summaries| {
        let text = export(record, summaries, Format::OpenMetrics).unwrap();
        assert!(text.ends_with("\n# EOF\n"));
        assert_eq!(text.matches("\n# EOF").count(), 1);
        assert!(!text.contains('\r'), "the end of a line, to some");
        let mut seen = HashSet::new();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for line in text
            .split('\n')
            .filter(|line| !line.is_empty() && !line.starts_with("# "))
        {
            let (name, labels, value) = sample(line);
            assert!(value.is_finite());
            let unique: HashSet<&&str> = labels.iter().collect();
            assert_eq!(unique.len(), labels.len(), "{line}");
            for label in labels {
                let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
                assert!(label.chars().all(is_name), "{line}");
            }
            assert!(seen.insert(line.rsplit_once(' ').unwrap().0), "{line}");
            *counts.entry(name).or_default() += 1;
        }
        let figures = counts["oscost_time_seconds"] + counts["oscost_memory_bytes"];
        assert_eq!(figures, ids(measured(summaries)).len());
        assert_eq!(counts["oscost_measured"], ids(summaries).len());
    });
}

/// The attributes of an element, unescaped.
fn attributes(element: &BytesStart<'_>) -> BTreeMap<String, String> {
    let all = element.attributes().map(Result::unwrap);
    all.map(|attribute| {
        let name = attribute.key.as_ref().to_owned();
        (
            name,
            attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .unwrap()
                .into_owned(),
        )
    })
    .collect()
}

#[test]
fn junit_has_a_test_per_case_and_says_what_failed() {
    each(|record, summaries| {
        let text = export(record, summaries, Format::Junit).unwrap();
        let is_bad =
            |letter: char| letter < ' ' && !"\t\n\r".contains(letter) || letter == '\u{ffff}';
        assert!(!text.contains(is_bad));
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        let mut promised: BTreeMap<String, usize> = BTreeMap::new();
        let mut reader = Reader::from_str(&text);
        let mut depth = 0;
        loop {
            match reader.read_event().unwrap() {
                Event::Start(element) | Event::Empty(element) => {
                    depth += 1;
                    let name = element.name().as_ref().to_owned();
                    if name == "testsuite" {
                        for (attribute, value) in attributes(&element) {
                            if let Ok(count) = value.parse::<usize>() {
                                *promised.entry(attribute).or_default() += count;
                            }
                        }
                    }
                    attributes(&element);
                    *found.entry(name).or_default() += 1;
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert!(depth > 0);
        let unique = ids(summaries).len();
        assert_eq!((found["testcase"], promised["tests"]), (unique, unique));
        let count = |name: &str| found.get(name).copied().unwrap_or_default();
        assert_eq!(count("failure"), promised["failures"]);
        assert_eq!(count("skipped"), promised["skipped"]);
    });
    let record = plain();
    let summaries = summarise(&record);
    let text = export(&record, &summaries, Format::Junit).unwrap();
    let failed = summaries
        .iter()
        .filter(|case| matches!(case.fate, Fate::Failed(_) | Fate::Partly(..)));
    assert_eq!(text.matches("<failure").count(), failed.count());
    assert!(
        text.contains("asked for two CPUs, and both parties ran on CPU 0"),
        "failed in part"
    );
    assert!(text.contains("`ulimit -u` allows 4096 tasks"));
}

#[test]
fn a_row_per_case_comes_back_from_csv() {
    each(|record, summaries| {
        let text = export(record, summaries, Format::Csv).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let column = |name: &str| header.iter().position(|column| column == name).unwrap();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), ids(summaries).len());
        for row in &rows {
            let outcome = &row[column("outcome")];
            let has_figure = row[column("estimate")].parse::<f64>().is_ok();
            assert_eq!(
                has_figure,
                ["measured", "partly"].contains(&outcome),
                "{row:?}"
            );
            assert_eq!(
                row[column("reason")].is_empty(),
                outcome == "measured",
                "{row:?}"
            );
            for name in ["parameters", "parts", "figures"] {
                assert!(
                    serde_json::from_str::<Value>(&row[column(name)])
                        .unwrap()
                        .is_object()
                );
            }
        }
    });
}

#[test]
fn nothing_measured_is_still_a_file() {
    let mut record = plain();
    record.cases.clear();
    let summaries = summarise(&record);
    for format in [Format::Bmf, Format::ActionSmaller, Format::ActionBigger] {
        let text = export(&record, &summaries, format).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert!(["{}", "[]"].contains(&value.to_string().as_str()), "{text}");
    }
    record.run.cases.clear();
    for format in [Format::OpenMetrics, Format::Junit, Format::Csv] {
        assert!(!export(&record, &[], format).unwrap().is_empty());
    }
}
