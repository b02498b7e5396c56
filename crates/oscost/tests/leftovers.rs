//! Whoever is killed, and whenever: when a run is over, nothing of it is left.
//!
//! This program has no test harness, so that it is a single task: it adopts
//! every process that a killed driver leaves behind, and looks at names and
//! System V objects in namespaces where there are no others.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test program reports, and panics where something is wrong"
)]

#[path = "whole/common.rs"]
#[expect(dead_code, reason = "serves another test program as well")]
mod common;
#[path = "whole/leavings.rs"]
#[expect(dead_code, reason = "serves another test program as well")]
mod leavings;

use std::hash::{BuildHasher as _, RandomState};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use nix::sys::prctl;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use common::{has_cases, is_emulated, oscost, wait_until};
use leavings::{Alone, await_the_last, children, names};

/// Cases with something to leave behind: names of pipes, queues and shared
/// memory, System V objects, partners.
const KEEPERS: &str = "ipc/message/(fifo|posix-queue|sysv-queue|shared-posix|shared-sysv)/.*/size=64B/placement=free\
    |ipc/connect/unix|sync/uncontended/sysv-semaphore\
    |sync/processes/sysv-semaphore/contenders=2/section=100ns/outside=0ns";

/// Drivers that are killed; each after so many of its probes and their
/// partners.
const LIVES: usize = 5;
const KILLS: usize = 3;

fn main() {
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    if wanted.is_some_and(|wanted| !"nothing_is_left".contains(&wanted)) {
        return;
    }
    if is_emulated() {
        println!("skipped: nothing_is_left: an emulator's own processes are in the way");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let queues = folder.path().join("queues");
    let alone = Alone::here(&queues);
    prctl::set_child_subreaper(true).unwrap();
    let run = folder.path().join("run");
    for _ in 0..LIVES {
        std::fs::create_dir(&run).unwrap();
        let mut driver = begin(&run);
        let mut struck = Vec::new();
        for turn in 0..KILLS {
            // A partner alone, then a probe: it may be one that waits for the
            // partner in vain.
            strike(driver.id(), turn % 2 == 0, &mut struck);
        }
        std::thread::sleep(moment());
        driver.kill().unwrap();
        driver.wait().unwrap();
        await_the_last();
        let record = run.join("record.jsonl");
        assert!(has_cases(&record, 1), "nothing was going on");
        std::fs::remove_file(record).unwrap();
        assert_eq!(names(&run), Vec::<String>::new());
        assert_eq!(alone.leftovers(), Vec::<String>::new());
        std::fs::remove_dir(&run).unwrap();
    }
    let kills = LIVES * (KILLS + 1);
    println!("nothing_is_left: ok after {kills} kills");
}

/// A run in the middle of its cases.
fn begin(folder: &Path) -> Child {
    let record = folder.join("record.jsonl");
    let driver = oscost()
        .args([
            "run", KEEPERS, "--tier", "full", "--rounds", "1000", "--out",
        ])
        .arg(&record)
        .env("TMPDIR", folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("a case is over", || has_cases(&record, 1));
    driver
}

/// Kills a probe, or a partner, at some moment of its life.
fn strike(driver: u32, a_partner: bool, struck: &mut Vec<Pid>) {
    let driver = Pid::from_raw(driver.cast_signed());
    let victims = |struck: &[Pid]| -> Vec<Pid> {
        let probes = children(driver).into_iter();
        let all: Vec<Pid> = match a_partner {
            true => probes.flat_map(children).collect(),
            false => probes.collect(),
        };
        // Who is dead may not be reaped yet.
        let living = all.into_iter().filter(|one| !struck.contains(one));
        living.collect()
    };
    wait_until("there is somebody to kill", || {
        let Some(&victim) = victims(struck).first() else {
            return false;
        };
        std::thread::sleep(moment());
        // It may have ended by itself meanwhile: then another has to die.
        let is_there = victims(struck).contains(&victim);
        let is_hit = is_there && kill(victim, Signal::SIGKILL).is_ok();
        struck.extend(is_hit.then_some(victim));
        is_hit
    });
}

/// Some time, as long as a probe lives at the most.
fn moment() -> Duration {
    let random = RandomState::new().hash_one(0);
    Duration::from_micros(random % 60_000)
}
