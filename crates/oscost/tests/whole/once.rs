//! `oscost run --once`: a case that did its work is proven, one that did not is
//! an objection, and nothing of it passes for a measurement.

use std::path::Path;
use std::process::Output;

use oscost_record::{Driver, Outcome, Record};

use crate::common::{oscost, place};

fn once(filter: &str, path: &Path, more: &[&str]) -> Output {
    let mut command = oscost();
    command.args(["run", "--once", filter, "--out"]).arg(path);
    command.args(more).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn what_did_its_work_is_told_from_what_did_not() {
    let (_folder, path) = place();
    let output = once("drill/(nothing|lie|refused)$", &path, &[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let account = said(&output);
    for part in [
        "failed: drill/lie: ",
        "skipped: drill/refused: ",
        "1 cases proved their work, 1 failed, 1 skipped",
    ] {
        assert!(account.contains(part), "{account}");
    }
    let record = Record::read(&path).unwrap();
    assert_eq!(record.run.driver, Driver::Once);
    let proven = record.cases.iter();
    let mut proven = proven.filter(|line| line.outcome == Outcome::Measured);
    assert_eq!(proven.next().unwrap().samples.count(), 1);
}

#[test]
fn one_operation_is_one_operation() {
    let (_folder, path) = place();
    let output = once("^thread/(control|create/pthread$)", &path, &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let record = Record::read(&path).unwrap();
    assert!(record.cases.len() >= 2);
    for line in record.cases {
        assert_eq!(line.round, 0);
        let ops: Vec<u64> = line.bursts.iter().map(|burst| burst.ops.0).collect();
        assert_eq!(ops, [1], "{}", line.id);
    }
}

#[test]
fn nothing_done_is_no_success_and_is_not_gone_on_with() {
    let (_folder, path) = place();
    let output = once("drill/nothing$", &path, &["--time", "0"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(said(&output).contains("left out"), "{output:?}");
    let on = oscost()
        .args(["run", "--resume"])
        .arg(&path)
        .output()
        .unwrap();
    assert_eq!(on.status.code(), Some(2), "{on:?}");
}
