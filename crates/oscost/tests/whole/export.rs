//! `oscost export` from outside: the same text on standard output and in a
//! file, and a folder for criterion.

use serde_json::Value;

use crate::common::oscost;
use crate::compare::records;

const TEXTS: [&str; 6] = [
    "bmf",
    "github-action-benchmark",
    "github-action-benchmark-bigger",
    "openmetrics",
    "junit",
    "csv",
];

#[test]
fn a_file_holds_what_standard_output_gets() {
    let (folder, record, _) = records();
    for format in TEXTS {
        let call = || {
            let mut call = oscost();
            call.arg("export").arg(&record).args(["--format", format]);
            call
        };
        let shown = call().output().unwrap();
        assert!(
            shown.status.success() && shown.stderr.is_empty(),
            "{shown:?}"
        );
        let path = folder.path().join("below").join(format);
        let put = call().arg("--out").arg(&path).output().unwrap();
        assert!(put.status.success() && put.stdout.is_empty(), "{put:?}");
        assert_eq!(std::fs::read(&path).unwrap(), shown.stdout, "{format}");
    }
    let files = std::fs::read_dir(folder.path().join("below")).unwrap();
    assert_eq!(files.count(), TEXTS.len(), "no draft is left");
}

#[test]
fn criterion_needs_a_folder_and_stays_in_it() {
    let (folder, record, _) = records();
    let export = |options: &[&str]| {
        let mut call = oscost();
        call.current_dir(folder.path());
        call.arg("export")
            .arg(&record)
            .args(["--format", "criterion"])
            .args(options);
        call.output().unwrap()
    };
    let nowhere = export(&[]);
    assert_eq!(nowhere.status.code(), Some(2), "{nowhere:?}");
    let out = folder.path().join("criterion");
    let done = export(&["--out", out.to_str().unwrap(), "--baseline", "../up"]);
    assert!(done.status.success() && done.stdout.is_empty(), "{done:?}");
    let estimates = out.join("thread/control_pipe/.._up/estimates.json");
    let estimates: Value = serde_json::from_slice(&std::fs::read(estimates).unwrap()).unwrap();
    assert!(estimates["median"]["point_estimate"].as_f64().unwrap() > 0.0);
    let names = std::fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["criterion", "doubled.jsonl", "record.jsonl"]);
}

#[test]
fn wrong_calls_exit_with_2() {
    let (folder, record, _) = records();
    let record = record.to_str().unwrap();
    let below_a_file = format!("{record}/below.csv");
    for arguments in [
        &["export", record][..],
        &["export", record, "--format", "fortran"],
        &["export", "/nonexistent/record.jsonl", "--format", "csv"],
        &["export", record, "--format", "csv", "--out", &below_a_file],
    ] {
        let output = oscost()
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
}
