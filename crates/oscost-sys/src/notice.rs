//! Notice of a child's end for a parent that sleeps in some call: the call is
//! interrupted, whichever it is, at no cost to the calls that are not.
//!
//! A parent that looked before the child ended and sleeps after it would sleep
//! for ever. So until the notice is taken, another signal follows every second.
#![expect(unsafe_code, reason = "signal handlers")]

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use nix::errno::Errno;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use nix::unistd::{Pid, getpid};

static NOTED: AtomicBool = AtomicBool::new(false);

/// Only what a handler may do: atomics, and `alarm` (signal-safety(7)).
extern "C" fn note(signal: libc::c_int) {
    if signal == libc::SIGCHLD {
        NOTED.store(true, Relaxed);
    }
    if NOTED.load(Relaxed) {
        nix::unistd::alarm::set(1);
    }
}

/// From now on the end of a child is noted and interrupts the calls of this
/// process, which then fail with `EINTR`. Takes `SIGCHLD` and `SIGALRM`.
///
/// # Errors
/// What `sigaction(2)` says.
pub fn watch_children() -> nix::Result<()> {
    // Without SA_RESTART, or the call would go back to sleep by itself.
    let action = SigAction::new(
        SigHandler::Handler(note),
        SaFlags::SA_NOCLDSTOP,
        SigSet::empty(),
    );
    for signal in [Signal::SIGCHLD, Signal::SIGALRM] {
        // SAFETY: the handler calls nothing but what may be called there.
        unsafe { sigaction(signal, &action) }?;
    }
    Ok(())
}

/// From now on children of this process that end are gone at once, and there is no
/// notice of them nor anything to reap (`wait(2)`).
///
/// # Errors
/// What `sigaction(2)` says.
pub fn ignore_children() -> nix::Result<()> {
    let action = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    // SAFETY: no code runs for a signal that is ignored.
    unsafe { sigaction(Signal::SIGCHLD, &action) }.map(drop)
}

/// Gives a thread of this process notice of an end that the kernel does not
/// tell: that of another thread (`tgkill(2)`).
///
/// # Errors
/// `ESRCH` where there is no such thread.
pub fn give(thread: Pid) -> nix::Result<()> {
    let process = getpid().as_raw();
    // SAFETY: takes three integers.
    let result =
        unsafe { libc::syscall(libc::SYS_tgkill, process, thread.as_raw(), libc::SIGCHLD) };
    Errno::result(result).map(drop)
}

/// Whether a child has ended since the last [`take`].
#[inline]
#[must_use]
pub fn is_noted() -> bool {
    NOTED.load(Relaxed)
}

/// Takes note of it: look now whose end it was, since one that comes after
/// this is noted anew.
pub fn take() {
    NOTED.store(false, Relaxed);
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use nix::sys::wait::{WaitStatus, waitpid};

    use super::*;

    /// In a process of its own: handlers are a property of the whole process.
    fn child(body: impl FnOnce() -> bool) {
        let child = crate::fork::fork(|| u8::from(!body())).unwrap();
        assert_eq!(waitpid(child, None), Ok(WaitStatus::Exited(child, 0)));
    }

    #[test]
    fn a_sleeping_parent_is_interrupted() {
        child(|| {
            watch_children().unwrap();
            crate::fork::fork(|| {
                std::thread::sleep(Duration::from_millis(20));
                0
            })
            .unwrap();
            let (reads, _writes) = nix::unistd::pipe().unwrap();
            let slept = nix::unistd::read(&reads, &mut [0]);
            slept == Err(Errno::EINTR) && is_noted()
        });
    }

    #[test]
    fn a_child_that_is_ignored_leaves_nothing_to_reap() {
        child(|| {
            ignore_children().unwrap();
            let other = crate::fork::fork(|| 0).unwrap();
            // It waits until the last has ended, and then has none.
            waitpid(other, None) == Err(Errno::ECHILD)
        });
    }

    #[test]
    fn a_thread_is_interrupted_by_another() {
        child(|| {
            watch_children().unwrap();
            let sleeper = nix::unistd::gettid();
            let other = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(20));
                give(sleeper)
            });
            let (reads, _writes) = nix::unistd::pipe().unwrap();
            let slept = nix::unistd::read(&reads, &mut [0]);
            other.join().unwrap().unwrap();
            slept == Err(Errno::EINTR) && is_noted()
        });
    }

    #[test]
    fn a_parent_that_slept_too_late_is_interrupted_too() {
        child(|| {
            watch_children().unwrap();
            crate::fork::fork(|| 0).unwrap();
            let begin = Instant::now();
            while !is_noted() && begin.elapsed() < Duration::from_secs(60) {
                std::thread::yield_now();
            }
            let (reads, _writes) = nix::unistd::pipe().unwrap();
            let slept = nix::unistd::read(&reads, &mut [0]);
            take();
            slept == Err(Errno::EINTR) && !is_noted()
        });
    }
}
