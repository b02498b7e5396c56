//! Scenarios as a run would leave them: whole programs, with the figures that
//! they take beside their samples.

#![allow(dead_code, reason = "each test file uses some of these")]

use oscost_record::*;

/// A name and its value.
type Figure = (&'static str, f64);

/// Ids without the suite, what one operation costs, and its figures.
const CASES: [(&str, f64, &[Figure]); 26] = [
    ("crash/process/workers=8", 200e3, &[("survivors", 7.0)]),
    ("crash/thread/workers=8", 300e3, &[("survivors", 0.0)]),
    ("crash/coroutine/workers=8", 5e3, &[("survivors", 7.0)]),
    ("scaling/process/workers=1", 1e6, &[]),
    ("scaling/process/workers=2", 0.52e6, &[]),
    ("scaling/thread/workers=1", 1e6, &[]),
    ("scaling/thread/workers=2", 0.51e6, &[]),
    ("scaling/coroutine/workers=1", 1e6, &[]),
    ("scaling/coroutine/workers=2", 1e6, &[]),
    ("scaling/coroutines/workers=1", 1e6, &[]),
    ("scaling/coroutines/workers=2", 0.53e6, &[]),
    ("hosts/namespaces", 60e3, &[]),
    ("hosts/loopback", 40e3, &[]),
    ("hosts/threads", 10e3, &[]),
    (
        "server/fork/connections=10",
        900e3,
        &[("cpu_ns_per_request", 300e3), ("requests_per_s", 3e3)],
    ),
    (
        "server/thread/connections=10",
        200e3,
        &[("cpu_ns_per_request", 60e3), ("requests_per_s", 15e3)],
    ),
    (
        "server/coroutines/connections=10",
        150e3,
        &[("cpu_ns_per_request", 30e3), ("requests_per_s", 30e3)],
    ),
    (
        "storm/unix/thread/tasks=10",
        10.4e6,
        &[("ideal_ratio", 1.04)],
    ),
    (
        "storm/unix/thread/tasks=10000",
        400e6,
        &[("ideal_ratio", 40.0), ("memory_bytes_per_task", 30e3)],
    ),
    (
        "storm/unix/coroutine/tasks=10000",
        15e6,
        &[("ideal_ratio", 1.5), ("memory_bytes_per_task", 2e3)],
    ),
    (
        "storm/blocking/coroutine/tasks=100",
        1e9,
        &[("ideal_ratio", 100.0)],
    ),
    ("responsive/same-thread", 15e6, &[]),
    ("responsive/coroutine-hog", 15e6, &[]),
    ("responsive/coroutine-polite", 100e3, &[]),
    ("responsive/thread", 3e6, &[]),
    ("responsive/process", 3e6, &[]),
];

/// The record with these cases added to it.
pub(crate) fn with_scenarios(mut record: Record) -> Record {
    for (name, cost, figures) in CASES {
        let info = info(name);
        for round in 0..3 {
            let near = 1.0 + 0.002 * f64::from(round);
            let figures = figures
                .iter()
                .map(|&(name, value)| (name.to_owned(), value * near));
            record.cases.push(CaseLine {
                id: info.id.clone(),
                round,
                outcome: Outcome::Measured,
                unit: info.unit.clone(),
                ops_per_sample: Ops(1),
                samples: Samples::Raw(vec![cost * near]),
                counters: Counters {
                    figures: figures.collect(),
                    ..Counters::default()
                },
                cpus: Vec::new(),
                bursts: Vec::new(),
                reference: None,
            });
        }
        record.run.cases.push(info);
    }
    record
}

fn info(name: &str) -> CaseInfo {
    let (operation, size) = match name.rsplit_once('/') {
        Some((operation, size)) if size.contains('=') => (operation, Some(size)),
        _ => (name, None),
    };
    let parameter = size.and_then(|size| {
        let (name, value) = size.split_once('=')?;
        let value = value.parse().ok()?;
        let unit = String::new();
        Some((name.to_owned(), Parameter { value, unit }))
    });
    let kind = |kind: &&TaskKind| operation.contains(kind.name());
    let kinds = [TaskKind::Process, TaskKind::Coroutine, TaskKind::Thread];
    CaseInfo {
        id: format!("scenario/{name}").as_str().into(),
        suite: "scenario".into(),
        operation: operation.to_owned(),
        title: operation.replace('/', "-"),
        question: "What does this scenario take?".into(),
        unit: Unit::time("request"),
        task: kinds.iter().find(kind).copied().unwrap_or(TaskKind::Thread),
        aspect: Aspect::Talk,
        tier: Tier::Full,
        parameters: parameter.into_iter().collect(),
        placement: Placement::Free,
        peers: None,
        control: None,
        claims: Vec::new(),
    }
}
