//! What a thread costs: making one in every way, switching between two,
//! keeping many; and the trip into the kernel that all of it stands on.
//!
//! One file per family of cases; each row is a constant, and everything else
//! derives from the rows.

mod control;
mod create;
mod memory;
mod switch;
mod syscall;

use oscost_harness::Suite;

/// All cases of threads.
pub const SUITE: Suite = Suite {
    name: "thread",
    families: &[
        create::ROWS,
        switch::ROWS,
        memory::ROWS,
        syscall::ROWS,
        control::ROWS,
    ],
};
