//! The runtimes that coroutines are given to.

use oscost_harness::{During as _, Failure};
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
    builder.build().during("build a tokio runtime")
}

/// A coroutine that panicked or was cut off.
pub(crate) fn died(error: JoinError) -> Failure {
    Failure::Fail(format!("a coroutine: {error}"))
}
