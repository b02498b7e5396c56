//! Scenarios in probe processes, as a run has them: each proves what it does
//! and tells its figures; and whenever a probe dies, all that it started goes
//! with it.
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
use oscost_harness::probe::{Launch, Launcher as _, become_probe_if_asked};
use oscost_harness::session::Session;
use oscost_harness::{Case, Failure};
use oscost_record::{TaskKind, Tier};
use oscost_scenario::SUITE;

type Check = fn(&Bench);

const CHECKS: &[(&str, Check)] = &[
    ("ids_are_those_that_claims_stand_on", look_at_ids),
    ("the_core_tier_stays_small", look_at_the_core),
    ("every_scenario_tells_its_figures", tell_figures),
    ("nothing_outlives_a_probe", kill_probes),
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
    /// The smallest case of each row that this machine can run.
    fn smallest(&self) -> Vec<Case> {
        let mut operations = BTreeSet::new();
        let mut cases = SUITE.cases();
        cases.retain(|case| operations.insert(case.row.operation));
        cases.retain(|case| match self.session.supply.lacks(case) {
            Some(why) => {
                println!("skipped: {}: {why}", case.info.id);
                false
            }
            None => true,
        });
        cases
    }
}

fn look_at_ids(_: &Bench) {
    let ids: BTreeSet<String> = SUITE
        .cases()
        .into_iter()
        .map(|case| case.info.id.0)
        .collect();
    for id in [
        "scenario/storm/timer/coroutine/tasks=100000",
        "scenario/storm/unix/process/tasks=10",
        "scenario/storm/tcp/thread/tasks=10000",
        "scenario/storm/blocking/coroutine/tasks=100",
        "scenario/server/fork/connections=10000",
        "scenario/server-open/coroutines/connections=10",
        "scenario/scaling/coroutines/workers=4",
        "scenario/responsive/coroutine-polite",
        "scenario/crash/thread/workers=8",
        "scenario/pipeline/process",
        "scenario/hosts/namespaces",
        "scenario/messaging/pipe/process/groups=10",
        "scenario/timer/thread",
    ] {
        assert!(ids.contains(id), "{id}");
    }
}

fn look_at_the_core(_: &Bench) {
    let mut core = SUITE.cases();
    core.retain(|case| case.info.tier == Tier::Core);
    assert!(core.len() <= 12, "{} cases", core.len());
    let kinds: BTreeSet<TaskKind> = core.iter().map(|case| case.info.task).collect();
    assert_eq!(kinds.len(), 3);
}

/// The figures that a scenario must tell.
fn figures_of(case: &Case) -> &'static [&'static str] {
    match case.row.operation.split('/').next() {
        Some("storm") => &[
            "delay_ns",
            "ideal_ratio",
            "cpu_ns_per_task",
            "switches_per_task",
        ],
        Some("server" | "server-open") => &["requests_per_s", "cpu_ns_per_request"],
        Some("crash") => &["survivors", "lost_pieces"],
        _ => &[],
    }
}

fn tell_figures(bench: &Bench) {
    // An emulator may not know the clocks of other processes.
    let native = bench.session.machine.emulated.is_none();
    let mut measured = 0;
    for case in bench.smallest() {
        let id = &case.info.id;
        let taken = bench.launch.launch(&case).and_then(|mut probe| {
            let taken = probe.burst(1, 2)?;
            probe.finish()?;
            Ok(taken)
        });
        match taken {
            Ok((burst, values)) => {
                assert!(burst.ops.0 >= 2 && !values.is_empty(), "{id}");
                assert!(values.iter().all(|value| *value > 0.0), "{id}: {values:?}");
                let figures = figures_of(&case).iter();
                for figure in figures.filter(|name| native || !name.starts_with("cpu")) {
                    let told = burst.counters.figures.get(*figure);
                    assert!(told.is_some_and(|told| *told >= 0.0), "{id}: {figure}");
                }
                measured += 1;
            }
            Err(Failure::Skip(why)) => println!("skipped: {id}: {why}"),
            Err(Failure::Fail(why)) => panic!("{id}: {why}"),
        }
    }
    assert!(measured >= 20, "only {measured} could be measured");
}

fn kill_probes(bench: &Bench) {
    if bench.session.machine.emulated.is_some() {
        println!("skipped: an emulator's own processes are in the way");
        return;
    }
    for case in bench.smallest() {
        let Ok(probe) = bench.launch.start(&bench.launch.spec(&case)) else {
            continue;
        };
        let leader = Pid::from_raw(probe.id().cast_signed());
        let family = family(leader);
        kill(leader, Signal::SIGKILL).unwrap();
        // Its group is not killed: nobody says so to them but the kernel.
        let begin = Instant::now();
        for one in family.into_iter().filter(|one| *one != leader) {
            while is_alive(one) {
                assert!(
                    begin.elapsed() < Duration::from_secs(60),
                    "{}: {one} is left",
                    case.info.id
                );
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        drop(probe);
    }
}

/// A process, its children, and theirs.
fn family(leader: Pid) -> Vec<Pid> {
    let mut all = vec![leader];
    let mut next = 0;
    while let Some(&parent) = all.get(next) {
        let tasks = std::fs::read_dir(format!("/proc/{parent}/task"));
        for task in tasks.into_iter().flatten().flatten() {
            let list = std::fs::read_to_string(task.path().join("children"));
            let list = list.unwrap_or_default();
            let ids = list.split_whitespace().filter_map(|id| id.parse().ok());
            all.extend(ids.map(Pid::from_raw));
        }
        next += 1;
    }
    all
}

/// Whether it still runs. Who is dead may not be reaped yet.
fn is_alive(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat
        .rsplit_once(") ")
        .map(|(_, rest)| rest.starts_with('Z'));
    state == Some(false)
}
