//! As many at a time as there are permits.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Relaxed};

use oscost_harness::busy::Busy;
use oscost_harness::{During as _, Failure};
use oscost_sys::counter::Ticks;

use super::{Arena, Turn};
use crate::locks::{Permits, slot};

/// A semaphore that admits some.
#[derive(Clone, Debug)]
pub(crate) struct Counted<S> {
    semaphore: S,
    permits: u64,
    /// How many are inside, and above them how many have been.
    inside: &'static AtomicU64,
    breaches: &'static AtomicU64,
}

/// One who has been inside, beside the number of those who are.
const ENTRY: u64 = 1 << 16;

/// How many have been inside, and how many are.
#[inline]
fn split(marks: u64) -> (u64, u64) {
    (marks / ENTRY, marks % ENTRY)
}

impl<S: Permits> Counted<S> {
    pub(crate) fn new(semaphore: S, permits: u16) -> Result<Self, Failure> {
        Ok(Self {
            semaphore,
            permits: permits.into(),
            inside: &slot()?.long,
            breaches: &slot()?.long,
        })
    }
}

impl<S: Permits> Arena for Counted<S> {
    const CALL: &'static str = S::CALL;

    #[inline]
    fn turn(&self, _: usize, _: u64, now: fn() -> Ticks, section: &Busy) -> nix::Result<Turn> {
        let (entries, inside) = split(self.inside.load(Relaxed));
        let wanted = now();
        self.semaphore.hold(|| {
            let had = now();
            let (entries_then, others) = split(self.inside.fetch_add(ENTRY + 1, AcqRel));
            if others >= self.permits {
                self.breaches.fetch_add(1, Relaxed);
            }
            section.run();
            self.inside.fetch_sub(1, AcqRel);
            Turn {
                waited: had.since(wanted),
                met: inside > 0 || entries_then > entries,
            }
        })
    }

    fn settle(&self) -> Result<u64, Failure> {
        let (entries, inside) = split(self.inside.load(Relaxed));
        let left = self.semaphore.permits().during("read the permits")?;
        let breaches = self.breaches.load(Relaxed);
        if breaches > 0 {
            return Err(Failure::Fail(format!(
                "{breaches} times more were inside than the {} permits allow",
                self.permits
            )));
        }
        if inside > 0 || u64::from(left) != self.permits {
            return Err(Failure::Fail(format!(
                "{left} of {} permits came back, and {inside} never left",
                self.permits
            )));
        }
        Ok(entries)
    }
}
