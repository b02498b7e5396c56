//! The formats that are one text.

use std::collections::{BTreeMap, HashSet};

use oscost_analysis::{Fate, summarise};
use oscost_report::export::{Format, export};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde_json::Value;

use crate::records::{each, ids, measured, plain};

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
        let named = |entries: &[Value]| {
            let rates = entries
                .iter()
                .filter(|entry| entry["name"].as_str().unwrap().ends_with("_per_second"));
            rates.count()
        };
        assert_eq!((named(&smaller), named(&bigger)), (0, bigger.len()));
    });
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
