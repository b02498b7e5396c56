//! Turns work into samples: finds out how long an operation is, chooses how to
//! time it, and times it.
//!
//! Knows the clock and the work, nothing else: no process, no file, no
//! statistics.

use oscost_record::Nanos;
use oscost_sys::counter::Ticks;
use serde::{Deserialize, Serialize};

use crate::work::{Measure, Reading, Work};
use crate::{Clock, Failure};

/// How a case is timed, found out once and kept for all its rounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Operations that one sample spans.
    pub batch: u64,
    /// What one operation takes, roughly.
    pub per_op: Nanos,
}

/// An operation at least so many clock readings long is timed alone.
const ALONE: f64 = 50.0;
/// A batch is at least so many clock readings long: the clock is below 1 %.
const CLOCKS_IN_BATCH: f64 = 200.0;
/// And at least so many steps of the clock.
const STEPS_IN_BATCH: f64 = 200.0;
/// And at least so long that an interrupt more or less shows as an outlier,
/// not as a shift.
const SHORTEST_BATCH: f64 = 10_000.0;
/// The pilot stops doubling once a try takes this long.
const PILOT: f64 = 200_000.0;
/// No batch gets longer than this to be proven.
const LONGEST_BATCH: f64 = 20e6;
/// Operations of the pilot where several parties are at work at once.
const PARALLEL_PILOT: u64 = 16;
/// That pilot stops doubling once a try takes this long, or has so many
/// operations.
const PARALLEL_TRY: f64 = 100e6;
const LONGEST_PARALLEL_TRY: u64 = 1 << 17;
/// Half as many operations again must take half as long again, within this.
const PROPORTION: f64 = 0.075;
/// Tries of which the fastest counts: what disturbs only ever adds.
const TRIES: usize = 9;

/// What a burst gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    /// Operations in all.
    pub ops: u64,
    /// One value per sample, in ticks over all its operations.
    pub ticks: Vec<u64>,
    /// Readings of a level, where the case has no duration.
    pub readings: Vec<Reading>,
}

/// Finds out how long an operation is and how to time it. The first tries also
/// warm the work up.
///
/// # Errors
/// Where the work fails, or time does not grow with the operations: then
/// nothing was timed that deserves the name.
pub fn pilot(measure: &mut Measure, clock: &impl Clock) -> Result<Plan, Failure> {
    match measure {
        Measure::Timed(work) => pilot_timed(work.as_mut(), clock),
        Measure::SelfTimed(work) => {
            // What lies outside the timed region takes its time as well, and
            // decides how many operations a round has room for.
            let begin = clock.now();
            let mut spent = Nanos(0.0);
            let mut ops = 0;
            while spent.0 < PILOT && ops < 64 {
                work.run_once(clock.reader())?;
                spent = clock.nanos(clock.now().since(begin));
                ops += 1;
            }
            Ok(Plan {
                batch: 1,
                per_op: Nanos(spent.0 / f64::from(ops)),
            })
        }
        Measure::Parallel(work) => {
            // The parties have to come together first, which takes longer than
            // a few operations.
            let mut ops = PARALLEL_PILOT;
            loop {
                let begin = clock.now();
                work.run(ops, clock.reader())?;
                let spent = clock.nanos(clock.now().since(begin));
                if spent.0 >= PARALLEL_TRY || ops >= LONGEST_PARALLEL_TRY {
                    break Ok(Plan {
                        batch: 1,
                        per_op: Nanos(spent.0 / ops as f64),
                    });
                }
                ops *= 2;
            }
        }
        // A second reading would find what the first has left behind: one is
        // all that a process gives.
        Measure::Level(_) => Ok(Plan {
            batch: 1,
            per_op: Nanos(f64::MAX),
        }),
    }
}

fn pilot_timed(work: &mut dyn Work, clock: &impl Clock) -> Result<Plan, Failure> {
    let granule = work.granule();
    let mut ops = granule;
    let per_op = loop {
        let spent = clock.nanos(time(work, clock, ops)?);
        if spent.0 >= PILOT || ops >= 1 << 40 {
            break Nanos(spent.0 / ops as f64);
        }
        ops *= 2;
    };
    if per_op.0 >= ALONE * clock.cost().0 {
        return Ok(Plan {
            batch: granule,
            per_op,
        });
    }
    let shortest = (CLOCKS_IN_BATCH * clock.cost().0)
        .max(STEPS_IN_BATCH * clock.resolution().0)
        .max(SHORTEST_BATCH);
    let mut batch = even(shortest / per_op.0 / granule as f64) * granule;
    loop {
        let one = fastest(work, clock, batch)?;
        let half_more = fastest(work, clock, batch + batch / 2)?;
        let growth = half_more.0 / one.0;
        if (growth - 1.5).abs() <= PROPORTION {
            let per_op = Nanos(one.0 / batch as f64);
            return Ok(Plan { batch, per_op });
        }
        if one.0 > LONGEST_BATCH || batch >= 1 << 40 {
            return Err(Failure::Fail(format!(
                "time does not grow with the work: half as many operations again as {batch} took {growth:.2} times as long"
            )));
        }
        batch *= 2;
    }
}

/// The next even number, so that half of it is whole.
fn even(count: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive count far below 2^63; rounding down is meant"
    )]
    let count = count as u64;
    (count / 2 + 1) * 2
}

fn fastest(work: &mut dyn Work, clock: &impl Clock, ops: u64) -> Result<Nanos, Failure> {
    let mut fastest = Nanos(f64::INFINITY);
    for _ in 0..TRIES {
        let spent = clock.nanos(time(work, clock, ops)?);
        if spent < fastest {
            fastest = spent;
        }
    }
    Ok(fastest)
}

#[inline]
fn time(work: &mut dyn Work, clock: &impl Clock, ops: u64) -> Result<Ticks, Failure> {
    let begin = clock.now();
    work.run(ops)?;
    Ok(clock.now().since(begin))
}

/// Takes samples over `ops` operations, a multiple of the plan's batch. A
/// batch that is no multiple of the work's granule is rounded up to one.
///
/// # Errors
/// Where the work fails.
pub fn burst(
    measure: &mut Measure,
    clock: &impl Clock,
    batch: u64,
    ops: u64,
) -> Result<Taken, Failure> {
    let samples = ops / batch;
    let batch = match measure {
        Measure::Timed(work) => batch.next_multiple_of(work.granule()),
        _ => batch,
    };
    let mut taken = Taken {
        ops: samples * batch,
        ..Taken::default()
    };
    let samples = usize::try_from(samples).unwrap_or(usize::MAX);
    match measure {
        Measure::Level(level) => {
            for _ in 0..samples {
                taken.readings.push(level.read()?);
            }
        }
        Measure::Timed(work) => {
            taken.ticks.reserve_exact(samples);
            for _ in 0..samples {
                taken.ticks.push(time(work.as_mut(), clock, batch)?.0);
            }
        }
        Measure::SelfTimed(work) => {
            taken.ticks.reserve_exact(samples);
            for _ in 0..samples {
                taken.ticks.push(work.run_once(clock.reader())?.0);
            }
        }
        Measure::Parallel(work) => {
            let ticks = work.run(ops, clock.reader())?;
            taken.ticks = ticks.into_iter().map(|Ticks(ticks)| ticks).collect();
        }
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::fake::{FakeClock, pass};
    use crate::work::{Audit, Evidence, ParallelWork, TimedWork};

    const CLOCK: FakeClock = FakeClock { cost: Nanos(20.0) };

    /// Takes `first + ops × each` nanoseconds of a fake clock.
    struct Fake {
        first: u64,
        each_pico: u64,
    }

    impl Evidence for Fake {
        fn audit(&mut self) -> Result<Audit, Failure> {
            Ok(Audit::default())
        }
    }

    impl Work for Fake {
        fn run(&mut self, ops: u64) -> Result<(), Failure> {
            pass(self.first + ops * self.each_pico / 1000);
            Ok(())
        }
    }

    impl ParallelWork for Fake {
        fn run(&mut self, ops: u64, _: fn() -> Ticks) -> Result<Vec<Ticks>, Failure> {
            // Two at a time.
            pass(ops / 2 * self.each_pico / 1000);
            Ok(vec![
                Ticks(self.each_pico / 1000);
                usize::try_from(ops).unwrap()
            ])
        }
    }

    /// A ring of 12, by operations of 5 ns.
    struct Ring;

    impl Evidence for Ring {
        fn audit(&mut self) -> Result<Audit, Failure> {
            Ok(Audit::default())
        }
    }

    impl Work for Ring {
        fn run(&mut self, ops: u64) -> Result<(), Failure> {
            assert_eq!(ops % 12, 0, "only whole laps");
            pass(ops * 5);
            Ok(())
        }

        fn granule(&self) -> u64 {
            12
        }
    }

    impl TimedWork for Fake {
        fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
            let begin = now();
            pass(self.first);
            let end = now();
            pass(self.each_pico);
            Ok(end.since(begin))
        }
    }

    fn fake(first: u64, each_pico: u64) -> Measure {
        Measure::Timed(Box::new(Fake { first, each_pico }))
    }

    #[test]
    fn a_long_operation_is_timed_alone() {
        let mut measure = fake(0, 7_000_000);
        let plan = pilot(&mut measure, &CLOCK).unwrap();
        assert_eq!(plan.batch, 1);
        let taken = burst(&mut measure, &CLOCK, 1, 5).unwrap();
        assert_eq!(taken.ticks, vec![7000; 5]);
    }

    #[test]
    fn a_short_operation_is_timed_in_proven_batches() {
        let plan = pilot(&mut fake(0, 5_000), &CLOCK).unwrap();
        assert!(plan.batch as f64 * 5.0 >= CLOCKS_IN_BATCH * CLOCK.cost.0);
        assert!((plan.per_op.0 - 5.0).abs() < 0.1);
    }

    #[test]
    fn a_fixed_cost_makes_the_batch_longer() {
        let short = pilot(&mut fake(0, 5_000), &CLOCK).unwrap();
        let long = pilot(&mut fake(20_000, 5_000), &CLOCK).unwrap();
        assert!(long.batch > short.batch);
    }

    #[test]
    fn work_that_takes_no_time_is_refused() {
        let failure = pilot(&mut fake(30_000, 0), &CLOCK).unwrap_err();
        assert!(failure.to_string().contains("does not grow"));
    }

    #[test]
    fn a_ring_is_timed_in_whole_laps() {
        let plan = pilot(&mut Measure::Timed(Box::new(Ring)), &CLOCK).unwrap();
        assert_eq!(plan.batch % 12, 0);
        assert!((plan.per_op.0 - 5.0).abs() < 0.1);
    }

    #[test]
    fn parallel_work_gives_a_time_for_each_operation() {
        let work = Fake {
            first: 0,
            each_pico: 4_000_000,
        };
        let mut measure = Measure::Parallel(Box::new(work));
        // Two operations at a time: half as long until the next is due.
        let plan = pilot(&mut measure, &CLOCK).unwrap();
        assert!((plan.per_op.0 - 2_000.0).abs() < 10.0);
        assert_eq!(
            burst(&mut measure, &CLOCK, 1, 6).unwrap().ticks,
            vec![4_000; 6]
        );
    }

    #[test]
    fn work_that_times_itself_is_taken_at_its_word() {
        let work = Fake {
            first: 3_000,
            each_pico: 9_000_000,
        };
        let mut measure = Measure::SelfTimed(Box::new(work));
        let plan = pilot(&mut measure, &CLOCK).unwrap();
        assert_eq!((plan.batch, plan.per_op), (1, Nanos(9_003_000.0)));
        assert_eq!(
            burst(&mut measure, &CLOCK, 1, 3).unwrap().ticks,
            vec![3_000; 3]
        );
    }
}
