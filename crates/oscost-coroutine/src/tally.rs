//! The count that a coroutine keeps of its own turns. The measuring side only
//! ever reads it: what was not done over there was not done.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A count that lives as long as the process, so that bodies can hold it
/// without counting references.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally(&'static AtomicU64);

impl Tally {
    /// A new count of 0, on cache lines of its own.
    pub(crate) fn new() -> Self {
        #[repr(align(128))]
        struct Alone(AtomicU64);
        let place: &'static Alone = Box::leak(Box::new(Alone(AtomicU64::new(0))));
        Self(&place.0)
    }

    /// One more. Never two count at once, so a load and a store do; they compile
    /// to one plain instruction.
    #[inline(always)]
    pub(crate) fn count(self) {
        self.0.store(self.0.load(Relaxed) + 1, Relaxed);
    }

    /// So many in all, counted elsewhere.
    pub(crate) fn set(self, turns: u64) {
        self.0.store(turns, Relaxed);
    }

    /// How many so far.
    pub(crate) fn so_far(self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// So many turns are a lap.
pub(crate) const LAP: u64 = 1024;

/// The same where turns take so little that writing each down would show: a
/// switch of stacks is a handful of stores itself. The far side keeps the turns
/// of a lap to itself, in a register, and writes down whole laps.
#[derive(Debug)]
pub(crate) struct LapCounter {
    tally: Tally,
    left: u64,
}

impl LapCounter {
    /// At the beginning of a lap.
    pub(crate) fn new(tally: Tally) -> Self {
        Self { tally, left: LAP }
    }

    /// One more.
    #[inline(always)]
    pub(crate) fn count(&mut self) {
        self.left -= 1;
        if self.left == 0 {
            self.tally.set(self.tally.so_far() + LAP);
            self.left = LAP;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_written_down_by_the_lap() {
        let tally = Tally::new();
        let mut laps = LapCounter::new(tally);
        for turn in 1..=2 * LAP {
            laps.count();
            assert_eq!(tally.so_far(), turn / LAP * LAP);
        }
    }
}
