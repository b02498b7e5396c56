//! What a process costs: making one in every way and taken apart, executing a
//! program, copying on write, switching, keeping many, losing one.
//!
//! One file per family of cases; each row is a constant, and everything else
//! derives from the rows. A probe of this suite has one thread when it forks,
//! unless what the case measures is the threads.

mod apart;
mod child;
mod control;
mod copy;
mod crash;
mod create;
mod exec;
mod memory;
mod notes;
mod reap;
mod ring;
mod switch;
mod target;

use oscost_harness::Suite;

/// All cases of processes.
pub const SUITE: Suite = Suite {
    name: "process",
    families: &[
        create::plain::ROWS,
        create::program::ROWS,
        create::burdened::ROWS,
        apart::ROWS,
        exec::ROWS,
        reap::ROWS,
        copy::ROWS,
        switch::ROWS,
        ring::ROWS,
        memory::ROWS,
        crash::ROWS,
        control::ROWS,
    ],
};
