//! Real-time signals that carry a number: queued for a process or a thread,
//! waited for or caught by a handler.
//!
//! Signals and what is caught belong to the whole process: one user at a time.
#![expect(unsafe_code, reason = "nix has neither real-time signals nor sigqueue")]

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Release};

use nix::errno::Errno;
use nix::unistd::{Pid, getpid, getuid};

use crate::pthread::check;

/// One of the real-time signals that the C library leaves to programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queued {
    /// The first, `SIGRTMIN`.
    First,
    /// The one after it.
    Second,
}

impl Queued {
    const ALL: [Self; 2] = [Self::First, Self::Second];

    fn index(self) -> usize {
        match self {
            Self::First => 0,
            Self::Second => 1,
        }
    }

    #[inline]
    fn number(self) -> libc::c_int {
        match self {
            Self::First => libc::SIGRTMIN(),
            Self::Second => libc::SIGRTMIN() + 1,
        }
    }

    fn set(self) -> Set {
        let mut set = empty_set();
        // SAFETY: the set is an empty one and the signal exists.
        unsafe { libc::sigaddset(set.as_mut_ptr(), self.number()) };
        set
    }

    /// Keeps the signal from the calling thread, and from those that it makes,
    /// until they ask for it (`pthread_sigmask(3)`).
    ///
    /// # Errors
    /// None that POSIX knows.
    pub fn block(self) -> nix::Result<()> {
        let set = self.set();
        // SAFETY: the set holds what the C library looks at; no old one is
        // asked for.
        check(unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), null()) })
    }

    /// Queues the signal for a process (`sigqueue(3)`).
    ///
    /// # Errors
    /// `EAGAIN` where `RLIMIT_SIGPENDING` signals are queued, `ESRCH`.
    #[inline]
    pub fn send_to_process(self, process: Pid, value: u64) -> nix::Result<()> {
        let value = libc::sigval {
            sival_ptr: pointer(value)?,
        };
        // SAFETY: takes numbers; the value is never followed as a pointer.
        Errno::result(unsafe { libc::sigqueue(process.as_raw(), self.number(), value) }).map(drop)
    }

    /// Queues the signal for a thread of this process
    /// (`rt_tgsigqueueinfo(2)`, which is behind `pthread_sigqueue(3)`).
    ///
    /// # Errors
    /// `EAGAIN` where `RLIMIT_SIGPENDING` signals are queued, `ESRCH`.
    #[inline]
    pub fn send_to_thread(self, thread: Pid, value: u64) -> nix::Result<()> {
        let process = getpid();
        let info = Info {
            signal: self.number(),
            error: 0,
            code: libc::SI_QUEUE,
            padding: 0,
            process: process.as_raw(),
            user: getuid().as_raw(),
            value,
            rest: [0; 12],
        };
        // SAFETY: the kernel reads the structure, which is as large as its
        // own.
        let result = unsafe {
            libc::syscall(
                libc::SYS_rt_tgsigqueueinfo,
                process.as_raw(),
                thread.as_raw(),
                self.number(),
                &raw const info,
            )
        };
        Errno::result(result).map(drop)
    }

    /// Sleeps until the signal comes, which must be blocked, and gives what it
    /// carries (`sigwaitinfo(2)`).
    ///
    /// # Errors
    /// `EINTR` where another signal came; what `sigsuspend(2)` says where it did not
    /// sleep at all.
    #[inline]
    pub fn wait(self) -> nix::Result<u64> {
        let set = self.set();
        let mut info = MaybeUninit::uninit();
        // SAFETY: the set holds what the C library looks at, and there is room
        // for the answer.
        Errno::result(unsafe { libc::sigwaitinfo(set.as_ptr(), info.as_mut_ptr()) })?;
        // SAFETY: sigwaitinfo succeeded and has written it.
        Ok(carried(unsafe { info.assume_init_ref() }))
    }

    /// From now on a handler takes note of the signal, which must be blocked.
    /// Gives what it takes to wait for it.
    ///
    /// # Errors
    /// What `sigaction(2)` says.
    pub fn caught(self) -> nix::Result<Caught> {
        let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut c_void) = catch;
        // SAFETY: a structure of integers and function addresses, in which all
        // zeros is a valid value.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_SIGINFO;
        // SAFETY: the handler stores into an atomic and calls what may be
        // called there; no old action is asked for.
        Errno::result(unsafe { libc::sigaction(self.number(), &raw const action, null()) })?;
        let mut open = empty_set();
        // SAFETY: writes the thread's mask into a set of our own.
        check(unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, null(), open.as_mut_ptr()) })?;
        // SAFETY: the set holds what the C library looks at; the signal exists.
        unsafe { libc::sigdelset(open.as_mut_ptr(), self.number()) };
        Ok(Caught { signal: self, open })
    }
}

/// A signal that a handler takes note of.
#[derive(Debug)]
pub struct Caught {
    signal: Queued,
    /// The mask to sleep with.
    open: Set,
}

impl Caught {
    /// Sleeps until the signal has been caught (`sigsuspend(2)`), and gives
    /// what it carried. Values are never 0.
    ///
    /// # Errors
    /// `EINTR` where another signal came.
    #[inline]
    pub fn wait(&self) -> nix::Result<u64> {
        // SAFETY: the mask holds what the C library looks at.
        unsafe { libc::sigsuspend(self.open.as_ptr()) };
        match CAUGHT[self.signal.index()].swap(0, Acquire) {
            0 => Err(Errno::last()),
            value => Ok(value),
        }
    }
}

static CAUGHT: [AtomicU64; 2] = [AtomicU64::new(0), AtomicU64::new(0)];

extern "C" fn catch(signal: libc::c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    for queued in Queued::ALL {
        if queued.number() == signal {
            // SAFETY: the kernel passes the signal's own structure.
            let value = carried(unsafe { &*info });
            CAUGHT[queued.index()].store(value, Release);
        }
    }
}

/// The beginning of `siginfo_t` as the kernel has it for `SI_QUEUE` on 64-bit
/// machines (asm-generic/siginfo.h).
#[repr(C, align(8))]
struct Info {
    signal: i32,
    error: i32,
    code: i32,
    /// What follows is a union with pointers in it.
    padding: i32,
    process: i32,
    user: u32,
    value: u64,
    rest: [u64; 12],
}

const _: () = assert!(size_of::<Info>() == size_of::<libc::siginfo_t>());

fn carried(info: &libc::siginfo_t) -> u64 {
    // SAFETY: the kernel fills the whole structure, with zeros where a signal
    // was sent without a value; any bits are one.
    let value = unsafe { info.si_value() };
    value.sival_ptr.addr() as u64
}

fn pointer(value: u64) -> nix::Result<*mut c_void> {
    let address = usize::try_from(value).map_err(|_| Errno::EOVERFLOW)?;
    Ok(std::ptr::without_provenance_mut(address))
}

/// A set that the C library alone looks into: of its 128 bytes glibc and musl
/// write those that a signal has a bit in, so that it is never wholly initialised.
type Set = MaybeUninit<libc::sigset_t>;

fn empty_set() -> Set {
    let mut set = Set::uninit();
    // SAFETY: writes to the set that it is given.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    set
}

fn null<T>() -> *mut T {
    std::ptr::null_mut()
}

#[cfg(test)]
mod tests {
    use nix::unistd::gettid;

    use super::*;

    #[test]
    fn a_signal_carries_its_number_to_a_thread() {
        // One test, since there is one of each signal; the other threads of
        // the test program do not block them, so none goes to the process.
        Queued::First.block().unwrap();
        Queued::Second.block().unwrap();
        let caught = Queued::Second.caught().unwrap();
        for value in [1, 77, u64::MAX] {
            Queued::First.send_to_thread(gettid(), value).unwrap();
            assert_eq!(Queued::First.wait(), Ok(value));
            Queued::Second.send_to_thread(gettid(), value).unwrap();
            assert_eq!(caught.wait(), Ok(value));
        }
    }

    #[test]
    fn a_signal_carries_its_number_to_a_process() {
        let child = crate::fork::fork(|| {
            let blocked = Queued::First.block();
            let sent = blocked.and_then(|()| Queued::First.send_to_process(getpid(), 1 << 40));
            u8::from(sent.and_then(|()| Queued::First.wait()) != Ok(1 << 40))
        })
        .unwrap();
        let status = nix::sys::wait::waitpid(child, None);
        assert_eq!(status, Ok(nix::sys::wait::WaitStatus::Exited(child, 0)));
    }
}
