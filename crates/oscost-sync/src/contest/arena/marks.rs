//! The marks of one who is inside alone.
//!
//! They are read and written with plain loads and stores, never by an
//! instruction that would be whole without the lock: what the lock does not
//! protect is lost here, and found missing.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use oscost_harness::Failure;
use oscost_harness::busy::Busy;
use oscost_sys::map::Slot;

use crate::locks::slot;

/// Room for them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    /// Who is inside, counted from 1, and how many have been.
    inside: &'static Slot,
    /// How often somebody else was found inside.
    breaches: &'static AtomicU64,
}

impl Marks {
    pub(super) fn new() -> Result<Self, Failure> {
        Ok(Self {
            inside: slot()?,
            breaches: &slot()?.long,
        })
    }

    /// Who is inside, and how many have been.
    #[inline]
    pub(super) fn look(&self) -> (u32, u64) {
        let Slot { word, long } = self.inside;
        (word.load(Relaxed), long.load(Relaxed))
    }

    /// The only one inside, for as long as the section takes. The count is
    /// read at the beginning and written at the end: of two who are inside at
    /// once, one is lost. Tells what it was when coming in.
    #[inline]
    pub(super) fn alone(&self, who: usize, section: &Busy) -> u64 {
        let Slot { word, long } = self.inside;
        let me = name(who);
        let (other, entries) = self.look();
        word.store(me, Relaxed);
        section.run();
        if (other, word.load(Relaxed)) != (0, me) {
            self.breach();
        }
        word.store(0, Relaxed);
        long.store(entries + 1, Relaxed);
        entries
    }

    /// Inside while nobody may be alone there. Tells the count.
    #[inline]
    pub(super) fn together(&self, section: &Busy) -> u64 {
        let (other, entries) = self.look();
        section.run();
        if other != 0 || self.look() != (0, entries) {
            self.breach();
        }
        entries
    }

    #[cold]
    fn breach(&self) {
        self.breaches.fetch_add(1, Relaxed);
    }

    pub(super) fn settle(&self) -> Result<u64, Failure> {
        let (inside, entries) = self.look();
        match self.breaches.load(Relaxed) {
            0 if inside == 0 => Ok(entries),
            0 => Err(Failure::Fail(format!(
                "contender {inside} never left the lock"
            ))),
            times => Err(Failure::Fail(format!(
                "the lock let in somebody too many {times} times"
            ))),
        }
    }
}

/// Never 0, which is nobody.
fn name(who: usize) -> u32 {
    u32::try_from(who + 1).unwrap_or(u32::MAX)
}
