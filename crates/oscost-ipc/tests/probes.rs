//! Conversations in probe processes, as a run has them: each proves what it
//! does, and notices when its partner dies.
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
use oscost_harness::probe::{Launch, Launcher as _, Probe as _, become_probe_if_asked};
use oscost_harness::session::Session;
use oscost_harness::{Case, Failure};
use oscost_ipc::SUITE;
use oscost_record::{Peers, Placement};

type Check = fn(&Bench);

const CHECKS: &[(&str, Check)] = &[
    ("a_conversation_proves_one_operation", prove_one),
    ("a_partner_that_dies_is_named", kill_partners),
];

struct Bench {
    session: Session,
    launch: Launch,
}

fn main() -> ExitCode {
    if let Some(code) = become_probe_if_asked(&[SUITE]) {
        return code;
    }
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let session = Session::open();
    let mut launch = session.launch().unwrap();
    launch.limits.answer = Duration::from_secs(60);
    let bench = Bench { session, launch };
    for (name, check) in CHECKS {
        if wanted.as_ref().is_none_or(|wanted| name.contains(wanted)) {
            let begin = Instant::now();
            check(&bench);
            println!("{name}: ok ({:.1} s)", begin.elapsed().as_secs_f64());
        }
    }
    ExitCode::SUCCESS
}

impl Bench {
    /// Conversations that this machine can have, left to the scheduler, of the
    /// shortest and the longest messages.
    fn conversations(&self) -> impl Iterator<Item = Case> {
        let is_one = |case: &Case| {
            let operation = &case.info.operation;
            let is_message = operation.starts_with("message/");
            (is_message && case.info.placement == Placement::Free)
                || operation.starts_with("control/")
        };
        let is_extreme = |case: &Case| matches!(case.values[..], [("size", 1 | 8 | 65_536)]);
        let can_run = |case: &Case| self.session.supply.lacks(case).is_none();
        let cases = SUITE.cases().into_iter().filter(is_one).filter(is_extreme);
        cases.filter(can_run)
    }
}

fn prove_one(bench: &Bench) {
    let mut measured = 0;
    for case in bench.conversations() {
        let taken = bench.launch.launch(&case).and_then(|mut probe| {
            let taken = probe.burst(1, 1)?;
            probe.finish()?;
            Ok(taken)
        });
        match taken {
            Ok((burst, _)) => {
                assert_eq!(burst.ops.0, 1, "{}", case.info.id);
                measured += 1;
            }
            Err(Failure::Skip(why)) => println!("skipped: {}: {why}", case.info.id),
            Err(Failure::Fail(why)) => panic!("{}: {why}", case.info.id),
        }
    }
    assert!(measured > 80, "only {measured} could be measured");
}

/// More operations than anybody waits for.
const MANY: u64 = 10_000_000;

fn kill_partners(bench: &Bench) {
    let mut operations = BTreeSet::new();
    for case in bench.conversations() {
        let first = operations.insert(case.info.operation.clone());
        let is_of_two = case.info.peers == Some(Peers::Processes);
        if !first || !is_of_two {
            continue;
        }
        let mut probe = match bench.launch.start(&bench.launch.spec(&case)) {
            Err(Failure::Skip(why)) => {
                println!("skipped: {}: {why}", case.info.id);
                continue;
            }
            probe => probe.unwrap(),
        };
        probe.burst(1, 1).unwrap();
        let [partner] = children(probe.id().cast_signed())[..] else {
            panic!("{}: not one partner", case.info.id);
        };
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            kill(partner, Signal::SIGKILL).unwrap();
        });
        match probe.burst(1, MANY) {
            Err(Failure::Fail(why)) => assert!(
                why.contains("the partner process was ended by SIGKILL"),
                "{}: {why}",
                case.info.id
            ),
            other => panic!("{}: {other:?}", case.info.id),
        }
        killer.join().unwrap();
    }
    assert!(operations.len() > 20);
}

/// Children of a process that are no guards: those must be let alone, as they
/// are to remove what others leave.
fn children(parent: i32) -> Vec<Pid> {
    let tasks = std::fs::read_dir(format!("/proc/{parent}/task"));
    let tasks = tasks.into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let all: Vec<String> = lists.collect();
    all.iter()
        .flat_map(|list| list.split_whitespace())
        .filter_map(|id| id.parse().ok())
        .filter(|id: &i32| {
            let name = std::fs::read_to_string(format!("/proc/{id}/comm"));
            name.is_ok_and(|name| name.trim() != "oscost-guard")
        })
        .map(Pid::from_raw)
        .collect()
}
