//! A run killed at any moment: every line that was written is there, and at
//! most the one that was being written is damaged.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests may unwrap and print as tests do"
)]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use oscost_record::{CaseLine, Counters, Line, Ops, Outcome, Record, RecordWriter, Samples, Unit};

mod common;

use common::run;

/// How often it is killed. An emulator takes its time to start.
fn kills() -> u64 {
    match std::env::var_os("OSCOST_PROBE_RUNNER") {
        Some(_) => 20,
        None => 200,
    }
}

/// Tells the writer where to write.
const FILE: &str = "OSCOST_TEST_FILE";

/// Not a test of its own: the process that is killed.
#[test]
#[ignore = "it writes until it is killed"]
fn the_writer() {
    let Some(path) = std::env::var_os(FILE).map(PathBuf::from) else {
        return;
    };
    let mut writer = RecordWriter::create(&path, &run()).unwrap();
    println!("\nbegun");
    for round in 0.. {
        let line = CaseLine {
            id: "thread/create/pthread".into(),
            round,
            outcome: Outcome::Measured,
            unit: Unit::time("create+join"),
            ops_per_sample: Ops(1),
            samples: Samples::Raw(vec![f64::from(round) + 0.125; 500]),
            counters: Counters::default(),
            cpus: Vec::new(),
            bursts: Vec::new(),
            reference: None,
        };
        writer.write(&Line::Case(Box::new(line))).unwrap();
        println!("written");
    }
}

/// Starts a writer, kills it a while after its start or, `at_work`, after its
/// header, and returns what it said.
fn killed_after(path: &Path, at_work: bool, delay: Duration) -> Vec<String> {
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
        .env(FILE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let mut said = Vec::new();
    while at_work && said.last().is_none_or(|line| line != "begun") {
        said.push(lines.next().unwrap().unwrap());
    }
    std::thread::sleep(delay);
    writer.kill().unwrap();
    said.extend(lines.map_while(Result::ok));
    writer.wait().unwrap();
    said
}

#[test]
fn a_killed_run_loses_at_most_the_line_it_was_writing() {
    let folder = tempfile::tempdir().unwrap();
    let mut cut = 0;
    for kill in 0..kills() {
        let path = folder.path().join(format!("{kill}.jsonl"));
        let delay = Duration::from_micros(kill * 7_919 % 101 * 100);
        let said = killed_after(&path, kill % 2 == 0, delay);
        let count = |word: &str| said.iter().filter(|line| *line == word).count();
        if count("begun") == 0 && !path.exists() {
            continue;
        }
        let record = Record::read(&path).unwrap();
        let (written, there) = (count("written"), record.cases.len());
        assert!(
            there == written || there == written + 1,
            "{there} {written}"
        );
        assert!(record.damage.len() <= 1, "{:?}", record.damage);
        for (line, round) in record.cases.iter().zip(0..) {
            assert_eq!((line.round, line.samples.count()), (round, 500));
        }
        cut += 1;
    }
    assert!(cut >= kills() / 2);
}
