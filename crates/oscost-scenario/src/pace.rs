//! Times that were taken by the kernel's clock, told in ticks of the clock that
//! a case is given. Deadlines are the kernel's: what sleeps until one, or was
//! due at one, can be told by its clock alone.

use oscost_sys::counter::{Ticks, read_monotonic};

/// One moment by both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    monotonic: Ticks,
    given: Ticks,
}

impl Moment {
    /// This moment, also by the clock that the case was given.
    pub(crate) fn now(given: fn() -> Ticks) -> Self {
        Self {
            monotonic: read_monotonic(),
            given: given(),
        }
    }

    /// So many nanoseconds in ticks of the given clock, whose pace is taken from
    /// what has passed since an earlier moment.
    pub(crate) fn in_ticks(&self, earlier: &Self, nanos: u64) -> Ticks {
        let ticks = u128::from(self.given.since(earlier.given).0);
        let passed = u128::from(self.monotonic.since(earlier.monotonic).0.max(1));
        let told = u128::from(nanos) * ticks / passed;
        Ticks(u64::try_from(told).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_told_at_the_pace_of_the_given_clock() {
        let moment = |monotonic, given| Moment {
            monotonic: Ticks(monotonic),
            given: Ticks(given),
        };
        // Three ticks a nanosecond.
        let (begin, end) = (moment(1_000, 50), moment(2_000, 3_050));
        assert_eq!(end.in_ticks(&begin, 10), Ticks(30));
        // Nothing has passed, and nothing is divided by it.
        assert_eq!(begin.in_ticks(&begin, 10), Ticks(0));
    }
}
