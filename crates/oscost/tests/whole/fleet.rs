//! `oscost compare` and `oscost report` over a folder of hosts, from outside.

use std::fs;
use std::path::Path;
use std::process::Output;

use oscost_record::{Outcome, Record};
use serde_json::Value;

use crate::common::{oscost, place};
use crate::compare::{records, records_of};

const COSTS: [&str; 2] = ["thread/create/pthread", "thread/memory/pthread/tasks=1000"];

/// Three hosts: the example, one of twice its costs with an older record beside
/// it, and the example as if emulated.
fn hosts() -> tempfile::TempDir {
    let (_from, plain, doubled) = records_of(&COSTS);
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::copy(&plain, place("plain.jsonl")).unwrap();
    fs::create_dir(place("twice")).unwrap();
    fs::copy(&doubled, place("twice/new.jsonl")).unwrap();
    let old = changed(&plain, |head| {
        head["started"] = "2001-01-01T00:00:00Z".into()
    });
    fs::write(place("twice/old.jsonl"), old).unwrap();
    let emulated = changed(&plain, |head| {
        head["machine"]["emulated"] = "qemu-user".into();
        head["machine"]["key"] = "0123456789ab".into();
    });
    fs::write(place("unreal.jsonl"), emulated).unwrap();
    fs::write(place("broken.jsonl"), "nothing of the kind\n").unwrap();
    fs::write(
        place("hosts.txt"),
        "plain\ntwice # of two records\n\ngone\nbroken\nunreal\n",
    )
    .unwrap();
    folder
}

/// A record with another header.
fn changed(record: &Path, change: impl Fn(&mut Value)) -> String {
    let text = fs::read_to_string(record).unwrap();
    let (head, rest) = text.split_once('\n').unwrap();
    let mut head: Value = serde_json::from_str(head).unwrap();
    change(&mut head);
    format!("{head}\n{rest}")
}

fn run(verb: &str, folder: &Path, options: &[&str]) -> Output {
    let list = folder.join("hosts.txt");
    let mut command = oscost();
    command.arg(verb).arg(folder).arg("--hosts").arg(list);
    command.args(options).output().unwrap()
}

fn text(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn hosts_are_ranked_named_and_told_apart() {
    let folder = hosts();
    let json = run("compare", folder.path(), &["--json"]);
    let said = String::from_utf8_lossy(&json.stderr).into_owned();
    assert!(
        said.contains("broken") && said.lines().count() == 1,
        "{said}"
    );
    let json: Value = serde_json::from_str(&text(&json)).unwrap();
    let names: Vec<&str> = json["hosts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|host| host["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["plain", "twice", "unreal"]);
    assert_eq!(json["missing"], serde_json::json!(["gone"]));
    assert_eq!(json["emulated"], serde_json::json!(["unreal"]));
    assert_eq!(json["unreadable"][0]["host"], "broken");
    assert_eq!(json["hosts"][2]["place"], Value::Null);
    for mean in ["time", "memory"] {
        let mean = &json["hosts"][1][mean];
        assert!(
            (mean["ratio"].as_f64().unwrap() - 2.0).abs() < 1e-9,
            "{mean}"
        );
        assert_eq!(mean["costs"], 1);
    }
    let ids: Vec<&str> = json["costs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cost| cost["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, COSTS);
    // One kind of hardware, and an emulated one.
    assert_eq!(json["machines"].as_array().unwrap().len(), 2);
    assert_eq!(json["between"].as_array().unwrap().len(), 1);
    let table = text(&run("compare", folder.path(), &[]));
    assert!(
        table.contains("gone") && table.contains("emulated by qemu-user"),
        "{table}"
    );
    let markdown = text(&run("compare", folder.path(), &["--markdown"]));
    assert!(markdown.contains("| plain |"), "{markdown}");
}

#[test]
fn a_folder_has_a_page_and_it_is_not_in_it() {
    let folder = hosts();
    let out = folder.path().join("report");
    let options = ["--out", out.to_str().unwrap()];
    let page = text(&run("report", folder.path(), &options));
    let page = fs::read_to_string(page.trim()).unwrap();
    for name in ["plain", "twice", "unreal", "gone", "broken"] {
        assert!(page.contains(name), "{name}");
    }
    // Made again beside its own report: that is no host.
    let again = text(&run("compare", folder.path(), &["--json"]));
    assert!(!again.contains("\"report\""), "{again}");
}

#[test]
fn what_is_no_fleet_is_refused() {
    let (from, plain, doubled) = records();
    let empty = tempfile::tempdir().unwrap();
    let list = empty.path().join("list");
    fs::write(&list, "# nobody\n").unwrap();
    let one = |arguments: &[&Path]| {
        let output = oscost().arg("compare").args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(one(&[&plain]).contains("nothing to be compared with"));
    assert!(one(&[empty.path()]).contains("no record in"));
    let hosts = Path::new("--hosts");
    assert!(one(&[from.path(), hosts, &list]).contains("names no host"));
    assert!(one(&[&plain, &doubled, hosts, &list]).contains("many machines"));
    assert!(
        one(&[from.path(), hosts, &empty.path().join("none")]).contains("cannot read the list")
    );
}

#[test]
fn a_brief_record_goes_on_as_one() {
    let (_folder, path) = place();
    let run = |options: &[&str]| {
        let call = oscost()
            .args(["run", "--rounds", "2"])
            .args(options)
            .arg(&path)
            .output();
        let output = call.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let record = Record::read(&path).unwrap();
        assert!(record.run.brief && record.damage.is_empty());
        for line in &record.cases {
            assert_eq!(line.outcome, Outcome::Measured, "{}", line.id);
            let values = line.samples.sorted().len();
            assert!((1..=21).contains(&values), "{}: {values}", line.id);
            assert!(line.bursts.is_empty(), "{}", line.id);
        }
        record
    };
    let begun = run(&["thread/control", "--brief", "--out"]);
    assert!(begun.cases.len() > 1);
    // Many samples were taken, though few values are kept.
    assert!(begun.cases.iter().any(|line| line.samples.count() > 21));
    // As if it had been cut short: without its last case and its end.
    let text = fs::read_to_string(&path).unwrap();
    let kept: Vec<&str> = text.lines().collect();
    fs::write(&path, kept[..kept.len() - 2].join("\n")).unwrap();
    let ended = run(&["--resume"]);
    assert_eq!(ended.cases.len(), begun.cases.len());
    assert!(ended.end.is_some());
}
