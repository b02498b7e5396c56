//! The frame that all timed rows share: a loop to time, and the tally that the
//! far side keeps.

use oscost_harness::{Audit, Evidence, Failure, Measure, Work};

use crate::tally::Tally;

/// Work made of a loop and a tally.
struct Timed<L> {
    run: L,
    tally: Tally,
}

/// Wraps a loop that does so many operations, each counted by the far side in
/// `tally`.
pub(crate) fn timed(
    tally: Tally,
    run: impl FnMut(u64) -> Result<(), Failure> + 'static,
) -> Measure {
    Measure::Timed(Box::new(Timed { run, tally }))
}

impl<L: FnMut(u64) -> Result<(), Failure>> Work for Timed<L> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        (self.run)(ops)
    }
}

impl<L> Evidence for Timed<L> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.tally.so_far())
    }
}
