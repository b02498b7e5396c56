//! Whole programs: each a body of work that is done by processes, by threads
//! and by coroutines, so that only the kind of task differs.
//!
//! One file per scenario; each row is a constant, and everything else derives
//! from the rows.

mod account;
mod answer;
mod crash;
mod hosts;
pub mod http;
mod load;
mod messaging;
mod needs;
mod pace;
mod piece;
mod pipeline;
mod responsive;
mod row;
mod runtime;
mod scaling;
mod server;
mod storm;
mod timer;

use oscost_harness::Suite;

/// All scenarios.
pub const SUITE: Suite = Suite {
    name: "scenario",
    families: &[
        responsive::ROWS,
        scaling::ROWS,
        crash::ROWS,
        pipeline::ROWS,
        storm::ROWS,
        server::ROWS,
        hosts::ROWS,
        messaging::ROWS,
        timer::ROWS,
    ],
};
