//! One writer or many readers at a time. A reader that meets a writer, or finds
//! that one has been, knows it; a writer that meets a reader is found by it.

use std::sync::atomic::Ordering::Relaxed;

use oscost_harness::Failure;
use oscost_harness::busy::Busy;
use oscost_sys::counter::Ticks;
use oscost_sys::map::SharedPage;

use super::marks::Marks;
use super::{Arena, Turn};
use crate::locks::{ReadWrite, slots};

/// A lock for readers and writers.
#[derive(Clone, Debug)]
pub(crate) struct Mixed<L> {
    lock: L,
    marks: Marks,
    /// Of a hundred turns, how many read.
    reads: u64,
    /// A slot for each contender's own count of its reads: they leave no
    /// common mark.
    read: &'static SharedPage,
    contenders: usize,
}

impl<L: ReadWrite> Mixed<L> {
    pub(crate) fn new(lock: L, reads: u64, contenders: usize) -> Result<Self, Failure> {
        Ok(Self {
            lock,
            marks: Marks::new()?,
            reads,
            read: slots(contenders)?,
            contenders,
        })
    }
}

impl<L: ReadWrite> Arena for Mixed<L> {
    const CALL: &'static str = L::CALL;

    #[inline]
    fn turn(
        &self,
        who: usize,
        number: u64,
        now: fn() -> Ticks,
        section: &Busy,
    ) -> nix::Result<Turn> {
        let reads = draw(who, number) < self.reads;
        let before = self.marks.look();
        let wanted = now();
        let turn = |had: Ticks, entries| Turn {
            waited: had.since(wanted),
            met: before != (0, entries),
        };
        if reads {
            self.lock.read(|| {
                let had = now();
                let mine = &self.read.slot(who).long;
                mine.store(mine.load(Relaxed) + 1, Relaxed);
                turn(had, self.marks.together(section))
            })
        } else {
            self.lock.write(|| {
                let had = now();
                turn(had, self.marks.alone(who, section))
            })
        }
    }

    fn settle(&self) -> Result<u64, Failure> {
        let reads = (0..self.contenders).map(|who| self.read.slot(who).long.load(Relaxed));
        Ok(self.marks.settle()? + reads.sum::<u64>())
    }
}

/// A number below 100, the same for the same turn of the same contender
/// (the finaliser of `SplitMix64`).
#[inline]
fn draw(who: usize, number: u64) -> u64 {
    let mut mixed = (number ^ (who as u64) << 48).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ mixed >> 31) % 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_and_writers_are_mixed_as_asked() {
        for reads in [0, 90, 99, 100] {
            for who in 0..8 {
                let drawn = (0..10_000).filter(|&number| draw(who, number) < reads);
                let share = drawn.count() as f64 / 100.0;
                assert!((share - reads as f64).abs() < 1.5, "{share} of {reads}");
            }
        }
    }
}
