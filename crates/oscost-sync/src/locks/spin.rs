//! Two spin locks: the plain one, and the one that serves in order of arrival.
//!
//! Neither ever enters the kernel, not even where the one who has the lock is
//! not running.

use oscost_harness::Failure;
use oscost_sys::atomic::Ordering::{Acquire, Relaxed, Release};
use oscost_sys::atomic::{AtomicU32, spin_loop};

use super::{Lock, slot};

/// Test and test-and-set: looks until the lock seems free, then tries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ttas(&'static AtomicU32);

impl Ttas {
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self(&slot()?.word))
    }
}

impl Lock for Ttas {
    const CALL: &'static str = "spin lock";

    #[inline]
    fn hold<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        while self.0.swap(1, Acquire) == 1 {
            while self.0.load(Relaxed) == 1 {
                spin_loop();
            }
        }
        let done = inside();
        self.0.store(0, Release);
        Ok(done)
    }
}

/// Draws a number and waits until it is called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    next: &'static AtomicU32,
    called: &'static AtomicU32,
}

impl Ticket {
    pub(crate) fn new() -> Result<Self, Failure> {
        // Apart, so that who draws does not disturb who looks.
        Ok(Self {
            next: &slot()?.word,
            called: &slot()?.word,
        })
    }
}

impl Lock for Ticket {
    const CALL: &'static str = "spin lock";

    #[inline]
    fn hold<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        let mine = self.next.fetch_add(1, Relaxed);
        while self.called.load(Acquire) != mine {
            spin_loop();
        }
        let done = inside();
        self.called.store(mine.wrapping_add(1), Release);
        Ok(done)
    }
}
