//! The command line as scripts rely on it: JSON, exit codes, closed pipes.

use std::process::Stdio;

use crate::common::{oscost, place};
use serde_json::Value;

fn json(arguments: &[&str]) -> Value {
    let output = oscost().args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_list_tells_everything_about_a_case() {
    let list = json(&["list", "--json", "--tier", "full"]);
    let cases = list.as_array().unwrap();
    assert_eq!(cases.len(), oscost::catalogue().len());
    for case in cases {
        for field in [
            "id",
            "suite",
            "operation",
            "unit",
            "tier",
            "question",
            "parameters",
        ] {
            assert!(!case[field].is_null(), "{field} of {case}");
        }
        assert_eq!(
            case["runnable"] == Value::Bool(false),
            case.get("reason").is_some()
        );
    }
}

#[test]
fn the_machine_has_a_key_and_the_doctor_an_opinion() {
    let machine = json(&["machine", "--json"]);
    assert_eq!(machine["machine"]["key"].as_str().unwrap().len(), 12);
    assert!(machine["clock"]["resolution"].as_f64().unwrap() > 0.0);
    let doctor = json(&["doctor", "--json"]);
    let warns = doctor["findings"]
        .as_array()
        .unwrap()
        .iter()
        .any(|f| f["severity"] == "warning");
    let strict = oscost().args(["doctor", "--strict"]).output().unwrap();
    assert_eq!(strict.status.code(), Some(i32::from(warns)));
}

#[test]
fn wrong_calls_exit_with_2() {
    for arguments in [
        &["run", "no/such/case"][..],
        &["list", "("],
        &["report", "/nonexistent/record.jsonl"],
        &["run", "--rounds", "0"],
        &["fly"],
    ] {
        let output = oscost().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            !output.stderr.is_empty() && output.stdout.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let (_, write) = nix::unistd::pipe()
        .map(|(read, write)| (drop(read), write))
        .unwrap();
    let status = oscost()
        .arg("list")
        .stdout(Stdio::from(write))
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn events_are_the_lines_of_the_record() {
    let (_folder, path) = place();
    let output = oscost()
        .args([
            "run",
            "thread/control",
            "--rounds",
            "2",
            "--json",
            "--seed",
            "7",
            "--out",
        ])
        .arg(&path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let written = std::fs::read(&path).unwrap();
    assert_eq!(output.stdout, written);
    let header: Value =
        serde_json::from_slice(written.split(|&b| b == b'\n').next().unwrap()).unwrap();
    assert_eq!(header["seed"], 7);
}

#[test]
fn a_report_is_made_beside_its_record() {
    let (folder, path) = place();
    let run = oscost()
        .args(["run", "thread/", "--rounds", "2", "--out"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    let table = String::from_utf8(run.stdout).unwrap();
    assert!(
        table.contains("thread/create/pthread") && table.contains("oscost report"),
        "{table}"
    );
    let report = oscost().arg("report").arg(&path).output().unwrap();
    assert!(report.status.success(), "{report:?}");
    let page = folder.path().join("record-report/index.html");
    assert_eq!(
        String::from_utf8(report.stdout).unwrap().trim(),
        page.to_str().unwrap()
    );
    assert!(
        std::fs::read_to_string(page)
            .unwrap()
            .contains("thread/create/pthread")
    );
}

#[test]
fn shells_and_man_know_every_verb() {
    let text = |arguments: &[&str]| {
        let output = oscost().args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let verbs = [
        "list",
        "run",
        "report",
        "compare",
        "gate",
        "ab",
        "export",
        "history",
        "doctor",
        "machine",
        "selftest",
        "completions",
        "man",
    ];
    for shell in ["bash", "zsh", "fish"] {
        let completions = text(&["completions", shell]);
        for verb in verbs {
            assert!(completions.contains(verb), "{verb} for {shell}");
        }
    }
    let man = text(&["man"]);
    assert!(man.contains(".TH oscost 1"));
    for verb in verbs {
        let heading = format!(".SH \"OSCOST {}\"", verb.to_uppercase());
        assert!(man.contains(&heading), "{heading}");
    }
    assert!(man.contains(".SH \"OSCOST HISTORY PRUNE\"") && man.contains("\\-\\-older\\-than"));
    let unknown = oscost().args(["completions", "no-shell"]).output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn a_run_tells_where_its_time_went_where_that_is_asked_for() {
    let run = |more: &[&str]| {
        let (_folder, path) = place();
        let mut command = oscost();
        command.args([
            "run",
            "drill/nothing$",
            "--tier",
            "full",
            "--rounds",
            "2",
            "--out",
        ]);
        let output = command.arg(&path).args(more).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let out = String::from_utf8(output.stdout).unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!out.contains("bursts of cases"), "{out}");
        told
    };
    assert!(!run(&[]).contains("bursts of cases"));
    let told = run(&["--verbose", "--json"]);
    let seconds = |line: &str| -> f64 {
        let words: Vec<&str> = line.split_whitespace().collect();
        let unit = words.iter().position(|&word| word == "s").unwrap();
        words[unit - 1].parse().unwrap()
    };
    let mut lines = told.lines().skip_while(|line| !line.starts_with("where "));
    let wall = seconds(lines.next().unwrap());
    let parts: Vec<f64> = lines.by_ref().take(6).map(seconds).collect();
    let sum: f64 = parts.iter().sum();
    // Every figure is rounded to a hundredth.
    assert!((sum - wall).abs() <= 7.0 * 0.005 + 1e-9, "{told}");
    for (beginning, unit) in [("overhead ", " %"), ("the driver's memory ", " MB")] {
        let line = lines.next().unwrap();
        assert!(
            line.starts_with(beginning) && line.ends_with(unit),
            "{told}"
        );
    }
}

#[test]
fn a_time_is_filled_with_rounds_and_goes_on_where_it_was() {
    let (_folder, path) = place();
    let run = |arguments: &[&str]| {
        let output = oscost().arg("run").args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let out = path.to_str().unwrap();
    let drills = [
        "drill/nothing$",
        "--tier",
        "full",
        "--time",
        "5s",
        "--out",
        out,
    ];
    let said = run(&drills);
    assert!(
        said.contains("a change of 5.0 % would be seen in "),
        "{said}"
    );
    let rounds = || {
        let record = oscost_record::Record::read(&path).unwrap();
        assert!(record.damage.is_empty() && !record.end.unwrap().interrupted);
        let rounds: Vec<u32> = record.cases.iter().map(|line| line.round).collect();
        let all = 0..u32::try_from(rounds.len()).unwrap();
        assert!(rounds.iter().copied().eq(all), "{rounds:?}");
        rounds.len()
    };
    let first = rounds();
    assert!(first >= 1);
    // How many more there are hangs on how busy the machine is.
    run(&["--resume", out, "--time", "1s", "--spend", "equal"]);
    assert!(rounds() >= first);
    // Who asks for a number of rounds has no time to be shared out.
    let both = ["run", "--rounds", "3", "--time", "1s", "--spend", "equal"];
    assert_eq!(oscost().args(both).output().unwrap().status.code(), Some(2));
    let none = ["run", "--spend", "equal"];
    assert_eq!(oscost().args(none).output().unwrap().status.code(), Some(2));
}
