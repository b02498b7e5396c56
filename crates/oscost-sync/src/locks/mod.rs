//! The locks under test, all seen the same way: something is done while the
//! caller has the lock.
//!
//! A lock here only locks. Whether it keeps others out is found out by those
//! who contend for it, never by the lock.

mod futex;
mod library;
mod pthread;
mod semaphore;
mod spin;

use oscost_harness::{During as _, Failure};
use oscost_sys::map::{SharedPage, Slot};

pub(crate) use futex::FutexSemaphore;
pub(crate) use library::{ParkingLotMutex, ParkingLotRwLock, StdMutex, StdRwLock};
pub(crate) use semaphore::{PosixSemaphore, SysvSemaphore};
pub(crate) use spin::{Ticket, Ttas};

/// Something to have while others wait. Copies are the same lock.
pub(crate) trait Lock: Clone + Send + 'static {
    /// The call that may refuse, for the sentence that says so.
    const CALL: &'static str;

    /// Waits for the lock, does what is to be done inside, and releases it.
    fn hold<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R>;
}

/// A lock that knows how many may have it.
pub(crate) trait Permits: Lock {
    /// How many more could have it now.
    fn permits(&self) -> nix::Result<u32>;
}

/// A lock that many may have for reading, or one for writing.
pub(crate) trait ReadWrite: Clone + Send + 'static {
    /// The call that may refuse, for the sentence that says so.
    const CALL: &'static str;

    /// Does something while nobody writes.
    fn read<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R>;

    /// Does something while nobody else reads or writes.
    fn write<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R>;
}

/// No lock at all: what the others are held against, and what the proof must
/// catch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unlocked;

impl Lock for Unlocked {
    const CALL: &'static str = "no lock";

    #[inline]
    fn hold<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        Ok(inside())
    }
}

/// The reader's half of a lock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<L>(pub(crate) L);

impl<L: ReadWrite> Lock for Reading<L> {
    const CALL: &'static str = L::CALL;

    #[inline]
    fn hold<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        self.0.read(inside)
    }
}

/// The writer's half of a lock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writing<L>(pub(crate) L);

impl<L: ReadWrite> Lock for Writing<L> {
    const CALL: &'static str = L::CALL;

    #[inline]
    fn hold<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        self.0.write(inside)
    }
}

/// Two numbers on cache lines of their own, in memory that children share, for
/// as long as the process lives.
pub(crate) fn slot() -> Result<&'static Slot, Failure> {
    Ok(slots(1)?.slot(0))
}

/// As many of them as are needed.
pub(crate) fn slots(count: usize) -> Result<&'static SharedPage, Failure> {
    let page = SharedPage::with_slots(count).during("mmap(MAP_SHARED)")?;
    Ok(Box::leak(Box::new(page)))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;
    use std::sync::atomic::Ordering::Relaxed;
    use std::thread;

    use oscost_sys::futex::Scope;

    use super::*;

    /// What two threads count inside, by a reading and a writing that belong
    /// together.
    fn counted(lock: impl Lock + Sync) -> u64 {
        const EACH: u64 = 100;
        let count = AtomicU64::new(0);
        thread::scope(|threads| {
            for _ in 0..2 {
                threads.spawn(|| {
                    for _ in 0..EACH {
                        let add_one = || {
                            let seen = count.load(Relaxed);
                            // The others shall come by now, if they can.
                            thread::yield_now();
                            count.store(seen + 1, Relaxed);
                        };
                        lock.hold(add_one).unwrap();
                    }
                });
            }
        });
        count.into_inner()
    }

    #[test]
    fn threads_do_not_meet_inside_a_lock_of_our_own() {
        assert_eq!(counted(Ttas::new().unwrap()), 200);
        assert_eq!(counted(Ticket::new().unwrap()), 200);
        let semaphore = FutexSemaphore::new(1, Scope::Private).unwrap();
        assert_eq!(counted(semaphore), 200);
    }
}
