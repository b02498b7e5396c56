//! A semaphore of our own on a futex. With one permit it serves as a lock.
//!
//! It must never sleep where there is a permit, nor leave anybody asleep: `models`
//! tries it in every order of events with few preemptions.

use nix::errno::Errno;
use oscost_harness::Failure;
use oscost_sys::atomic::Ordering::{Acquire, Relaxed, SeqCst};
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::Slot;

use super::{Lock, Permits, slot};

/// A number of permits and a number of sleepers: enters the kernel only where
/// somebody must sleep, or sleeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FutexSemaphore {
    slot: &'static Slot,
    scope: Scope,
}

impl FutexSemaphore {
    pub(crate) fn new(permits: u16, scope: Scope) -> Result<Self, Failure> {
        let slot = slot()?;
        slot.word.store(permits.into(), Relaxed);
        Ok(Self { slot, scope })
    }

    /// Takes a permit where there is one.
    #[inline]
    fn take(&self) -> bool {
        let word = &self.slot.word;
        let mut permits = word.load(Relaxed);
        while permits > 0 {
            match word.compare_exchange_weak(permits, permits - 1, Acquire, Relaxed) {
                Ok(_) => return true,
                Err(now) => permits = now,
            }
        }
        false
    }

    #[cold]
    fn sleep(&self) -> nix::Result<()> {
        // Whoever adds a permit after this sees the sleeper; whoever added one
        // before has changed the word, and there is no sleep.
        self.slot.long.fetch_add(1, SeqCst);
        let slept = futex::wait(&self.slot.word, 0, self.scope);
        self.slot.long.fetch_sub(1, Relaxed);
        match slept {
            Ok(()) | Err(Errno::EAGAIN | Errno::EINTR) => Ok(()),
            Err(errno) => Err(errno),
        }
    }
}

impl Lock for FutexSemaphore {
    const CALL: &'static str = "futex";

    #[inline]
    fn hold<R>(&self, inside: impl FnOnce() -> R) -> nix::Result<R> {
        while !self.take() {
            self.sleep()?;
        }
        let done = inside();
        self.slot.word.fetch_add(1, SeqCst);
        if self.slot.long.load(SeqCst) > 0 {
            futex::wake(&self.slot.word, 1, self.scope)?;
        }
        Ok(done)
    }
}

impl Permits for FutexSemaphore {
    fn permits(&self) -> nix::Result<u32> {
        Ok(self.slot.word.load(Acquire))
    }
}
