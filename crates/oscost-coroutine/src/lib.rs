//! What a coroutine costs: to make, to switch to and from, to keep.
//!
//! Coroutines of one thread never enter the kernel to hand over the CPU, and
//! such a case must never spawn a thread. Only cases that say so in their
//! question have threads: workers of a runtime, a partner, a place to block in.

pub mod blocking;
pub mod channel;
pub mod context;
pub mod control;
pub mod crash;
pub mod create;
pub mod memory;
mod pause;
pub mod ring;
mod roll;
mod runtime;
pub mod size;
pub mod stack;
pub mod switch;
mod tally;
mod timed;
pub mod workers;

use oscost_harness::Suite;

/// The catalogue.
pub const SUITE: Suite = Suite {
    name: "coroutine",
    families: &[
        switch::ROWS,
        ring::ROWS,
        create::ROWS,
        workers::ROWS,
        memory::ROWS,
        size::ROWS,
        channel::ROWS,
        blocking::ROWS,
        crash::ROWS,
        control::ROWS,
    ],
};

#[cfg(test)]
mod tests;
