//! Records for the tests of this crate.

#![allow(dead_code, reason = "each test file uses some of these")]
#![allow(clippy::unwrap_used, reason = "a helper of tests fails as a test does")]

use std::path::{Path, PathBuf};

use oscost_record::{
    Aspect, CaseInfo, CaseLine, ClockInfo, Configuration, Counters, Driver, End, Line, Machine,
    Nanos, Ops, Outcome, Placement, RecordWriter, Run, SCHEMA, Samples, TaskKind, Tier, Tool, Unit,
};

/// The header of a run of one case that began in the given minute of 2026.
pub(crate) fn run(minute: u64) -> Run {
    let id = "thread/create/pthread";
    let (day, minute_of_day) = (minute / 1440, minute % 1440);
    let started = format!(
        "2026-01-{:02}T{:02}:{:02}:00Z",
        day + 1,
        minute_of_day / 60,
        minute_of_day % 60
    );
    Run {
        schema: SCHEMA,
        tool: Tool {
            name: "oscost".into(),
            version: "0.1.0".into(),
            binary: None,
        },
        driver: Driver::Rounds,
        tier: Tier::Core,
        machine: Machine::default().keyed(),
        configuration: Configuration([("kernel".into(), "6.1".into())].into()),
        clock: ClockInfo {
            source: "rdtsc".into(),
            fallback: None,
            ticks_per_second: 1e9,
            resolution: Nanos(1.0),
            cost: Nanos(12.0),
        },
        brief: false,
        command: vec!["oscost".into(), "run".into()],
        seed: minute,
        started,
        cases: vec![CaseInfo {
            id: id.into(),
            suite: "thread".into(),
            operation: "create/pthread".into(),
            title: "pthread_create".into(),
            question: "What does it cost?".into(),
            unit: Unit::time("create+join"),
            task: TaskKind::Thread,
            aspect: Aspect::Create,
            tier: Tier::Core,
            parameters: std::collections::BTreeMap::new(),
            placement: Placement::SameCpu,
            peers: None,
            control: None,
            claims: Vec::new(),
        }],
    }
}

/// Writes a record of that run, `rounds` long, with a closing line.
pub(crate) fn write(path: &Path, run: &Run, rounds: u32) {
    let mut writer = RecordWriter::create(path, run).unwrap();
    for round in 0..rounds {
        let line = CaseLine {
            id: run.cases[0].id.clone(),
            round,
            outcome: Outcome::Measured,
            unit: run.cases[0].unit.clone(),
            ops_per_sample: Ops(1),
            samples: Samples::Raw(vec![30_000.0 + f64::from(round); 64]),
            counters: Counters::default(),
            cpus: Vec::new(),
            bursts: Vec::new(),
            reference: None,
        };
        writer.write(&Line::Case(Box::new(line))).unwrap();
    }
    let end = End {
        ended: "2026-02-01T00:00:00Z".into(),
        interrupted: false,
    };
    writer.write(&Line::End(end)).unwrap();
}

/// A folder with a record in it.
pub(crate) fn record(run: &Run) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    write(&path, run, 5);
    (folder, path)
}

/// A history with a record of each of these runs.
pub(crate) fn history(runs: &[Run]) -> (tempfile::TempDir, oscost_history::History) {
    let folder = tempfile::tempdir().unwrap();
    let history = oscost_history::History::at(folder.path().join("history"));
    for run in runs {
        let (_folder, path) = record(run);
        history
            .add(&path, oscost_history::Accept::default())
            .unwrap();
    }
    (folder, history)
}

/// The names in a folder, in order.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
