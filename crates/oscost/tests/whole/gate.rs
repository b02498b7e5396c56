//! The gate as CI relies on it: what it is held against, what it refuses, how
//! it ends, and that only what was measured anew fails a build.

mod anew;

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;

use oscost_record::{CaseLine, Driver, Line, Outcome, Record, RecordWriter, Samples};
use serde_json::Value;

use crate::common::{is_emulated, oscost, place};

const CASE: &str = "thread/control/empty";

/// A measured record: its header is that of this machine and this program.
fn measured() -> &'static Record {
    static RECORD: OnceLock<Record> = OnceLock::new();
    RECORD.get_or_init(|| {
        let (_folder, path) = place();
        let run = oscost()
            .args(["run", &format!("^{CASE}$"), "--rounds", "3", "--out"])
            .arg(&path)
            .output()
            .unwrap();
        assert!(run.status.success(), "{run:?}");
        let mut record = Record::read(&path).unwrap();
        // A test may run emulated; its figures are not what is tested.
        record.run.machine.emulated = None;
        record.run.machine = record.run.machine.keyed();
        record
    })
}

/// The level that was measured.
fn level() -> f64 {
    let lines = measured().cases.iter();
    let mut values: Vec<f64> = lines
        .filter(|line| line.outcome == Outcome::Measured)
        .map(|line| line.samples.sorted()[0].0)
        .collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A record that began on that day of January: the case at `level`, with a
/// little noise, six rounds.
fn at(day: u32, level: f64, change: impl Fn(&mut Record)) -> Record {
    let mut record = measured().clone();
    record.run.started = format!("2026-01-{day:02}T12:00:00Z");
    record.rounds.clear();
    let line = record.cases[0].clone();
    record.cases = (0..6)
        .map(|round| synthetic(&line, day, level, round))
        .collect();
    change(&mut record);
    record
}

fn synthetic(line: &CaseLine, day: u32, level: f64, round: u32) -> CaseLine {
    let noise = f64::from((day * 37 + round * 11) % 13 + 1) * 0.000_5;
    let values = (0..200).map(|n| level * (1.0 + noise + f64::from(n) * 0.000_01));
    let mut line = line.clone();
    line.outcome = Outcome::Measured;
    line.round = round;
    line.samples = Samples::Raw(values.collect());
    line.bursts.clear();
    line.reference = None;
    line.counters.voluntary_switches = Some(0);
    line
}

/// A folder with a history in `history`.
struct Scene(tempfile::TempDir);

impl Scene {
    fn of(records: &[Record]) -> Self {
        let scene = Self(tempfile::tempdir().unwrap());
        let folder = scene.history();
        for record in records {
            let path = scene.write("added.jsonl", record);
            let mut command = oscost();
            command
                .args(["history", "--dir"])
                .arg(&folder)
                .arg("add")
                .arg(path);
            let added = command.arg("--emulated").output().unwrap();
            assert!(added.status.success(), "{added:?}");
        }
        scene
    }

    fn history(&self) -> PathBuf {
        self.0.path().join("history")
    }

    fn write(&self, name: &str, record: &Record) -> PathBuf {
        let path = self.0.path().join(name);
        let _ = std::fs::remove_file(&path);
        let mut writer = RecordWriter::create(&path, &record.run).unwrap();
        for line in &record.cases {
            writer.write(&Line::Case(Box::new(line.clone()))).unwrap();
        }
        writer
            .write(&Line::End(record.end.clone().unwrap()))
            .unwrap();
        path
    }

    /// Judges a record by the history.
    fn gate(&self, current: &Record, arguments: &[&str]) -> Output {
        let path = self.write("current.jsonl", current);
        let mut command = oscost();
        command.env("XDG_DATA_HOME", self.0.path().join("data"));
        command.current_dir(self.0.path()).arg("gate").arg(path);
        if !arguments.contains(&"--baseline") {
            command.arg("--history").arg(self.history());
        }
        command.args(arguments).output().unwrap()
    }

    /// The same as JSON, with the exit code.
    fn json(&self, current: &Record, arguments: &[&str]) -> (Value, i32) {
        let output = self.gate(current, &[arguments, &["--json"]].concat());
        let value = serde_json::from_slice(&output.stdout);
        let value: Value = value.unwrap_or_else(|error| panic!("{error}: {output:?}"));
        assert_eq!(
            value["exit_code"].as_i64(),
            output.status.code().map(i64::from)
        );
        (value, output.status.code().unwrap())
    }
}

/// Eight days at the same level.
fn steady() -> Vec<Record> {
    (1..=8).map(|day| at(day, 1_000.0, |_| {})).collect()
}

fn another_machine(record: &mut Record) {
    record.run.machine.stepping = "none that exists".to_owned();
    record.run.machine = record.run.machine.clone().keyed();
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn notes(value: &Value) -> String {
    value["notes"].to_string()
}

#[test]
fn nothing_happened_is_said_in_two_lines_and_always_the_same() {
    let scene = Scene::of(&steady());
    let now = at(9, 1_000.0, |_| {});
    let calls = [0, 1].map(|_| {
        let output = scene.gate(&now, &["--strict", "--markdown", "comment.md"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let comment = std::fs::read_to_string(scene.0.path().join("comment.md")).unwrap();
        (text(&output.stdout), comment, scene.json(&now, &[]))
    });
    assert_eq!(calls[0], calls[1]);
    let (table, comment, (json, _)) = &calls[0];
    assert!(table.ends_with("no regression (exit code 0)\n"), "{table}");
    assert!(table.contains("against 8 records"), "{table}");
    assert_eq!(comment.lines().count(), 2, "{comment}");
    let judged = json["judgements"].as_array().unwrap();
    let figures: Vec<&str> = judged
        .iter()
        .map(|one| one["statistic"].as_str().unwrap())
        .collect();
    assert_eq!(figures, ["median", "p99"]);
    assert!(judged.iter().all(|one| one["verdict"] == "same"), "{json}");
}

#[test]
fn a_suspicion_is_told_with_what_moved_and_fails_nothing() {
    let scene = Scene::of(&steady());
    let slower = at(9, 1_500.0, |record| {
        for line in &mut record.cases {
            line.counters.voluntary_switches = Some(200 * line.ops_per_sample.0);
        }
    });
    let output = scene.gate(&slower, &["--markdown", "comment.md"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let table = text(&output.stdout);
    for told in [
        "looks slower",
        "voluntary switches: 0.00 to 1.00",
        "--confirm",
    ] {
        assert!(table.contains(told), "{told}: {table}");
    }
    assert!(table.contains("2 suspicions not measured anew"), "{table}");
    let comment = std::fs::read_to_string(scene.0.path().join("comment.md")).unwrap();
    assert!(
        comment.contains("1.50") && comment.lines().count() < 15,
        "{comment}"
    );
}

#[test]
fn a_record_is_never_its_own_baseline() {
    let scene = Scene::of(&steady());
    let (json, code) = scene.json(&steady()[7], &[]);
    assert_eq!(code, 0);
    assert_eq!(json["judgements"][0]["footing"]["records"], 7, "{json}");
    let (json, _) = scene.json(&steady()[0], &[]);
    assert_eq!(json["judgements"][0]["reason"], "no earlier record has it");
}

#[test]
fn a_baseline_of_another_machine_is_refused_unless_asked_for() {
    let scene = Scene::of(&[]);
    let other = scene.write("other.jsonl", &at(1, 500.0, another_machine));
    let arguments = ["--baseline", other.to_str().unwrap()];
    let now = at(9, 1_000.0, |_| {});
    let refused = scene.gate(&now, &arguments);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let said = text(&refused.stderr);
    assert!(
        said.contains("stepping was none that exists, is "),
        "{said}"
    );
    assert!(
        said.contains("--across") && refused.stdout.is_empty(),
        "{said}"
    );

    let (json, code) = scene.json(&now, &[&arguments[..], &["--across"]].concat());
    assert_eq!(code, 0);
    let judged = json["judgements"].as_array().unwrap();
    assert!(
        judged.iter().all(|one| one["verdict"] != "regressed"),
        "{json}"
    );
    let median = &judged[0];
    assert_eq!(median["verdict"], "invalid");
    assert!(
        (median["ratio"]["value"].as_f64().unwrap() - 2.0).abs() < 0.02,
        "{json}"
    );
    assert!(notes(&json).contains("stepping"), "{json}");

    let mine = scene.write("mine.jsonl", &at(1, 1_000.0, |_| {}));
    let (json, code) = scene.json(&now, &["--baseline", mine.to_str().unwrap()]);
    assert_eq!(
        (code, &json["judgements"][0]["verdict"]),
        (0, &"same".into()),
        "{json}"
    );
}

#[test]
fn a_history_of_others_judges_nothing_and_says_what_differs() {
    let others: Vec<Record> = (1..=8).map(|day| at(day, 500.0, another_machine)).collect();
    let scene = Scene::of(&others);
    let now = at(9, 1_000.0, |_| {});
    let (json, code) = scene.json(&now, &[]);
    assert_eq!(code, 0);
    assert!(
        notes(&json).contains("stepping was none that exists"),
        "{json}"
    );
    let (strict, code) = scene.json(&now, &["--strict"]);
    assert_eq!((code, &strict["outcome"]), (3, &"nothing-judged".into()));
    let (across, code) = scene.json(&now, &["--across"]);
    assert_eq!(
        (code, &across["judgements"][0]["verdict"]),
        (0, &"invalid".into())
    );
    assert!(across["judgements"][0]["ratio"]["value"].as_f64().unwrap() > 1.9);

    let kernel = at(9, 1_000.0, |record| {
        let kernel = ("kernel".to_owned(), "another".to_owned());
        record.run.configuration.0.extend([kernel]);
    });
    let (json, _) = Scene::of(&steady()).json(&kernel, &[]);
    assert!(
        notes(&json).contains("another configuration: kernel was"),
        "{json}"
    );
}

#[test]
fn an_empty_history_is_no_pass_where_strictness_was_asked_for() {
    let scene = Scene::of(&[]);
    let now = at(9, 1_000.0, |_| {});
    let output = scene.gate(&now, &[]);
    assert_eq!(output.status.code(), Some(0));
    let table = text(&output.stdout);
    assert!(
        table.ends_with("nothing could be judged (exit code 0)\n"),
        "{table}"
    );
    assert_eq!(scene.gate(&now, &["--strict"]).status.code(), Some(3));
    assert!(!scene.history().exists(), "judging makes no history");
}

#[test]
fn what_was_emulated_is_no_baseline() {
    let emulated = |record: &mut Record| {
        record.run.machine.emulated = Some("qemu\u{1b}[2J".into());
        record.run.machine = record.run.machine.clone().keyed();
    };
    let scene = Scene::of(&[at(1, 1_000.0, emulated)]);
    let baseline = scene.write("emulated.jsonl", &at(1, 1_000.0, emulated));
    let now = at(9, 1_000.0, |_| {});
    for arguments in [
        &["--baseline", baseline.to_str().unwrap()][..],
        &["--baseline", baseline.to_str().unwrap(), "--across"],
    ] {
        let output = scene.gate(&now, arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let said = text(&output.stderr);
        assert!(
            said.contains("emulated") && !said.contains('\u{1b}'),
            "{said:?}"
        );
    }
    let (json, _) = scene.json(&now, &["--across"]);
    assert_eq!(
        json["judgements"][0]["reason"], "no earlier record has it",
        "{json}"
    );
    // Nor is it judged.
    let output = scene.gate(&at(9, 1_000.0, emulated), &[]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn what_was_done_once_is_no_baseline_and_is_not_judged() {
    let once = |record: &mut Record| record.run.driver = Driver::Once;
    let scene = Scene::of(&[at(1, 1_000.0, |_| {})]);
    let baseline = scene.write("once.jsonl", &at(1, 1_000.0, once));
    let now = at(9, 1_000.0, |_| {});
    let against = ["--baseline", baseline.to_str().unwrap(), "--across"];
    for output in [
        scene.gate(&now, &against),
        scene.gate(&at(9, 1_000.0, once), &["--across"]),
    ] {
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(text(&output.stderr).contains("--once"), "{output:?}");
    }
}

#[test]
fn a_wrong_call_is_told() {
    let scene = Scene::of(&[]);
    let now = at(9, 1_000.0, |_| {});
    for arguments in [
        &["--baseline", "none.jsonl"][..],
        &["--across", "--confirm"],
        &["--across", "--strict"],
        &["--markdown", "no/such/folder/comment.md"],
        &["--fly"],
    ] {
        let output = scene.gate(&now, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
    let timeless = at(9, 1_000.0, |record| {
        record.run.started = "soon\u{7}".to_owned()
    });
    let output = scene.gate(&timeless, &[]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(text(&output.stderr).contains("no time"), "{output:?}");
}
