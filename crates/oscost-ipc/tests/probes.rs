//! Conversations in probe processes, as a run has them: each proves what it
//! does, notices when its partner dies, and leaves nothing behind however it
//! ends.
//!
//! This program is its own probe, so it has a `main` and no test harness. An
//! argument runs the checks that have it in their name.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test program reports, and panics where something is wrong"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpid};
use oscost_harness::probe::{Launch, Launcher as _, Probe as _, become_probe_if_asked};
use oscost_harness::session::Session;
use oscost_harness::{Case, Failure};
use oscost_ipc::SUITE;
use oscost_record::{Peers, Placement};

type Check = fn(&Bench);

const CHECKS: &[(&str, Check)] = &[
    ("a_conversation_proves_one_operation", prove_one),
    ("a_partner_that_dies_is_named", kill_partners),
    ("a_killed_probe_leaves_nothing", kill_probes),
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

/// Those with something to leave behind.
const KEEPERS: [&str; 6] = [
    "message/fifo/processes",
    "message/posix-queue/processes",
    "message/sysv-queue/processes",
    "message/shared-posix/processes/futex",
    "message/shared-sysv/processes/futex",
    "message/sysv-queue/threads",
];

fn kill_probes(bench: &Bench) {
    let keepers: Vec<Case> = bench
        .conversations()
        .filter(|case| KEEPERS.contains(&case.info.operation.as_str()))
        .filter(|case| case.values == [("size", 1)])
        .collect();
    assert_eq!(keepers.len(), KEEPERS.len());
    let before = leftovers();
    let mut random = Random::seeded();
    for round in 0..20 {
        let case = &keepers[round % keepers.len()];
        // Some while they are being built, some in the middle of their work.
        let moment = Duration::from_micros(random.below(60_000));
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(moment);
                while !over.load(Ordering::Relaxed) {
                    for probe in children(getpid().as_raw()) {
                        let _ = kill(probe, Signal::SIGKILL);
                    }
                    std::thread::yield_now();
                }
            });
            let outcome = bench.launch.start(&bench.launch.spec(case));
            let outcome = outcome.and_then(|mut probe| probe.burst(1, MANY));
            over.store(true, Ordering::Relaxed);
            let why = outcome.unwrap_err().to_string();
            assert!(why.contains("SIGKILL"), "{why}");
        });
        wait_until_gone(&before, &format!("{} after {moment:?}", case.info.id));
    }
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

/// Everything of which something may be left: names, System V objects,
/// processes.
fn leftovers() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let temporary = std::env::temp_dir();
    for folder in [Path::new("/dev/shm"), &temporary] {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let names = names.filter(|name| name.starts_with("oscost-"));
        found.extend(names.map(|name| format!("{}/{name}", folder.display())));
    }
    found.extend(queues().into_iter().map(|name| format!("queue {name}")));
    for kind in ["msg", "sem", "shm"] {
        let text = std::fs::read_to_string(format!("/proc/sysvipc/{kind}")).unwrap_or_default();
        let numbers = text
            .lines()
            .skip(1)
            .filter_map(|line| line.split_whitespace().nth(1));
        found.extend(numbers.map(|number| format!("{kind} {number}")));
    }
    let this = std::env::current_exe().unwrap();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let mut words = command.split(|&byte| byte == 0);
        let is_ours = words.any(|word| word == this.as_os_str().as_encoded_bytes());
        if is_ours && entry.path() != Path::new("/proc").join(getpid().to_string()) {
            found.insert(format!("process {:?}", entry.file_name()));
        }
    }
    found
}

/// The names of POSIX queues. They can be listed where their file system is
/// mounted, or where this user may mount it in a namespace of its own.
fn queues() -> Vec<String> {
    let listed = Command::new("unshare")
        .args(["--mount", "sh", "-c"])
        .arg("mount -t mqueue none /tmp && ls /tmp")
        .output();
    let text = match listed {
        Ok(output) if output.status.success() => output.stdout,
        _ => {
            Command::new("ls")
                .arg("/dev/mqueue")
                .output()
                .unwrap()
                .stdout
        }
    };
    let names = String::from_utf8(text).unwrap();
    names.lines().map(str::to_owned).collect()
}

fn wait_until_gone(before: &BTreeSet<String>, what: &str) {
    let begin = Instant::now();
    loop {
        let left: Vec<String> = leftovers().difference(before).cloned().collect();
        if left.is_empty() {
            return;
        }
        assert!(
            begin.elapsed() < Duration::from_secs(30),
            "{what} left {left:?}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Marsaglia's xorshift: moments need no better.
struct Random(u64);

impl Random {
    fn seeded() -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self(now.unwrap().subsec_nanos().into())
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 |= 1 << 40;
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
