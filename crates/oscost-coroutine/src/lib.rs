//! What a coroutine costs: to make, to switch to and from, to keep.
//!
//! Coroutines never enter the kernel to hand over the CPU, so everything here
//! happens on the thread that measures. A case must never spawn a thread.

pub mod context;
pub mod control;
pub mod create;
pub mod memory;
mod pause;
pub mod stack;
pub mod switch;
mod tally;
mod timed;

use oscost_harness::Suite;

/// The catalogue.
pub const SUITE: Suite = Suite {
    name: "coroutine",
    families: &[switch::ROWS, create::ROWS, memory::ROWS, control::ROWS],
};

#[cfg(test)]
mod tests;
