//! `oscost compare` from outside: what it prints where, and what it exits with.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::common::{oscost, place};

const CASES: [&str; 2] = ["thread/control/empty", "thread/control/pipe"];

/// Two cases of the example in `reports/`, and the same with every time doubled.
pub(crate) fn records() -> (tempfile::TempDir, PathBuf, PathBuf) {
    records_of(&CASES)
}

/// The same with these cases.
pub(crate) fn records_of(cases: &[&str]) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let (folder, path) = place();
    let example = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../reports/example/record.jsonl"
    );
    let example = std::fs::read_to_string(example).unwrap();
    let lines: Vec<Value> = example
        .lines()
        .filter_map(|line| only(cases, line))
        .collect();
    let write = |path: &Path, lines: &[Value]| {
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(path, lines).unwrap();
    };
    write(&path, &lines);
    let doubled = folder.path().join("doubled.jsonl");
    write(&doubled, &lines.into_iter().map(twice).collect::<Vec<_>>());
    (folder, path, doubled)
}

/// A line of a record that has these cases alone.
fn only(wanted: &[&str], line: &str) -> Option<Value> {
    let is_wanted = |case: &Value| wanted.iter().any(|id| case["id"] == *id);
    let mut line: Value = serde_json::from_str(line).unwrap();
    if let Some(cases) = line.get_mut("cases") {
        cases.as_array_mut().unwrap().retain(is_wanted);
    }
    (line["kind"] != "case" || is_wanted(&line)).then_some(line)
}

/// A line with its samples doubled.
fn twice(mut line: Value) -> Value {
    if let Some(samples) = line.get_mut("samples") {
        if let Some(raw) = samples.get_mut("raw") {
            for value in raw.as_array_mut().unwrap() {
                *value = (value.as_f64().unwrap() * 2.0).into();
            }
        }
        if let Some(buckets) = samples.get_mut("histogram") {
            for bucket in buckets.as_array_mut().unwrap() {
                bucket[0] = (bucket[0].as_f64().unwrap() * 2.0).into();
            }
        }
    }
    line
}

fn compare(a: &Path, b: &Path, options: &[&str]) -> Output {
    oscost()
        .arg("compare")
        .arg(a)
        .arg(b)
        .args(options)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn twice_the_time_is_twice_the_time() {
    let (_folder, before, after) = records();
    let json: Value = serde_json::from_str(&text(&compare(&before, &after, &["--json"]))).unwrap();
    let cases = json["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 2);
    for case in cases {
        let ratio = case["ratio"]["value"].as_f64().unwrap();
        assert!((ratio - 2.0).abs() < 1e-9, "{case}");
    }
    let means = json["geometric_means"].as_array().unwrap();
    let all = means.iter().find(|mean| mean["suite"].is_null()).unwrap();
    assert_eq!(all["cases"], 2);
    assert!((all["ratio"]["value"].as_f64().unwrap() - 2.0).abs() < 1e-9);
    assert_eq!(
        (&json["same_machine"], &json["differences"]),
        (&true.into(), &Value::Array(vec![]))
    );

    let table = text(&compare(&before, &after, &[]));
    assert!(
        table.contains("thread/control/pipe") && table.contains("Geometric means"),
        "{table}"
    );
    assert!(!table.contains('\u{1b}'));
    let markdown = text(&compare(
        &before,
        &after,
        &["--markdown", "--threshold", "1%"],
    ));
    assert!(markdown.contains("2 cases in both"), "{markdown}");
}

#[test]
fn a_wrong_call_exits_with_2_and_a_closed_pipe_with_0() {
    let (folder, before, after) = records();
    let nowhere = folder.path().join("nowhere.jsonl");
    for (b, options) in [
        (&nowhere, &[][..]),
        (&after, &["--threshold", "5"]),
        (&after, &["--json", "--markdown"]),
    ] {
        let output = compare(&before, b, options);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
    let (_, write) = nix::unistd::pipe()
        .map(|(read, write)| (drop(read), write))
        .unwrap();
    let mut call = oscost();
    call.arg("compare")
        .args([&before, &after])
        .stdout(Stdio::from(write));
    assert_eq!(call.status().unwrap().code(), Some(0));
}

#[test]
fn damage_is_told_and_the_rest_compared() {
    let (_folder, before, after) = records();
    let mut lines = std::fs::read_to_string(&after).unwrap();
    lines.push_str("\nno \u{1b}[31mrecord\n");
    std::fs::write(&after, lines).unwrap();
    let output = compare(&before, &after, &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("doubled.jsonl, line ") && !said.contains('\u{1b}'),
        "{said}"
    );
}
