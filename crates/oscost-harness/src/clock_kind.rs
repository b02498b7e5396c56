//! Which clock a function reads. A function cannot be sent to another process,
//! but there are only two clocks, and either side knows both.

use oscost_sys::counter::{self, Ticks};

/// One of the clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockKind {
    /// The CPU's counter.
    Counter = 0,
    /// `CLOCK_MONOTONIC`, in nanoseconds.
    Monotonic = 1,
}

impl ClockKind {
    /// The clock that `now` reads: its time lies between two readings of it.
    #[must_use]
    pub fn of(now: fn() -> Ticks) -> Self {
        let before = counter::read();
        let asked = now();
        if (before..=counter::read()).contains(&asked) {
            Self::Counter
        } else {
            Self::Monotonic
        }
    }

    /// The clock whose number was written down.
    #[must_use]
    pub fn numbered(number: u32) -> Self {
        match number {
            0 => Self::Counter,
            _ => Self::Monotonic,
        }
    }

    /// What reads it.
    #[must_use]
    pub fn reader(self) -> fn() -> Ticks {
        match self {
            Self::Counter => counter::read,
            Self::Monotonic => counter::read_monotonic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_told_by_its_time_and_by_its_number() {
        for kind in [ClockKind::Counter, ClockKind::Monotonic] {
            assert_eq!(ClockKind::of(kind.reader()), kind);
            assert_eq!(ClockKind::numbered(kind as u32), kind);
        }
    }
}
