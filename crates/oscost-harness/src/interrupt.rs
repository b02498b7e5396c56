//! Being asked to stop, and adopting what a dead probe leaves behind.
//!
//! A signal only sets a flag; whoever waits looks at it every tenth of a
//! second, ends its probe and returns. Nothing is done in the handler.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nix::sys::prctl;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::Failure;
use crate::failure::During as _;

static REQUESTED: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// From now on SIGINT, SIGTERM and SIGHUP set the flag.
///
/// # Errors
/// What `sigaction(2)` says.
pub fn watch() -> Result<(), Failure> {
    let flag = REQUESTED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let number = usize::try_from(signal).unwrap_or_default();
        signal_hook::flag::register_usize(signal, Arc::clone(flag), number).during("sigaction")?;
    }
    Ok(())
}

/// The number of the signal that asked for an end, if one did.
#[must_use]
pub fn requested() -> Option<u8> {
    let number = REQUESTED.get()?.load(Ordering::Relaxed);
    u8::try_from(number).ok().filter(|&number| number != 0)
}

/// Lets time pass. The signal that asked for an end cuts it short.
#[must_use]
pub fn rest(time: Duration) -> Option<u8> {
    let begin = Instant::now();
    loop {
        let left = time.saturating_sub(begin.elapsed());
        if requested().is_some() || left.is_zero() {
            return requested();
        }
        std::thread::sleep(left.min(Duration::from_millis(100)));
    }
}

/// Makes orphans of dead probes children of this process, so that they can be
/// reaped here (`PR_SET_CHILD_SUBREAPER`). Where the kernel refuses, init has
/// them: they are killed all the same.
pub(crate) fn adopt_orphans() {
    let _ = prctl::set_child_subreaper(true);
}
