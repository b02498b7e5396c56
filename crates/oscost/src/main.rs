//! The command `oscost`: measures, and shows what was measured.
//!
//! Each verb is a file; this one chooses between them and turns what they say
//! into an exit code. Before anything else the program may turn out to be a
//! probe.

mod ab;
mod cli;
mod compare;
mod doctor;
mod exit;
mod export;
mod fleet;
mod floors;
mod gate;
mod guest;
mod history;
mod list;
mod machine;
mod manual;
mod measuring;
mod named;
mod once;
mod output;
mod places;
mod progress;
mod report;
mod room;
mod run;
mod selection;
mod selftest;
mod sight;
mod steadiness;
mod verbose;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, SelfTest, Verb};

fn main() -> ExitCode {
    if let Some(lacking) = room::lacks() {
        output::complain(&format!("oscost: {lacking}"));
        return ExitCode::from(2);
    }
    with_room()
}

/// The rest. What it takes of the stack is not yet taken where there is none.
#[inline(never)]
fn with_room() -> ExitCode {
    if let Some(code) = oscost_harness::probe::become_probe_if_asked(&oscost::probe_suites()) {
        return code;
    }
    let cli = Cli::parse();
    let done = match cli.verb {
        Verb::List(options) => list::list(&options),
        Verb::Run(options) => run::run(&options),
        Verb::Report(options) => report::report(&options),
        Verb::Compare(options) => compare::compare(&options),
        Verb::Gate(options) => gate::gate(&options),
        Verb::Ab(options) => ab::ab(&options),
        Verb::Export(options) => export::export(&options),
        Verb::History(options) => history::history(&options),
        Verb::Doctor(options) => doctor::doctor(&options),
        Verb::Machine(options) => machine::machine(&options),
        Verb::Selftest {
            what: SelfTest::Clock(options),
        } => selftest::clock(&options),
        Verb::Selftest {
            what: SelfTest::Floors(options),
        } => floors::floors(&options),
        Verb::Selftest {
            what: SelfTest::Gate(options),
        } => selftest::gate(&options),
        Verb::Selftest {
            what: SelfTest::Placement(options),
        } => selftest::placement(&options),
        Verb::Selftest {
            what: SelfTest::Reference(options),
        } => steadiness::reference(&options),
        Verb::Guest(options) => guest::guest(&options),
        Verb::Completions { shell } => manual::completions(shell),
        Verb::Man => manual::man(),
    };
    exit::code(done)
}
