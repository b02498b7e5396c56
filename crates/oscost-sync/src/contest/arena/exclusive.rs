//! One at a time.

use oscost_harness::Failure;
use oscost_harness::busy::Busy;
use oscost_sys::counter::Ticks;

use super::marks::Marks;
use super::{Arena, Turn};
use crate::locks::Lock;

/// A lock that admits one.
#[derive(Clone, Debug)]
pub(crate) struct Exclusive<L> {
    lock: L,
    marks: Marks,
}

impl<L: Lock> Exclusive<L> {
    pub(crate) fn new(lock: L) -> Result<Self, Failure> {
        let marks = Marks::new()?;
        Ok(Self { lock, marks })
    }
}

impl<L: Lock> Arena for Exclusive<L> {
    const CALL: &'static str = L::CALL;

    #[inline]
    fn turn(&self, who: usize, _: u64, now: fn() -> Ticks, section: &Busy) -> nix::Result<Turn> {
        let before = self.marks.look();
        let wanted = now();
        self.lock.hold(|| {
            let had = now();
            let entries = self.marks.alone(who, section);
            Turn {
                waited: had.since(wanted),
                met: before != (0, entries),
            }
        })
    }

    fn settle(&self) -> Result<u64, Failure> {
        self.marks.settle()
    }
}
