//! The runtimes that coroutines are given to.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use oscost_harness::panicking::with_threads;
use oscost_harness::{During as _, Failure, pin};
use oscost_record::Cpu;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinError;

/// All coroutines on the thread that enters it, with sockets and timers.
///
/// # Errors
/// What the system says.
pub(crate) fn on_this_thread() -> Result<Runtime, Failure> {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().during("build a tokio runtime")
}

/// On so many worker threads, with sockets and timers.
///
/// # Errors
/// What the system says.
pub(crate) fn on_workers(count: usize) -> Result<Runtime, Failure> {
    let mut builder = Builder::new_multi_thread();
    let builder = builder.worker_threads(count).enable_all();
    with_threads("std::thread::spawn", || builder.build())
}

/// The same, each of them on one of the CPUs, in turn.
///
/// # Errors
/// What the system says.
pub(crate) fn on_pinned_workers(count: usize, cpus: Vec<Cpu>) -> Result<Runtime, Failure> {
    let turn = AtomicUsize::new(0);
    let take_place = move || {
        let turn = turn.fetch_add(1, Relaxed);
        // Where it cannot, the scheduler has its way.
        let _ = cpus
            .get(turn % cpus.len().max(1))
            .map(|cpu| pin::this_thread(*cpu));
    };
    let mut builder = Builder::new_multi_thread();
    let builder = builder.worker_threads(count).enable_all();
    let builder = builder.on_thread_start(take_place);
    with_threads("std::thread::spawn", || builder.build())
}

/// A coroutine that panicked or was cut off.
pub(crate) fn died(error: JoinError) -> Failure {
    Failure::Fail(format!("a coroutine: {error}"))
}
