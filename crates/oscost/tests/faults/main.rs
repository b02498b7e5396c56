//! Every fault against every suite: each ends in a clear message, a usable record
//! and a clean machine. Without further words it is the short form, some of each;
//! `--ignored torture` is the long one, for as long as `OSCOST_TORTURE_SECONDS`
//! says.
//!
//! This program has no test harness: it is executed again for every trial, as its
//! stage and as what becomes the driver.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test program reports, and panics where something is wrong"
)]

mod around;
mod calls;
#[path = "../whole/common.rs"]
#[expect(dead_code, reason = "serves another test program as well")]
mod common;
mod driver;
mod fault;
mod group;
mod judge;
mod launch;
#[path = "../whole/leavings.rs"]
mod leavings;
mod limits;
mod page;
mod stage;
mod strike;
mod struck;
mod torture;
mod trial;

use std::ffi::OsString;
use std::process::{Command, ExitCode};
use std::sync::Mutex;

use common::is_emulated;
use strike::Pauses;
use trial::{Trial, trials};

/// What a stage ends with that cannot take place.
const SKIPPED: u8 = 77;

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let strings = || words.iter().map(|word| word.to_string_lossy().into_owned());
    let strings: Vec<String> = strings().collect();
    match strings.first().map(String::as_str) {
        Some("--launch") => match launch::become_driver(&words[1..]) {
            Ok(()) => unreachable!(),
            Err(error) => {
                eprintln!("launch: {error:?}");
                ExitCode::from(99)
            }
        },
        Some("--stage") => ExitCode::from(stage::tell(stage::asked(&strings[1..]))),
        _ => tested(&strings),
    }
}

/// As a test harness would: `--ignored` for what takes its time, and a filter.
fn tested(words: &[String]) -> ExitCode {
    let mut wanted = words.iter().filter(|word| !word.starts_with('-'));
    let wanted = wanted.next().map_or("", String::as_str);
    if words.iter().any(|word| word == "--list") {
        return ExitCode::SUCCESS;
    }
    let ignored = words.iter().any(|word| word == "--ignored");
    if is_emulated() {
        println!("skipped: faults: an emulator's own processes and calls are in the way");
        return ExitCode::SUCCESS;
    }
    let good = match ignored {
        true => !"torture".contains(wanted) || torture::torture(),
        false => {
            let page = !"page".contains(wanted) || page::is_current();
            short(wanted) && page
        }
    };
    match good {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// The short form; of a filter whatever it names.
fn short(wanted: &str) -> bool {
    let all = trials().into_iter();
    let chosen: Vec<Trial> = match wanted {
        "" => all.filter(|trial| trial.short).collect(),
        wanted => all.filter(|trial| trial.name.contains(wanted)).collect(),
    };
    let count = chosen.len();
    let queue = Mutex::new(chosen.into_iter());
    let ends = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let Some(trial) = queue.lock().unwrap().next() else {
                        return;
                    };
                    let end = perform(&trial, 1, "short");
                    if !matches!(end, End::Good(_)) {
                        println!("{end}: {}", trial.name);
                    }
                    ends.lock().unwrap().push(end);
                }
            });
        }
    });
    let ends = ends.into_inner().unwrap();
    let good = ends.iter().filter(|end| matches!(end, End::Good(_)));
    let good = good.count();
    let failed = ends
        .iter()
        .filter(|end| matches!(end, End::Failed(_)))
        .count();
    let skipped = count - good - failed;
    println!("faults: {good} ended as they should, {failed} did not, {skipped} skipped");
    let nothing_but_skipped = wanted.is_empty() && good == 0;
    failed == 0 && !nothing_but_skipped
}

/// How a trial ended.
enum End {
    Good(Pauses),
    Skipped(String),
    Failed(String),
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Good(_) => write!(f, "ok"),
            Self::Skipped(why) => write!(f, "skipped, {why}"),
            Self::Failed(why) => write!(f, "FAILED, {why}"),
        }
    }
}

/// What a stage tells of a good end.
fn pauses(text: &str) -> Pauses {
    let mut numbers = text
        .lines()
        .next_back()
        .into_iter()
        .flat_map(str::split_whitespace)
        .map(|number| number.parse().unwrap());
    let mut next = || numbers.next().unwrap();
    Pauses {
        noticed: next(),
        all: next(),
    }
}

/// A trial in a process of its own.
fn perform(trial: &Trial, seed: u64, form: &str) -> End {
    // Whoever removes it must not see what the stage has mounted there.
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--stage", &trial.name, &seed.to_string(), form])
        .arg(folder.path())
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    folder.close().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match output.status.code() {
        Some(0) => End::Good(pauses(&text)),
        Some(code) if code == i32::from(SKIPPED) => End::Skipped(text),
        _ => End::Failed(format!(
            "{}: {text} {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        )),
    }
}
