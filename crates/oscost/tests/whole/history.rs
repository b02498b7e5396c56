//! The history as scripts rely on it: adding, names, JSON, exit codes, and that
//! nothing outside its folder is touched.

use std::path::Path;
use std::process::Output;

use oscost_record::{Line, Record, RecordWriter};
use serde_json::Value;

use crate::common::{oscost, place};

fn history(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = oscost();
    command
        .arg("history")
        .arg("--dir")
        .arg(folder)
        .args(arguments);
    command.output().unwrap()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = history(folder, &[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A measured record, and three more like it that began later; the last under
/// another kernel.
fn records() -> (tempfile::TempDir, Vec<String>) {
    let (folder, path) = place();
    let run = oscost()
        .args(["run", "thread/control", "--rounds", "2", "--out"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    let mut record = Record::read(&path).unwrap();
    // A test may run emulated; its figures are not what is tested.
    record.run.machine.emulated = None;
    record.run.machine = record.run.machine.keyed();
    let mut paths = Vec::new();
    for day in 1..=4 {
        let path = folder.path().join(format!("{day}.jsonl"));
        record.run.started = format!("2026-01-0{day}T12:00:00Z");
        if day == 4 {
            let kernel = ("kernel".to_owned(), "another".to_owned());
            record.run.configuration.0.extend([kernel]);
        }
        let mut writer = RecordWriter::create(&path, &record.run).unwrap();
        for line in &record.cases {
            writer.write(&Line::Case(Box::new(line.clone()))).unwrap();
        }
        writer
            .write(&Line::End(record.end.clone().unwrap()))
            .unwrap();
        paths.push(path.to_str().unwrap().to_owned());
    }
    (folder, paths)
}

fn add(folder: &Path, paths: &[String]) -> Output {
    let paths = paths.iter().map(String::as_str);
    history(
        folder,
        &["add"].into_iter().chain(paths).collect::<Vec<_>>(),
    )
}

#[test]
fn records_are_added_listed_shown_named_and_removed() {
    let (folder, paths) = records();
    // By way of the default: `history` in the data folder.
    let data = folder.path().join("data");
    let dir = data.join("oscost/history");
    let empty = history(&dir, &["list"]);
    assert!(empty.status.success() && empty.stdout.is_empty());
    let added = add(&dir, &paths);
    assert!(added.status.success(), "{added:?}");
    assert_eq!(String::from_utf8(added.stdout).unwrap().lines().count(), 4);
    let again = json(&dir, &["add", &paths[0]]);
    assert_eq!(again[0]["was_there"], true);

    let list = json(&dir, &["list"]);
    let machine = &list["machines"][0];
    let key = machine["key"].as_str().unwrap();
    let counts = [0, 1].map(|n| machine["configurations"][n]["records"].as_u64().unwrap());
    assert_eq!(counts, [1, 3]);
    assert_eq!(machine["machine"]["key"], key);
    let text = String::from_utf8(history(&dir, &["list"]).stdout).unwrap();
    assert!(text.contains(key) && text.contains("kernel"), "{text}");

    let shown = json(&dir, &["show", key]);
    let cases = shown["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    let points = cases[0]["points"].as_array().unwrap();
    assert_eq!(points.len(), 4);
    assert_eq!(points[3]["differences"][0]["name"], "kernel");
    assert!(
        points
            .iter()
            .all(|point| point["level"].as_f64().unwrap() > 0.0)
    );
    let id = cases[0]["id"].as_str().unwrap();
    let one = history(&dir, &["show", key, id]);
    let text = String::from_utf8(one.stdout).unwrap();
    assert!(
        text.contains("2026-01-04T12:00:00Z") && text.contains("from here on"),
        "{text}"
    );

    let compare = |a: &str, b: &str| {
        let mut command = oscost();
        command
            .env("XDG_DATA_HOME", &data)
            .args(["compare", a, b, "--json"]);
        command.output().unwrap()
    };
    let named = compare(&format!("{key}/2026-01-01"), &format!("{key}/latest"));
    assert!(named.status.success(), "{named:?}");
    let unnamed = compare(&format!("{key}/2026-02"), "latest");
    assert_eq!(unnamed.status.code(), Some(2));
    assert!(
        String::from_utf8(unnamed.stderr)
            .unwrap()
            .contains("KEY/latest")
    );

    let would = json(&dir, &["prune", "--keep", "1", "--dry-run"]);
    assert_eq!(would["removed"].as_array().unwrap().len(), 4);
    let done = json(&dir, &["prune", "--keep", "1"]);
    assert_eq!(done["removed"], would["removed"]);
    let left = json(&dir, &["list"]);
    assert_eq!(left["machines"][0]["configurations"][1]["records"], 1);
}

#[test]
fn what_is_refused_does_not_keep_out_the_rest() {
    let (folder, paths) = records();
    let dir = folder.path().join("history");
    let mut emulated = Record::read(Path::new(&paths[0])).unwrap().run;
    emulated.machine.emulated = Some("qemu".into());
    let path = folder.path().join("emulated.jsonl");
    RecordWriter::create(&path, &emulated).unwrap();
    let none = folder.path().join("none.jsonl");
    let all = [
        path.to_str().unwrap().to_owned(),
        none.to_str().unwrap().to_owned(),
        paths[1].clone(),
    ];
    let output = add(&dir, &all);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("--emulated") && said.contains("none.jsonl"),
        "{said}"
    );
    assert_eq!(
        json(&dir, &["list"])["machines"].as_array().unwrap().len(),
        1
    );
    for wrong in [
        &["show", "ffffffffffff"][..],
        &["show", "", "no/such/case"],
        &["show", "", "("],
        &["prune", "--keep", "-1"],
        &["add"],
        &["fly"],
    ] {
        let output = history(&dir, wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{wrong:?}"
        );
    }
}

#[test]
fn a_report_shows_records_and_histories_through_time() {
    let (folder, paths) = records();
    let dir = folder.path().join("history");
    assert!(add(&dir, &paths).status.success());
    let out = folder.path().join("page");
    let report = |arguments: &[&str]| {
        let mut command = oscost();
        command.arg("report").args(arguments);
        command.arg("--out").arg(&out);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        std::fs::read_to_string(out.join("index.html")).unwrap()
    };
    // A record alone has no past; two have, whichever is named first.
    assert!(!report(&[&paths[0]]).contains("id=\"time\""));
    let two = report(&[&paths[1], &paths[0]]);
    assert!(two.contains("2 records, 2026-01-01 to 2026-01-02."));
    assert!(two.contains("· 2026-01-02T12:00:00Z</p>"));
    // What is in the history and named as well counts once.
    let history = dir.to_str().unwrap();
    let all = report(&["--history", history]);
    assert!(all.contains("4 records, 2026-01-01 to 2026-01-04."));
    assert!(all.contains("· 2026-01-04T12:00:00Z</p>"));
    assert!(all.contains("No case changed its level.") && all.contains("another from here on"));
    let named = report(&[&paths[0], "--history", history]);
    assert!(named.contains("4 records, ") && named.contains("· 2026-01-01T12:00:00Z</p>"));
}
