//! The runtimes that coroutines are given to, and what the kernel counts where
//! more than one thread is at work.
//!
//! No driver is enabled, neither for sockets nor for timers: a runtime that has
//! nothing to do sleeps on a futex.

use oscost_harness::panicking::with_threads;
use oscost_harness::{During as _, Expect, Failure, Setting};
use tokio::runtime::{Builder, Runtime};

/// A runtime whose tasks run on the thread that enters it.
///
/// # Errors
/// What the system says.
pub(crate) fn on_this_thread() -> Result<Runtime, Failure> {
    Builder::new_current_thread()
        .build()
        .during("build a tokio runtime")
}

/// A runtime whose tasks run on two worker threads; on one where the process
/// has a single CPU, since two would then spin against each other.
///
/// # Errors
/// What the system says.
pub(crate) fn on_two_workers() -> Result<Runtime, Failure> {
    let cpus = std::thread::available_parallelism().map_or(1, Into::into);
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(cpus.min(2));
    with_threads("std::thread::spawn", || builder.build())
}

/// A round trip between two threads that sleep when they have nothing to do. On
/// one CPU each must give it up for the other to go on, and may have to once
/// more for a lock; on two either may find its turn before it sleeps.
pub(crate) fn expect_two_wake_ups(setting: &Setting) -> Expect {
    match setting.cpus.len() {
        1 => Expect::switches(2.0, f64::INFINITY),
        _ => Expect::COUNT,
    }
}
