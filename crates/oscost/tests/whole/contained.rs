//! A case that misbehaves costs itself and nothing else: the run goes on, the
//! record says what happened, and no process is left.

use std::process::{Command, Output};

use crate::common::{
    descendants, has_cases, is_alive, is_emulated, objects, oscost, place, wait_until,
};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use oscost_record::{Outcome, Record};

fn outcome(record: &Record, id: &str) -> Outcome {
    let line = record.cases.iter().find(|line| line.id.0 == id);
    line.unwrap_or_else(|| panic!("no line of {id}"))
        .outcome
        .clone()
}

fn run_drills(filter: &str) -> (Record, Output) {
    let (_folder, path) = place();
    let output = oscost()
        .args(["run", filter, "--rounds", "1", "--timeout", "3", "--out"])
        .arg(&path)
        .output()
        .unwrap();
    (Record::read(&path).unwrap(), output)
}

#[test]
fn every_drill_is_contained_and_told() {
    let (record, output) = run_drills("drill/");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(outcome(&record, "drill/nothing"), Outcome::Measured);
    for (id, words) in [
        ("drill/segfault", "SIGSEGV"),
        ("drill/panic", "a drill"),
        ("drill/partner", "a partner's drill"),
        ("drill/hang", "no answer for 3 s"),
        ("drill/orphans", "SIGSEGV"),
        ("drill/lie", "but 0 were done"),
    ] {
        match outcome(&record, id) {
            Outcome::Failed(why) => assert!(why.contains(words), "{id}: {why}"),
            other => panic!("{id}: {other:?}"),
        }
    }
    match outcome(&record, "drill/refused") {
        Outcome::Skipped(why) => assert!(why.contains("no such thing")),
        other => panic!("{other:?}"),
    }
    assert!(record.end.is_some());
    assert_eq!(objects(), Vec::<String>::new());
}

/// Starts a run of the cases with the most to leave behind, and waits until it
/// is in the middle of it.
fn begun(filter: &str) -> (tempfile::TempDir, std::path::PathBuf, std::process::Child) {
    let (folder, path) = place();
    let child = oscost()
        .args(["run", filter, "--rounds", "1000", "--out"])
        .arg(&path)
        .env("TMPDIR", folder.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    wait_until("two cases are measured", || has_cases(&path, 2));
    (folder, path, child)
}

const BUSY: &str =
    "process/(switch/pipe|memory/fork/tasks=10$|create/fork/rss=16)|thread/switch/futex";

#[test]
fn an_interrupted_run_keeps_what_it_has() {
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let (folder, path, mut child) = begun(BUSY);
        let family = descendants(child.id());
        kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
        let record = Record::read(&path).unwrap();
        assert!(record.cases.len() >= 2 && record.damage.is_empty());
        assert!(record.end.is_some_and(|end| end.interrupted));
        wait_until("no process is left", || !family.iter().any(is_alive));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(objects(), Vec::<String>::new());
    }
}

#[test]
fn a_killed_run_leaves_no_process_and_a_readable_record() {
    let (_folder, path, mut child) = begun(BUSY);
    let mut family = descendants(child.id());
    wait_until("a probe is live", || {
        family = descendants(child.id());
        !family.is_empty()
    });
    child.kill().unwrap();
    child.wait().unwrap();
    wait_until("no process is left", || !family.iter().any(is_alive));
    let record = Record::read(&path).unwrap();
    assert!(record.cases.len() >= 2 && record.damage.len() <= 1);
    assert_eq!(objects(), Vec::<String>::new());
}

#[test]
fn a_run_that_was_cut_short_is_resumed_where_it_was() {
    for signal in [Signal::SIGKILL, Signal::SIGINT] {
        is_resumed_after(signal);
    }
}

fn is_resumed_after(signal: Signal) {
    let filter = "thread/(control|syscall)";
    let (_folder, path, mut child) = begun(filter);
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
    child.wait().unwrap();
    let before = Record::read(&path).unwrap();
    // Who was asked to end has closed its record, and goes on with it all the same.
    let closed = before.end.as_ref().map(|end| end.interrupted);
    assert_eq!(closed, (signal == Signal::SIGINT).then_some(true));
    let last = before.cases.iter().map(|line| line.round).max().unwrap();
    let rounds = (last + 2).to_string();
    let output = oscost()
        .args(["run", "--rounds", &rounds, "--resume"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let after = Record::read(&path).unwrap();
    assert_eq!(after.cases[..before.cases.len()], before.cases[..]);
    let mut done: Vec<_> = after
        .cases
        .iter()
        .map(|line| (line.id.clone(), line.round))
        .collect();
    let all = after.run.cases.len() * (last as usize + 2);
    assert!(after.end.is_some_and(|end| !end.interrupted));
    // What a kill cut off in the middle of a line is measured again.
    assert_eq!(done.len(), all);
    done.sort();
    done.dedup();
    assert_eq!(done.len(), all);
}

#[test]
fn a_normal_run_leaves_only_its_record() {
    let (folder, path) = place();
    let output = oscost()
        .args(["run", BUSY, "--rounds", "2", "--out"])
        .arg(&path)
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let record = Record::read(&path).unwrap();
    let measured = record
        .cases
        .iter()
        .filter(|line| line.outcome == Outcome::Measured);
    assert!(measured.count() >= 8);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(objects(), Vec::<String>::new());
}

#[test]
fn a_disk_without_room_for_a_header_leaves_no_file() {
    let (folder, path) = place();
    let ab = folder.path().join("pairs.jsonl");
    let program = oscost();
    let program: Vec<_> = std::iter::once(program.get_program())
        .chain(program.get_args())
        .collect();
    let this = program[program.len() - 1];
    let calls = [
        (["run", "drill/nothing", "--rounds", "1"], &path),
        (["ab", "drill/nothing", "--pairs", "6"], &ab),
    ];
    for (words, file) in calls {
        // The emulator of a probe writes files of its own.
        if words[0] == "ab" && is_emulated() {
            continue;
        }
        let mut call = Command::new("sh");
        // No file may grow: each write to one gives EFBIG.
        call.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"]);
        call.args(&program).args(words).arg("--out").arg(file);
        if words[0] == "ab" {
            call.arg("-a").arg(this).arg("-b").arg(this);
        }
        let output = call.env("XDG_DATA_HOME", folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains(file.to_str().unwrap()), "{told}");
        assert!(told.contains("File too large"), "{told}");
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
