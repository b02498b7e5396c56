//! What it costs to lock and to wait: alone, and against others.
//!
//! One file per family of cases; each row is a constant, and everything else
//! derives from the rows. A case never reports a lock that let two in at once.

mod asleep;
mod barrier;
mod company;
mod condvar;
mod contended;
mod contest;
mod control;
mod futex;
mod locks;
mod processes;
#[cfg(test)]
mod proven;
mod readers;
mod room;
mod semaphore;
mod uncontended;
mod waker;

use oscost_harness::Suite;

/// The catalogue.
pub const SUITE: Suite = Suite {
    name: "sync",
    families: &[
        uncontended::ROWS,
        contended::ROWS,
        futex::ROWS,
        condvar::ROWS,
        barrier::ROWS,
        semaphore::ROWS,
        readers::ROWS,
        processes::ROWS,
        control::ROWS,
    ],
};
