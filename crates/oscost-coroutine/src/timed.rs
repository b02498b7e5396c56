//! The frames that rows share: a loop to time, and the tally that the far side
//! keeps. Where the loop runs on other threads, it takes the times itself, so
//! that neither the way to them nor the way back is part of any.

use oscost_harness::{Audit, Evidence, Failure, Measure, ParallelWork, Work, usage};
use oscost_sys::counter::Ticks;

use crate::tally::{LAP, Tally};

/// Work made of a loop and a tally.
struct Timed<L> {
    run: L,
    tally: Tally,
    granule: u64,
}

/// Wraps a loop that does so many operations on the calling thread, each
/// counted by the far side in `tally`.
pub(crate) fn timed(
    tally: Tally,
    run: impl FnMut(u64) -> Result<(), Failure> + 'static,
) -> Measure {
    timed_by(1, tally, run)
}

/// The same, where the far side counts by the lap.
pub(crate) fn timed_by_lap(
    tally: Tally,
    run: impl FnMut(u64) -> Result<(), Failure> + 'static,
) -> Measure {
    timed_by(LAP, tally, run)
}

fn timed_by(
    granule: u64,
    tally: Tally,
    run: impl FnMut(u64) -> Result<(), Failure> + 'static,
) -> Measure {
    Measure::Timed(Box::new(Timed {
        run,
        tally,
        granule,
    }))
}

impl<L: FnMut(u64) -> Result<(), Failure>> Work for Timed<L> {
    fn granule(&self) -> u64 {
        self.granule
    }

    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        (self.run)(ops)
    }
}

impl<L> Evidence for Timed<L> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.tally.so_far())
    }
}

/// The same on other threads of the process.
struct Elsewhere<L> {
    run: L,
    tally: Tally,
}

/// Wraps a loop that does so many operations on other threads, and gives the
/// time of each.
pub(crate) fn timed_elsewhere(
    tally: Tally,
    run: impl FnMut(u64, fn() -> Ticks) -> Result<Vec<Ticks>, Failure> + 'static,
) -> Measure {
    Measure::Parallel(Box::new(Elsewhere { run, tally }))
}

impl<L> ParallelWork for Elsewhere<L>
where
    L: FnMut(u64, fn() -> Ticks) -> Result<Vec<Ticks>, Failure>,
{
    fn run(&mut self, ops: u64, now: fn() -> Ticks) -> Result<Vec<Ticks>, Failure> {
        (self.run)(ops, now)
    }
}

impl<L> Evidence for Elsewhere<L> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Ok(Audit {
            done: self.tally.so_far(),
            parties: vec![usage::this_process()?],
            ..Audit::default()
        })
    }
}

/// The times from one call of [`lap`](Self::lap) to the next.
#[derive(Debug)]
pub(crate) struct Laps {
    now: fn() -> Ticks,
    last: Ticks,
    times: Vec<Ticks>,
}

impl Laps {
    /// Starts the clock for so many laps.
    pub(crate) fn begin(laps: u64, now: fn() -> Ticks) -> Self {
        let mut times = Vec::new();
        times.reserve_exact(usize::try_from(laps).unwrap_or_default());
        Self {
            now,
            last: now(),
            times,
        }
    }

    /// A lap has ended, and the next begins.
    #[inline]
    pub(crate) fn lap(&mut self) {
        let now = (self.now)();
        self.times.push(now.since(self.last));
        self.last = now;
    }

    /// All times so far.
    pub(crate) fn times(self) -> Vec<Ticks> {
        self.times
    }
}
