//! The algorithms of `oscost-sys` and `oscost-sync` that work on shared memory
//! without the kernel's help, run in every order of events that the memory model
//! allows (`loom`), or in all in which no more than two or three times a thread that
//! could go on is made to wait: a lost wake-up shows as a deadlock, a place that both
//! ends hold as a race.
//!
//! What is compiled here are their own files. Atomics, memory and futexes are
//! stand-ins of the same shape; nothing else may differ.

extern crate self as oscost_harness;
extern crate self as oscost_sys;

pub mod atomic;
pub mod futex;
pub mod locks;
pub mod map;
mod models;
pub mod shared_memory;
mod touched;

#[path = "../../crates/oscost-sys/src/byte_ring.rs"]
pub mod byte_ring;
#[path = "../../crates/oscost-sys/src/meter.rs"]
pub mod meter;
#[path = "../../crates/oscost-sys/src/pointer_slot.rs"]
pub mod pointer_slot;
#[path = "../../crates/oscost-sys/src/positions.rs"]
pub mod positions;
#[path = "../../crates/oscost-sys/src/slate.rs"]
pub mod slate;
#[path = "../../crates/oscost-sys/src/spsc.rs"]
pub mod spsc;

use std::process::{Command, ExitCode, Stdio};

use atomic::Kind;
use models::{MODELS, Model};

/// What a lock says that cannot be made: here it always can.
#[derive(Debug)]
pub enum Failure {}

const USAGE: &str = "usage: oscost-models [NAME…]

Runs the models of these names, or all, in every order of events; those that
have too many, in all with few preemptions. Each is run once more with an ordering taken away, which must be found.

exit status: 0 where all hold, 1 where one does not, 2 for a name there is none of.";

/// Runs one model in this process, with an ordering taken away.
const WITHOUT: &str = "--without";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let wanted: Vec<&str> = words.iter().map(String::as_str).collect();
    if let [WITHOUT, kind, name] = wanted[..] {
        return run_without(kind, name);
    }
    let is_known = |name: &&str| MODELS.iter().any(|model| model.name == *name);
    if !wanted.iter().all(is_known) {
        eprintln!("{USAGE}\n\nthere are:");
        MODELS
            .iter()
            .for_each(|model| eprintln!("  {}", model.name));
        return ExitCode::from(2);
    }
    for model in MODELS {
        if wanted.is_empty() || wanted.contains(&model.name) {
            println!(
                "{}: {} orders of events{}, all as they should be",
                model.name,
                model.run(),
                bound(model)
            );
            for &kind in model.without {
                if !is_missed(model, kind) {
                    eprintln!("{}: nobody misses the {kind:?}", model.name);
                    return ExitCode::FAILURE;
                }
                println!(
                    "{}: without the {kind:?} it goes wrong, as it should",
                    model.name
                );
            }
        }
    }
    ExitCode::SUCCESS
}

/// Which orders were left out.
fn bound(model: &Model) -> String {
    let told = |most: usize| format!(" with at most {most} preemptions");
    model.preemptions.map(told).unwrap_or_default()
}

fn run_without(kind: &str, name: &str) -> ExitCode {
    let kind = [Kind::Fences, Kind::Releases]
        .into_iter()
        .find(|one| format!("{one:?}") == kind);
    let model = MODELS.iter().find(|model| model.name == name);
    let (Some(kind), Some(model)) = (kind, model) else {
        return ExitCode::from(2);
    };
    atomic::take_away(kind);
    model.run();
    ExitCode::SUCCESS
}

/// Whether the model goes wrong without that. In a process of its own: a run that
/// has failed leaves loom as it was then.
fn is_missed(model: &Model, kind: Kind) -> bool {
    let program = std::env::current_exe().unwrap_or_else(|_| "oscost-models".into());
    let mut without = Command::new(program);
    without.args([WITHOUT, &format!("{kind:?}"), model.name]);
    match without.stderr(Stdio::null()).status() {
        // A panic, not something else that went wrong.
        Ok(status) => status.code() == Some(101),
        Err(error) => {
            eprintln!("{}: {error}", model.name);
            false
        }
    }
}
