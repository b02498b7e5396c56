//! Making processes: `fork`, and the two calls whose child borrows the
//! parent's memory.
#![expect(unsafe_code, reason = "fork and clone3 return twice")]

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::{ForkResult, Pid};

use crate::counter::Ticks;

/// Forks. The child runs `body` and leaves at once with the status that it
/// returns, or with [`PANICKED`]: no destructor, no `atexit`, no flushing.
///
/// Call it while the process has one thread. With more, the child has only a
/// copy of the caller, and a lock that another thread held stays held: `body`
/// may then wait for ever. Rust cannot check the rest, which is the caller's to
/// keep:
/// - Where the process has other threads, `body` makes and joins none: the C
///   library's lists of them, and handles of those that are gone, are theirs.
/// - `body` leaves by returning or by a panic, never by a switch of stacks: what
///   it would go on with is a copy of what the parent goes on with, too.
/// - Of what is made for two parties (`slate`, `spsc`, `byte_ring`, `uring`), the
///   child has a copy of both: one process alone uses each.
///
/// # Errors
/// `EAGAIN` at a limit of processes, `ENOMEM` without memory.
#[inline]
pub fn fork(body: impl FnOnce() -> u8) -> nix::Result<Pid> {
    // SAFETY: the child never returns to the caller's code: it runs `body` and
    // leaves by `_exit`. That `body` does nothing which a copy of one thread may
    // not, its caller sees to: see above.
    match unsafe { nix::unistd::fork() }? {
        ForkResult::Parent { child } => Ok(child),
        ForkResult::Child => {
            let unwinding = Leaving;
            let status = body();
            std::mem::forget(unwinding);
            leave(status)
        }
    }
}

/// Ends the calling process at once, with all its threads: no destructor, no
/// `atexit`, no flushing (`_exit(2)`). Inlined: a child that has just been
/// forked would have to map one more page to get to it.
#[inline]
pub fn leave(status: u8) -> ! {
    // SAFETY: _exit has no preconditions.
    unsafe { libc::_exit(status.into()) }
}

/// The status of a process that leaves because of a panic, as Rust's own.
pub const PANICKED: u8 = 101;

/// Dropped where a child unwinds: what lies above belongs to the parent.
struct Leaving;

impl Drop for Leaving {
    fn drop(&mut self) {
        leave(PANICKED);
    }
}

/// Makes a process by `clone3` with the flags of `vfork(2)` (`CLONE_VM |
/// CLONE_VFORK`) that adds 1 to `ran` and exits with status 0. The parent
/// sleeps until then.
///
/// # Errors
/// `ENOSYS` before Linux 5.3 and under user-mode emulation; `EAGAIN` at a
/// limit of processes.
#[inline]
pub fn clone3_vfork(ran: &AtomicU32) -> nix::Result<Pid> {
    let args = vfork_args();
    // SAFETY: the arguments are valid for the call. The child shares the
    // memory, but the parent sleeps until it has left.
    pid(unsafe { crate::arch::spawn_exit(clone3(&args), ran, libc::SYS_exit_group) })
}

/// Makes a process by `vfork(2)` that adds 1 to `ran` and exits with status 0.
/// The parent sleeps until then.
///
/// # Errors
/// `EAGAIN` at a limit of processes, `ENOMEM` without memory.
#[inline]
pub fn vfork(ran: &AtomicU32) -> nix::Result<Pid> {
    // SAFETY: the call of vfork(2). The child shares the memory, but the
    // parent sleeps until it has left.
    pid(unsafe { crate::arch::spawn_exit(crate::arch::VFORK, ran, libc::SYS_exit_group) })
}

/// What a child that borrows its parent's memory leaves there.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Note {
    first: AtomicU64,
    ran: AtomicU64,
}

impl Note {
    /// The CPU's counter, as the last child read it in its first instruction.
    #[must_use]
    pub fn first(&self) -> Ticks {
        Ticks(self.first.load(Ordering::Relaxed))
    }

    /// How many children have run so far, by their own count.
    #[must_use]
    pub fn ran(&self) -> u64 {
        self.ran.load(Ordering::Relaxed)
    }
}

/// Makes a process by `vfork(2)` that notes the counter, counts itself and
/// exits with status 0. The parent sleeps until then.
///
/// # Errors
/// `EAGAIN` at a limit of processes, `ENOMEM` without memory.
#[inline]
pub fn vfork_noting(note: &mut Note) -> nix::Result<Pid> {
    // SAFETY: the call of vfork(2), whose parent sleeps until the child has
    // left, and that of exit_group(2). Nobody else has the note.
    pid(unsafe { crate::arch::spawn_noting(crate::arch::VFORK, note, EXIT) })
}

/// The same by `clone3` with the flags of `vfork(2)`.
///
/// # Errors
/// Those of [`clone3_vfork`].
#[inline]
pub fn clone3_vfork_noting(note: &mut Note) -> nix::Result<Pid> {
    let args = vfork_args();
    // SAFETY: the arguments are valid for the call, and its flags make the
    // parent sleep until the child has left by exit_group(2). Nobody else has
    // the note.
    pid(unsafe { crate::arch::spawn_noting(clone3(&args), note, EXIT) })
}

/// `exit_group(0)`.
const EXIT: (libc::c_long, [usize; 3]) = (libc::SYS_exit_group, [0; 3]);

/// The arguments of `clone3` that do what `vfork(2)` does.
fn vfork_args() -> libc::clone_args {
    libc::clone_args {
        flags: (libc::CLONE_VM | libc::CLONE_VFORK).unsigned_abs().into(),
        exit_signal: (Signal::SIGCHLD as i32).unsigned_abs().into(),
        ..empty_clone_args()
    }
}

/// The call with its arguments. The kernel follows a number to them: without
/// exposing it, the compiler could take what was written there for unread.
pub(crate) fn clone3(args: &libc::clone_args) -> (libc::c_long, [usize; 2]) {
    let address = std::ptr::from_ref(args).expose_provenance();
    (libc::SYS_clone3, [address, size_of_val(args)])
}

/// What a raw system call gave the parent.
pub(crate) fn pid(result: i64) -> nix::Result<Pid> {
    let result = i32::try_from(result).unwrap_or(i32::MIN);
    if result < 0 {
        Err(Errno::from_raw(result.saturating_neg()))
    } else {
        Ok(Pid::from_raw(result))
    }
}

/// Arguments of `clone3` that ask for nothing.
pub(crate) fn empty_clone_args() -> libc::clone_args {
    // SAFETY: a structure of integers, for which all zeros is a valid value
    // and means "not used" (clone(2)).
    unsafe { std::mem::zeroed() }
}

#[cfg(test)]
mod tests {
    use nix::sys::wait::{WaitStatus, waitpid};

    use super::*;

    #[test]
    fn a_child_leaves_with_the_status_of_its_body() {
        let child = fork(|| 7).unwrap();
        assert_eq!(waitpid(child, None), Ok(WaitStatus::Exited(child, 7)));
    }

    #[test]
    fn a_child_that_panics_leaves_nothing_to_unwind() {
        struct Parents(u32);
        impl Drop for Parents {
            fn drop(&mut self) {
                if std::process::id() != self.0 {
                    leave(1);
                }
            }
        }
        let _parents = Parents(std::process::id());
        let child = fork(|| panic!("of a child, in a test")).unwrap();
        let left = WaitStatus::Exited(child, PANICKED.into());
        assert_eq!(waitpid(child, None), Ok(left));
    }

    #[test]
    fn a_borrowing_child_leaves_its_mark() {
        for make in [vfork as fn(&AtomicU32) -> nix::Result<Pid>, clone3_vfork] {
            let ran = AtomicU32::new(0);
            let child = match make(&ran) {
                Ok(child) => child,
                Err(Errno::ENOSYS) => continue,
                Err(error) => panic!("{error}"),
            };
            assert_eq!(waitpid(child, None), Ok(WaitStatus::Exited(child, 0)));
            // User-mode emulation runs vfork as fork: no shared memory, and so
            // no mark.
            if std::env::var_os("OSCOST_PROBE_RUNNER").is_none() {
                assert_eq!(ran.load(Ordering::Relaxed), 1);
            }
        }
    }

    #[test]
    fn a_noting_child_tells_when_it_ran() {
        for make in [
            vfork_noting as fn(&mut Note) -> nix::Result<Pid>,
            clone3_vfork_noting,
        ] {
            let mut note = Note::default();
            let begin = crate::counter::read();
            let child = match make(&mut note) {
                Ok(child) => child,
                Err(Errno::ENOSYS) => continue,
                Err(error) => panic!("{error}"),
            };
            assert_eq!(waitpid(child, None), Ok(WaitStatus::Exited(child, 0)));
            if std::env::var_os("OSCOST_PROBE_RUNNER").is_none() {
                assert_eq!(note.ran(), 1);
                assert!(begin <= note.first() && note.first() <= crate::counter::read());
            }
        }
    }

    #[test]
    fn a_raw_error_becomes_an_errno() {
        assert_eq!(pid(-11), Err(Errno::EAGAIN));
        assert_eq!(pid(12), Ok(Pid::from_raw(12)));
    }
}
