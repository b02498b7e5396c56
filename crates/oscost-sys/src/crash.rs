//! A process that goes down by a bad access, as a faulty program does: for
//! children only, whose parent wants to know how soon it learns of it.
#![expect(unsafe_code, reason = "the default action of a signal")]

use nix::sys::prctl;
use nix::sys::signal::{SigHandler, Signal, signal};

/// Makes the calling process one that a bad access ends at once: by the
/// signal's default action, not by way of the handler that Rust installs to
/// tell an overflow of the stack; and without a core file, nor a helper of the
/// system that would write one (`PR_SET_DUMPABLE`).
///
/// # Errors
/// What `prctl(2)` and `sigaction(2)` say.
pub fn prepare() -> nix::Result<()> {
    prctl::set_dumpable(false)?;
    // SAFETY: the default action runs no code of ours.
    unsafe { signal(Signal::SIGSEGV, SigHandler::SigDfl) }?;
    Ok(())
}

/// Writes where nothing is mapped, and goes down by `SIGSEGV`.
pub fn bad_access() -> ! {
    crate::arch::bad_access()
}

#[cfg(test)]
mod tests {
    use nix::sys::wait::{WaitStatus, waitpid};

    use super::*;

    #[test]
    fn a_bad_access_ends_the_process_without_a_core() {
        let child = crate::fork::fork(|| match prepare() {
            Ok(()) => bad_access(),
            Err(_) => 1,
        })
        .unwrap();
        assert_eq!(
            waitpid(child, None),
            Ok(WaitStatus::Signaled(child, Signal::SIGSEGV, false))
        );
    }
}
