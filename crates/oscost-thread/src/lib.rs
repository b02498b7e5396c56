//! What a thread costs: making one in every way, switching between two,
//! handing one a job, keeping many, losing one; and the trip into the kernel
//! that all of it stands on.
//!
//! One file per family of cases; each row is a constant, and everything else
//! derives from the rows.

mod apart;
mod control;
mod crash;
mod create;
mod idle;
mod laden;
mod many;
mod memory;
mod panic;
mod pool;
mod ring;
mod switch;
mod syscall;
mod tls;

use oscost_harness::Suite;

/// All cases of threads.
pub const SUITE: Suite = Suite {
    name: "thread",
    families: &[
        create::ROWS,
        laden::ROWS,
        apart::ROWS,
        switch::ROWS,
        ring::ROWS,
        many::ROWS,
        pool::ROWS,
        memory::ROWS,
        crash::ROWS,
        panic::ROWS,
        tls::ROWS,
        syscall::ROWS,
        control::ROWS,
    ],
};
