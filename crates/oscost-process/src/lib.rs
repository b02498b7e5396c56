//! What a process costs: making one in every way, switching between two,
//! keeping many.
//!
//! One file per family of cases; each row is a constant, and everything else
//! derives from the rows. A probe of this suite has one thread when it forks.

mod control;
mod create;
mod exec;
mod memory;
mod reap;
mod switch;
mod target;

use oscost_harness::Suite;

/// All cases of processes.
pub const SUITE: Suite = Suite {
    name: "process",
    families: &[
        create::ROWS,
        exec::ROWS,
        switch::ROWS,
        memory::ROWS,
        control::ROWS,
    ],
};
