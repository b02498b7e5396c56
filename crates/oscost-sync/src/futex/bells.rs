//! What sleepers sleep on in the raw rows: a futex, several at once, and a lock
//! with priority inheritance. No word ever changes by the program's hand, so
//! that nothing but the kernel's wake-up ends a sleep.

use std::sync::atomic::AtomicU32;

use nix::errno::Errno;
use nix::sched::sched_yield;
use oscost_harness::{During as _, Failure};
use oscost_sys::futex::pi::PiLock;
use oscost_sys::futex::several::Several;
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::SharedPage;

use crate::room::Bell;

/// A futex on a page of its own, which is a shared one in either scope: then
/// it is only the flag that differs.
pub(super) struct Word {
    page: SharedPage,
    scope: Scope,
}

impl Word {
    pub(super) fn new(scope: Scope) -> Result<Self, Failure> {
        let page = SharedPage::new().during("mmap(MAP_SHARED)")?;
        Ok(Self { page, scope })
    }

    fn word(&self) -> &AtomicU32 {
        &self.page.slot(0).word
    }
}

impl Bell for Word {
    fn sleep(&self, _: u32) -> Result<(), Failure> {
        undisturbed(|| futex::wait(self.word(), 0, self.scope)).during("futex(FUTEX_WAIT)")
    }

    fn ring(&self, count: usize) -> Result<Option<u64>, Failure> {
        wake(self.word(), count, self.scope).map(Some)
    }
}

/// Sleeps on, where a signal ends the sleep.
pub(super) fn undisturbed<T>(mut sleep: impl FnMut() -> nix::Result<T>) -> nix::Result<T> {
    loop {
        match sleep() {
            Err(Errno::EINTR) => {}
            result => return result,
        }
    }
}

/// Wakes so many who sleep on a word.
pub(super) fn wake(word: &AtomicU32, count: usize, scope: Scope) -> Result<u64, Failure> {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    futex::wake(word, count, scope).during("futex(FUTEX_WAKE)")
}

/// Futexes that are waited on together. The last of them is the one that is
/// rung.
pub(super) struct Many {
    words: &'static [AtomicU32],
    several: Several<'static>,
}

impl Many {
    pub(super) fn new(count: usize) -> Result<Self, Failure> {
        let words: Vec<AtomicU32> = (0..count).map(|_| AtomicU32::new(0)).collect();
        let words: &'static [AtomicU32] = words.leak();
        // A wait that must not sleep tells whether the kernel can do it.
        match Several::new(words, 1).wait() {
            Err(Errno::EAGAIN) => {}
            Err(errno) => return Err(Failure::call("futex_waitv", errno)),
            Ok(_) => return Err(Failure::Fail("futex_waitv waited for another value".into())),
        }
        Ok(Self {
            words,
            several: Several::new(words, 0),
        })
    }

    fn last(&self) -> usize {
        self.words.len() - 1
    }
}

impl Bell for Many {
    fn sleep(&self, _: u32) -> Result<(), Failure> {
        let woken = undisturbed(|| self.several.wait()).during("futex_waitv")?;
        if woken == self.last() {
            Ok(())
        } else {
            Err(Failure::Fail(format!(
                "futex {} was rung, but futex_waitv says {woken}",
                self.last()
            )))
        }
    }

    fn ring(&self, count: usize) -> Result<Option<u64>, Failure> {
        wake(&self.words[self.last()], count, Scope::Private).map(Some)
    }
}

/// A lock that the waker holds while the one sleeper waits for it. To give it
/// back is to ring; the sleeper gives it back on its way to sleep.
///
/// On another CPU it does not sleep as long as the owner runs there: the
/// kernel lets it spin for the lock.
#[derive(Default)]
pub(super) struct HandOver {
    lock: PiLock,
}

impl Bell for HandOver {
    const SLEEPS: bool = false;

    fn sleep(&self, turn: u32) -> Result<(), Failure> {
        if turn != 1 {
            self.lock.unlock().during("futex(FUTEX_UNLOCK_PI)")?;
        }
        // A free lock would be had without any sleep.
        while self.lock.owner() == 0 {
            sched_yield().during("sched_yield")?;
        }
        self.lock.lock().during("futex(FUTEX_LOCK_PI)")
    }

    fn ring(&self, _: usize) -> Result<Option<u64>, Failure> {
        self.lock.unlock().during("futex(FUTEX_UNLOCK_PI)")?;
        Ok(None)
    }

    fn take_up(&self) -> Result<(), Failure> {
        match self.lock.lock() {
            // It is held already where nobody has been woken yet.
            Ok(()) | Err(Errno::EDEADLK) => Ok(()),
            Err(errno) => Err(Failure::call("futex(FUTEX_LOCK_PI)", errno)),
        }
    }

    fn awaited_by(&self, _: usize) -> Result<bool, Failure> {
        Ok(self.lock.is_contended())
    }
}
