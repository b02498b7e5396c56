//! A writer killed at any moment: what it had added stays, what it was adding
//! is there whole or not at all, and what it left is cleared away.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests may unwrap and print as tests do"
)]

#[path = "whole/common/mod.rs"]
mod common;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{names, run, write};
use oscost_history::{Accept, History, Place, Policy};
use oscost_record::Record;

/// How often it is killed. An emulator takes its time to start.
fn kills() -> u64 {
    match std::env::var_os("OSCOST_PROBE_RUNNER") {
        Some(_) => 20,
        None => 200,
    }
}

/// Tells the writer where to write, and from which minute on.
const FOLDER: &str = "OSCOST_TEST_FOLDER";
const BEGIN: &str = "OSCOST_TEST_BEGIN";

/// Not a test of its own: the process that is killed.
#[test]
#[ignore = "it writes until it is killed"]
fn the_writer() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let begin: u64 = std::env::var(BEGIN).unwrap().parse().unwrap();
    let history = History::at(folder.join("history"));
    for minute in begin.. {
        let source = folder.join(format!("{minute}.jsonl"));
        write(&source, &run(minute), 3);
        history.add(&source, Accept::default()).unwrap();
        println!("\nadded");
    }
}

/// Starts a writer, kills it a while after its start or, `at_work`, after its
/// first record, and returns how many records it said it had added.
fn killed_after(folder: &Path, begin: u64, at_work: bool, delay: Duration) -> usize {
    let this = std::env::current_exe().unwrap();
    let mut command = match std::env::var_os("OSCOST_PROBE_RUNNER") {
        Some(runner) => {
            let mut command = Command::new(runner);
            command.arg(this);
            command
        }
        None => Command::new(this),
    };
    let mut writer = command
        .args(["--exact", "the_writer", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env(BEGIN, begin.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(writer.stdout.take().unwrap()).lines();
    let mut added = 0;
    let mut is_added = |line: &std::io::Result<String>| {
        let is_added = line.as_ref().is_ok_and(|line| line == "added");
        added += usize::from(is_added);
        is_added
    };
    if at_work {
        said.find(&mut is_added);
    }
    std::thread::sleep(delay);
    writer.kill().unwrap();
    for line in said {
        is_added(&line);
    }
    writer.wait().unwrap();
    added
}

#[test]
fn a_killed_writer_loses_at_most_the_record_it_was_adding() {
    let folder = tempfile::tempdir().unwrap();
    let history = History::at(folder.path().join("history"));
    let place = Place::of(&run(0)).unwrap();
    let mut before = 0;
    for kill in 0..kills() {
        let delay = Duration::from_micros(kill * 7_919 % 301 * 100);
        let added = killed_after(folder.path(), kill * 100, kill % 2 == 0, delay);
        let there = history.entries(&place).unwrap().len();
        let new = there - before;
        assert!(
            new == added || new == added + 1,
            "kill {kill}: {new} {added}"
        );
        before = there;
    }
    assert!(before as u64 >= kills() / 2);
    let loaded = history.digests(&place).unwrap();
    assert_eq!((loaded.digests.len(), loaded.unreadable.len()), (before, 0));
    for entry in history.entries(&place).unwrap() {
        let path = history.path(&place, &entry);
        let record = Record::read(&path).unwrap();
        assert!(record.end.is_some() && record.damage.is_empty());
        // Its content is what its name says.
        assert!(history.add(&path, Accept::default()).unwrap().was_there);
    }
    history.prune(Policy::default(), false).unwrap();
    let inside = history.folder().join(place.machine.as_str());
    let left = names(&inside.join(place.configuration.as_str()));
    assert_eq!(left.len(), 2 * before);
}
