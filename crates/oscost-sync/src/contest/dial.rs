//! Which clock a function reads. A function cannot be sent to another process,
//! but there are only two clocks, and either side knows both.

use oscost_harness::Failure;
use oscost_sys::counter::{self, Ticks};

/// The clocks.
const READERS: [fn() -> Ticks; 2] = [counter::read, counter::read_monotonic];

/// One of the clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dial(u32);

impl Dial {
    /// The clock that `now` reads: its time lies between two readings of it.
    pub(super) fn of(now: fn() -> Ticks) -> Result<Self, Failure> {
        for (dial, reader) in (0..).zip(READERS) {
            let earlier = reader();
            let between = now();
            if earlier <= between && between <= reader() {
                return Ok(Self(dial));
            }
        }
        Err(Failure::Fail(
            "the clock is neither of the two known".into(),
        ))
    }

    /// How it is written down.
    pub(super) fn number(self) -> u32 {
        self.0
    }

    /// The clock that was written down; the second for any other number.
    pub(super) fn reader(number: u32) -> fn() -> Ticks {
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        READERS.get(index).copied().unwrap_or(READERS[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_told_by_its_time() {
        for (number, reader) in (0..).zip(READERS) {
            let dial = Dial::of(reader).unwrap();
            assert_eq!(dial.number(), number);
            let again = Dial::of(Dial::reader(dial.number())).unwrap();
            assert_eq!(again, dial);
        }
        assert!(Dial::of(|| Ticks(1)).is_err());
    }
}
