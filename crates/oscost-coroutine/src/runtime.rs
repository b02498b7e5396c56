//! The runtimes that coroutines are given to, and what the kernel counts where
//! more than one thread is at work.
//!
//! No driver is enabled, neither for sockets nor for timers: a runtime that has
//! nothing to do sleeps on a futex.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use oscost_harness::{During as _, Expect, Failure, Party, Setting};
use oscost_record::{Counters, Nanos};
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
    Builder::new_multi_thread()
        .worker_threads(cpus.min(2))
        .build()
        .during("build a tokio runtime")
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

/// The account of all threads together (`getrusage(RUSAGE_SELF)`). It is on no
/// CPU in particular.
///
/// # Errors
/// What `getrusage(2)` says.
pub(crate) fn this_process() -> Result<Party, Failure> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).during("getrusage")?;
    let count = |value: i64| u64::try_from(value).ok();
    let nanos = |time: TimeVal| {
        Some(Nanos(
            time.tv_sec() as f64 * 1e9 + time.tv_usec() as f64 * 1e3,
        ))
    };
    Ok(Party {
        cpu: None,
        usage: Counters {
            voluntary_switches: count(usage.voluntary_context_switches()),
            involuntary_switches: count(usage.involuntary_context_switches()),
            minor_faults: count(usage.minor_page_faults()),
            major_faults: count(usage.major_page_faults()),
            user_time: nanos(usage.user_time()),
            system_time: nanos(usage.system_time()),
            ..Counters::default()
        },
    })
}
