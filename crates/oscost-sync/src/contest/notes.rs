//! What each contender writes down on the board, on cache lines of its own, and
//! what the referee reads when the race is over.

use std::sync::atomic::AtomicU64;

use oscost_harness::posted::{self, Posted};
use oscost_sys::map::SharedPage;

/// Its turns since it began to measure.
const TALLY: usize = 0;
/// Turns that were not measured, of all races.
const EXTRAS: usize = 1;
/// Measured turns that met somebody, of this race.
const OVERLAPS: usize = 2;
/// When it began to measure, and when it left, in nanoseconds.
const BEGIN: usize = 3;
const END: usize = 4;
/// Its account when it began to measure, and when it had done its share.
const BEFORE: usize = 5;
const AFTER: usize = BEFORE + posted::SLOTS;
/// The slots of a contender.
pub(super) const SLOTS: usize = AFTER + posted::SLOTS;

/// What a contender found out in a race.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notes<'a> {
    slots: &'a SharedPage,
    first: usize,
}

impl<'a> Notes<'a> {
    /// The notes whose first slot is `first`.
    pub(super) fn at(slots: &'a SharedPage, first: usize) -> Self {
        Self { slots, first }
    }

    fn long(&self, slot: usize) -> &'a AtomicU64 {
        &self.slots.slot(self.first + slot).long
    }

    pub(super) fn tally(&self) -> &'a AtomicU64 {
        self.long(TALLY)
    }

    pub(super) fn extras(&self) -> &'a AtomicU64 {
        self.long(EXTRAS)
    }

    pub(super) fn overlaps(&self) -> &'a AtomicU64 {
        self.long(OVERLAPS)
    }

    pub(super) fn begin(&self) -> &'a AtomicU64 {
        self.long(BEGIN)
    }

    pub(super) fn end(&self) -> &'a AtomicU64 {
        self.long(END)
    }

    pub(super) fn before(&self) -> Posted<'a> {
        Posted::at(self.slots, self.first + BEFORE)
    }

    pub(super) fn after(&self) -> Posted<'a> {
        Posted::at(self.slots, self.first + AFTER)
    }
}
