//! Streams, connections, wake-ups and hand-overs in probe processes, as a run
//! has them: each proves what it does, notices when its partner dies, and takes
//! the partner with it when it is killed.
//!
//! This program is its own probe, so it has a `main` and no test harness. An
//! argument runs the checks that have it in their name.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test program reports, and panics where something is wrong"
)]

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use oscost_harness::probe::{Launch, Launcher as _, Probe, become_probe_if_asked};
use oscost_harness::session::Session;
use oscost_harness::{Case, Failure};
use oscost_ipc::SUITE;
use oscost_record::{Peers, Placement};

type Check = fn(&Launch, &[Case]);

const CHECKS: &[(&str, Check)] = &[
    ("every_case_proves_one_operation", prove_one),
    ("a_partner_that_dies_is_noticed", kill_partners),
    ("a_partner_goes_with_its_probe", kill_probes),
];

/// The families that are tried here, and their controls.
const FAMILIES: [&str; 7] = [
    "stream/",
    "connect/",
    "wake/",
    "handover/",
    "control/connect-",
    "control/wake-",
    "control/handover-",
];

fn main() -> ExitCode {
    if let Some(code) = become_probe_if_asked(&[SUITE]) {
        return code;
    }
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let session = Session::open();
    let mut launch = session.launch().unwrap();
    launch.limits.answer = Duration::from_secs(60);
    let cases: Vec<Case> = SUITE
        .cases()
        .into_iter()
        .filter(|case| {
            FAMILIES
                .iter()
                .any(|name| case.info.operation.starts_with(name))
        })
        .filter(|case| match session.supply.lacks(case) {
            Some(why) => {
                println!("skipped: {}: {why}", case.info.id);
                false
            }
            None => true,
        })
        .collect();
    for (name, check) in CHECKS {
        if wanted.as_ref().is_none_or(|wanted| name.contains(wanted)) {
            let begin = Instant::now();
            check(&launch, &cases);
            println!("{name}: ok ({:.1} s)", begin.elapsed().as_secs_f64());
        }
    }
    ExitCode::SUCCESS
}

/// What the machine refuses is skipped by name; nothing else may fail.
fn skipped<T>(case: &Case, result: Result<T, Failure>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(Failure::Skip(why)) => {
            println!("skipped: {}: {why}", case.info.id);
            None
        }
        Err(Failure::Fail(why)) => panic!("{}: {why}", case.info.id),
    }
}

fn prove_one(launch: &Launch, cases: &[Case]) {
    let mut measured = 0;
    // One placement of each: which CPUs it has changes nothing here.
    let is_one = |case: &&Case| case.info.peers.is_none() || case.info.placement == Placement::Free;
    for case in cases.iter().filter(is_one) {
        let taken = launch.launch(case).and_then(|mut probe: Box<dyn Probe>| {
            let taken = probe.burst(1, 1)?;
            probe.finish()?;
            Ok(taken)
        });
        let Some((burst, values)) = skipped(case, taken) else {
            continue;
        };
        // A stream's sample is as long as its granule.
        assert!(burst.ops.0 >= 1 && values.len() == 1, "{}", case.info.id);
        let is_stream = case.info.operation.starts_with("stream/");
        let rate = burst.counters.figures.get("bytes_per_second");
        assert_eq!(rate.is_some_and(|&rate| rate > 0.0), is_stream);
        measured += 1;
    }
    assert!(measured > 60, "only {measured} could be measured");
}

/// More operations than anybody waits for.
const MANY: u64 = 1_000_000;

/// The cases whose partner is a process, one of each operation.
fn of_two_processes(cases: &[Case]) -> impl Iterator<Item = &Case> {
    let mut seen = BTreeSet::new();
    let is_of_two = |case: &&Case| case.info.peers == Some(Peers::Processes);
    let is_free = |case: &&Case| case.info.placement == Placement::Free;
    let mut is_first = move |case: &&Case| seen.insert(case.info.operation.clone());
    cases
        .iter()
        .filter(is_of_two)
        .filter(is_free)
        .filter(move |case| is_first(case))
}

/// The process that a probe has made.
fn partner_of(probe: u32) -> Pid {
    let children = std::fs::read_to_string(format!("/proc/{probe}/task/{probe}/children"));
    let children = children.unwrap();
    let mut ids = children.split_whitespace();
    let (Some(id), None) = (ids.next(), ids.next()) else {
        panic!("not one partner: {children}");
    };
    Pid::from_raw(id.parse().unwrap())
}

fn kill_partners(launch: &Launch, cases: &[Case]) {
    let mut killed = 0;
    for case in of_two_processes(cases) {
        let Some(mut probe) = skipped(case, launch.start(&launch.spec(case))) else {
            continue;
        };
        if skipped(case, probe.burst(1, 1)).is_none() {
            continue;
        }
        let partner = partner_of(probe.id());
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            kill(partner, Signal::SIGKILL).unwrap();
        });
        match probe.burst(1, MANY) {
            Err(Failure::Fail(why)) => {
                assert!(!why.contains("no answer"), "{}: {why}", case.info.id);
            }
            other => panic!("{}: {other:?}", case.info.id),
        }
        killer.join().unwrap();
        killed += 1;
    }
    assert!(killed > 9, "only {killed} partners were killed");
}

fn kill_probes(launch: &Launch, cases: &[Case]) {
    for case in of_two_processes(cases) {
        let Some(mut probe) = skipped(case, launch.start(&launch.spec(case))) else {
            continue;
        };
        if skipped(case, probe.burst(1, 1)).is_none() {
            continue;
        }
        let partner = partner_of(probe.id());
        let id = Pid::from_raw(probe.id().cast_signed());
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            kill(id, Signal::SIGKILL).unwrap();
        });
        let why = probe.burst(1, MANY).unwrap_err().to_string();
        assert!(why.contains("SIGKILL"), "{}: {why}", case.info.id);
        killer.join().unwrap();
        wait_until_gone(partner, case);
    }
}

/// A process that has ended has no command line any more, reaped or not.
fn wait_until_gone(process: Pid, case: &Case) {
    let begin = Instant::now();
    while std::fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|line| !line.is_empty()) {
        assert!(
            begin.elapsed() < Duration::from_secs(30),
            "{} left its partner behind",
            case.info.id
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}
