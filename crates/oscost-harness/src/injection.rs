//! Makes a case slower by a known share, so that what judges can be judged:
//! every operation gets extra work inside what is timed. Only builds with the
//! feature `injection` have it, and none that measures for anyone.
//!
//! The extra work is a fixed number of steps, found out in the process itself by
//! holding its operations against steps of the same work in alternation. Both
//! sides of a comparison carry this wrapper; where the share is zero, it does
//! no steps.

use std::hint::black_box;

use oscost_record::Nanos;
use oscost_sys::counter::Ticks;

use crate::busy::{SEED, walk};
use crate::work::{Audit, Evidence, Measure, TimedWork, Work};
use crate::{Clock, Failure};

/// The variable that asks for it: `percent=10`, or `tail=30:2` for a p99 that
/// grows by 30 % because 2 % of the operations take longer.
pub const VARIABLE: &str = "OSCOST_INJECT";

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Injection {
    /// Every operation takes so much longer, as a share.
    Every(f64),
    /// The p99 grows by `share`, because one operation in `each` takes longer.
    Tail { share: f64, each: u64 },
}

/// Stretches that are held against each other; the median counts.
const TRIES: usize = 15;
/// A stretch is at least so long.
const STRETCH: Nanos = Nanos(20_000.0);
/// Operations from which a process learns its own p99.
const FOR_TAIL: usize = 4_000;
/// How exactly the length of a tail is found out.
const HALVINGS: usize = 40;
/// Operations of which a tail makes sense are at least so long: those that the
/// sampler times alone.
const ALONE: Nanos = Nanos(2_000.0);

impl Injection {
    fn parse(text: &str) -> Option<Self> {
        let percent = |text: &str| -> Option<f64> {
            let share = text.parse::<f64>().ok()? / 100.0;
            (0.0..=10.0).contains(&share).then_some(share)
        };
        match text.split_once('=')? {
            ("percent", share) => Some(Self::Every(percent(share)?)),
            ("tail", rest) => {
                let (share, often) = rest.split_once(':')?;
                let often: u32 = often
                    .parse()
                    .ok()
                    .filter(|often| (1..=10).contains(often))?;
                Some(Self::Tail {
                    share: percent(share)?,
                    each: u64::from(100 / often),
                })
            }
            _ => None,
        }
    }
}

/// The work with what the environment asks for inside; the work itself where
/// that asks for nothing.
///
/// # Errors
/// Where the variable cannot be understood, the work fails, or nothing can be
/// put inside.
pub(crate) fn wrap(measure: Measure, clock: &impl Clock) -> Result<Measure, Failure> {
    let Ok(text) = std::env::var(VARIABLE) else {
        return Ok(measure);
    };
    let asked = Injection::parse(&text)
        .ok_or_else(|| Failure::Fail(format!("{VARIABLE}={text} is not understood")))?;
    match measure {
        Measure::Timed(mut work) => {
            let granule = work.granule();
            let extra = Extra::of(asked, clock, granule, &mut |ops| {
                let begin = clock.now();
                work.run(ops)?;
                Ok(clock.now().since(begin))
            })?;
            Ok(Measure::Timed(Box::new(Injected { work, extra })))
        }
        Measure::SelfTimed(mut work) => {
            let now = clock.reader();
            let extra = Extra::of(asked, clock, 1, &mut |ops| {
                let mut each = (0..ops).map(|_| work.run_once(now));
                each.try_fold(Ticks(0), |sum, one| Ok(Ticks(sum.0 + one?.0)))
            })?;
            Ok(Measure::SelfTimed(Box::new(Injected { work, extra })))
        }
        Measure::Parallel(_) | Measure::Level(_) => Err(Failure::Fail(
            "there is no operation of one party to put work into".into(),
        )),
    }
}

/// How much is added to what.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Extra {
    steps_of_operation: f64,
    /// Only one call in so many gets it.
    each: u64,
    calls: u64,
}

impl Extra {
    fn of(
        asked: Injection,
        clock: &impl Clock,
        granule: u64,
        run: &mut dyn FnMut(u64) -> Result<Ticks, Failure>,
    ) -> Result<Self, Failure> {
        let (own, operation) = steps_of_operation(clock, granule, run)?;
        let (steps, each) = match asked {
            Injection::Every(share) => (share * own, 1),
            Injection::Tail { share, each } => {
                if operation < ALONE {
                    return Err(Failure::Fail("an operation too short for a tail".into()));
                }
                // The first are slower than those that will be measured.
                (0..FOR_TAIL).try_for_each(|_| run(granule).map(drop))?;
                let mut times = (0..FOR_TAIL)
                    .map(|_| run(granule))
                    .collect::<Result<Vec<Ticks>, Failure>>()?;
                times.sort_unstable();
                let middle = times[FOR_TAIL / 2].0 as f64;
                (own * tail_extra(&times, share, each) / middle, each)
            }
        };
        Ok(Self {
            steps_of_operation: steps,
            each,
            calls: 0,
        })
    }

    /// The steps that belong to the next `ops` operations.
    fn next(&mut self, ops: u64) -> u64 {
        self.calls += 1;
        if !self.calls.is_multiple_of(self.each) {
            return 0;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count of steps, far below 2^63; `as` saturates"
        )]
        let steps = (self.steps_of_operation * ops as f64).round() as u64;
        steps
    }
}

/// The ticks that one operation in `each` must take longer, so that one in a
/// hundred of all takes more than (1 + share) × their p99 of before: those that
/// were so long by themselves count too. `times` in rising order. Nothing asked
/// is nothing added.
fn tail_extra(times: &[Ticks], share: f64, each: u64) -> f64 {
    if share <= 0.0 {
        return 0.0;
    }
    let goal = (1.0 + share) * times[times.len() * 99 / 100].0 as f64;
    let longer = |than: f64| {
        let shorter = times.partition_point(|time| time.0 as f64 <= than);
        (times.len() - shorter) as f64 / times.len() as f64
    };
    let slow = 1.0 / each as f64;
    let (mut low, mut high) = (0.0, goal);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if (1.0 - slow) * longer(goal) + slow * longer(goal - middle) < 0.01 {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// How many steps take as long as an operation, and how long that is.
fn steps_of_operation(
    clock: &impl Clock,
    granule: u64,
    run: &mut dyn FnMut(u64) -> Result<Ticks, Failure>,
) -> Result<(f64, Nanos), Failure> {
    let mut ops = granule;
    while clock.nanos(run(ops)?) < STRETCH && ops < 1 << 40 {
        ops *= 2;
    }
    let mut steps = 64;
    while clock.nanos(walked(clock, steps)) < STRETCH && steps < 1 << 40 {
        steps *= 2;
    }
    let mut found = Vec::with_capacity(TRIES);
    for _ in 0..TRIES {
        let operation = run(ops)?.0 as f64 / ops as f64;
        let step = walked(clock, steps).0 as f64 / steps as f64;
        found.push((operation / step, operation));
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (steps, operation) = found[TRIES / 2];
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive number of ticks, rounded"
    )]
    let operation = clock.nanos(Ticks(operation.round() as u64));
    Ok((steps, operation))
}

/// The extra work itself.
fn take(steps: u64) {
    black_box(walk(black_box(SEED), steps));
}

fn walked(clock: &impl Clock, steps: u64) -> Ticks {
    let begin = clock.now();
    take(steps);
    clock.now().since(begin)
}

/// Work with extra steps.
struct Injected<W: ?Sized> {
    extra: Extra,
    work: Box<W>,
}

impl<W: Evidence + ?Sized> Evidence for Injected<W> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.work.audit()
    }
}

impl Work for Injected<dyn Work> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        self.work.run(ops)?;
        take(self.extra.next(ops));
        Ok(())
    }

    fn granule(&self) -> u64 {
        self.work.granule()
    }

    fn warming(&self) -> u64 {
        self.work.warming()
    }
}

impl TimedWork for Injected<dyn TimedWork> {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        let own = self.work.run_once(now)?;
        let begin = now();
        take(self.extra.next(1));
        Ok(Ticks(own.0 + now().since(begin).0))
    }

    fn is_built_warm(&self) -> bool {
        self.work.is_built_warm()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_understood_or_refused() {
        assert_eq!(Injection::parse("percent=10"), Some(Injection::Every(0.1)));
        let tail = Injection::Tail {
            share: 0.3,
            each: 50,
        };
        assert_eq!(Injection::parse("tail=30:2"), Some(tail));
        for wrong in [
            "",
            "percent",
            "percent=x",
            "percent=-1",
            "tail=30",
            "tail=30:0",
            "all=1",
        ] {
            assert_eq!(Injection::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_operation_gets_its_steps_and_of_a_tail_one_in_fifty() {
        let mut every = Extra {
            steps_of_operation: 2.5,
            each: 1,
            calls: 0,
        };
        assert_eq!((every.next(1), every.next(100)), (3, 250));
        let mut tail = Extra {
            steps_of_operation: 7.0,
            each: 50,
            calls: 0,
        };
        let steps: Vec<u64> = (0..200).map(|_| tail.next(1)).collect();
        assert_eq!(steps.iter().filter(|&&steps| steps == 7).count(), 4);
        assert_eq!(steps.iter().sum::<u64>(), 28);
    }

    #[test]
    fn a_tail_reaches_beyond_the_one_that_was_there() {
        // The p99 is 200: with 60 more, half of the slow ones would be at 260.
        let mut times = vec![Ticks(100); 985];
        times.extend([Ticks(200); 15]);
        let extra = tail_extra(&times, 0.3, 50);
        assert!((extra - 160.0).abs() < 0.1, "{extra}");
        assert_eq!(tail_extra(&times, 0.0, 50), 0.0);
        // Nine in a thousand are beyond the goal by themselves: few more will do.
        let mut times: Vec<Ticks> = (0..991).map(Ticks).collect();
        times.extend([Ticks(5_000); 9]);
        let extra = tail_extra(&times, 0.3, 50);
        let slow = times
            .iter()
            .filter(|time| time.0 as f64 + extra > 1.3 * 990.0);
        assert!((40..80).contains(&slow.count()), "{extra}");
    }
}
