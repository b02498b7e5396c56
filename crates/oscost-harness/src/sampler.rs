//! Turns work into samples: finds out how long an operation is, chooses how to
//! time it, and times it.
//!
//! Knows the clock and the work, nothing else: no process, no file, no
//! statistics.

use std::time::Duration;

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
    /// Operations that a burst has at least, and a multiple of them.
    #[serde(default = "one")]
    pub granule: u64,
}

fn one() -> u64 {
    1
}

impl Plan {
    /// One operation at a time, of which nobody knows how long it is.
    pub const UNTIMED: Self = Self {
        batch: 1,
        per_op: Nanos(f64::MAX),
        granule: 1,
    };
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
/// That pilot ends with a try that is to take this long, or has so many operations: a
/// scheduler has had several turns by then. One that took half as long will do.
const PARALLEL_TRY: f64 = 10e6;
const SHORTEST_LAST_TRY: f64 = PARALLEL_TRY / 2.0;
/// Where operations turn out to be much longer than in the try before, one that can
/// ends after so long. Its operations were of two kinds then, and are taken for the
/// longer, of about this length: bursts must be short whichever they are.
const LONGEST_TRY: Duration = Duration::from_millis(50);
const OF_TWO_KINDS: f64 = 3e6;
/// A try is at most so many times as long as the one before: the first of them are
/// all start, and tell nothing of what operations cost one another.
const STEEPEST: f64 = 16.0;
const LONGEST_PARALLEL_TRY: u64 = 1 << 17;
/// Half as many operations again must take half as long again, within this.
const PROPORTION: f64 = 0.075;
/// Tries of either length until somebody looks whether they are in proportion. What
/// disturbs a try only ever adds to it, but may last longer than all of them.
const TRIES: usize = 9;
/// So many are enough where none was disturbed, and all together took as long as a
/// round warms up for.
const ENOUGH: usize = 5;
const LONG_ENOUGH: f64 = 2e6;
/// Then a batch is out of proportion.
const MOST_TRIES: usize = 3 * TRIES;

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
                granule: 1,
            })
        }
        Measure::Parallel(work) => {
            // The parties have to come together first, which takes longer than
            // a few operations.
            let portion = work.warming();
            let mut ops = PARALLEL_PILOT.next_multiple_of(portion);
            let mut before = (0, Nanos(0.0));
            loop {
                let begin = clock.now();
                let done = work.run_within(LONGEST_TRY, ops, clock.reader())?;
                let spent = clock.nanos(clock.now().since(begin));
                if spent.0 >= SHORTEST_LAST_TRY || ops >= LONGEST_PARALLEL_TRY {
                    let mean = spent.0 / done.max(1) as f64;
                    break Ok(Plan {
                        batch: 1,
                        per_op: Nanos(if done < ops {
                            mean.max(OF_TWO_KINDS)
                        } else {
                            mean
                        }),
                        granule: work.granule(),
                    });
                }
                let next = longer(before, (ops, spent)).next_multiple_of(portion);
                before = (ops, spent);
                ops = next;
            }
        }
        // A second reading would find what the first has left behind: one is
        // all that a process gives.
        Measure::Level(_) => Ok(Plan::UNTIMED),
    }
}

/// Operations of the next try of parallel work, by what the last two tries took: a
/// little more than fills a try, so that it is the last.
fn longer(before: (u64, Nanos), last: (u64, Nanos)) -> u64 {
    let each = (last.1.0 - before.1.0) / (last.0 - before.0) as f64;
    let more = (1.25 * PARALLEL_TRY - last.1.0) / each.max(f64::MIN_POSITIVE);
    let ops = last.0 as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive count far below 2^63"
    )]
    let next = (ops + more).clamp(1.25 * ops, STEEPEST * ops) as u64;
    next.min(LONGEST_PARALLEL_TRY)
}

fn pilot_timed(work: &mut dyn Work, clock: &impl Clock) -> Result<Plan, Failure> {
    let granule = work.granule();
    let mut ops = work.warming();
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
            granule,
        });
    }
    let shortest = (CLOCKS_IN_BATCH * clock.cost().0)
        .max(STEPS_IN_BATCH * clock.resolution().0)
        .max(SHORTEST_BATCH);
    let mut batch = even(shortest / per_op.0 / granule as f64) * granule;
    loop {
        let growth = Growth::of(work, clock, batch)?;
        if growth.is_proportional() {
            let per_op = Nanos(growth.fastest[0] / batch as f64);
            return Ok(Plan {
                batch,
                per_op,
                granule,
            });
        }
        if growth.fastest[0] > LONGEST_BATCH || batch >= 1 << 40 {
            return Err(Failure::Fail(format!(
                "time does not grow with the work: half as many operations again as {batch} took {:.2} times as long, by the fastest of {MOST_TRIES} tries",
                growth.fastest()
            )));
        }
        batch *= 2;
    }
}

/// How many times as long half as many operations again take.
struct Growth {
    /// The fastest try of a batch, and of half as many operations again, in
    /// nanoseconds.
    fastest: [f64; 2],
    /// Of tries that followed each other. Where the machine is slow for longer than a
    /// try, that hits both of them alike.
    ratios: Vec<f64>,
}

impl Growth {
    /// Tries both lengths in turn, the one that goes first changing, until they are in
    /// proportion or nobody will believe it any more.
    fn of(work: &mut dyn Work, clock: &impl Clock, batch: u64) -> Result<Self, Failure> {
        let mut growth = Self {
            fastest: [f64::INFINITY; 2],
            ratios: Vec::with_capacity(MOST_TRIES),
        };
        let mut sum = 0.0;
        loop {
            let mut spent = [0.0; 2];
            for turn in 0..2 {
                let side = (growth.ratios.len() + turn) % 2;
                let ops = [batch, batch + batch / 2][side];
                spent[side] = clock.nanos(time(work, clock, ops)?).0;
                growth.fastest[side] = growth.fastest[side].min(spent[side]);
                sum += spent[side];
            }
            growth.ratios.push(spent[1] / spent[0]);
            let tries = growth.ratios.len();
            let is_enough = tries >= ENOUGH && sum >= LONG_ENOUGH && growth.is_undisturbed();
            let is_looked_at = tries.is_multiple_of(TRIES);
            if is_enough || is_looked_at && growth.is_proportional() || tries == MOST_TRIES {
                return Ok(growth);
            }
        }
    }

    fn fastest(&self) -> f64 {
        self.fastest[1] / self.fastest[0]
    }

    fn typical(&self) -> f64 {
        let mut ratios = self.ratios.clone();
        ratios.sort_unstable_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    }

    /// All of them say the same.
    fn is_undisturbed(&self) -> bool {
        let mut all = self.ratios.iter().copied().chain([self.fastest()]);
        all.all(is_in_proportion)
    }

    /// One of the figures may be disturbed, but not so that the work seems to
    /// grow less: then it is not all done, or its start-up is what takes time.
    fn is_proportional(&self) -> bool {
        let both = [self.fastest(), self.typical()];
        both.into_iter().any(is_in_proportion)
            && both.iter().all(|growth| *growth >= 1.5 - 2.0 * PROPORTION)
    }
}

fn is_in_proportion(growth: f64) -> bool {
    (growth - 1.5).abs() <= PROPORTION
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

#[inline]
fn time(work: &mut dyn Work, clock: &impl Clock, ops: u64) -> Result<Ticks, Failure> {
    let begin = clock.now();
    work.run(ops)?;
    Ok(clock.now().since(begin))
}

/// Warms up by `ops` operations, or as many more as the work needs; by none where
/// building it has done that. A level is as good cold: it is read once.
///
/// # Errors
/// Where the work fails.
pub fn warm_up(measure: &mut Measure, clock: &impl Clock, ops: u64) -> Result<(), Failure> {
    let now = clock.reader();
    let in_portions = |portion| ops.max(1).next_multiple_of(portion);
    match measure {
        Measure::Timed(work) => work.run(in_portions(work.warming())),
        Measure::SelfTimed(work) if work.is_built_warm() => Ok(()),
        Measure::SelfTimed(work) => {
            (0..in_portions(1)).try_for_each(|_| work.run_once(now).map(drop))
        }
        Measure::Parallel(work) => work.run(in_portions(work.warming()), now).map(drop),
        Measure::Level(_) => Ok(()),
    }
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
            let ops = ops.next_multiple_of(work.granule());
            taken.ops = ops;
            let ticks = work.run(ops, clock.reader())?;
            taken.ticks = ticks.into_iter().map(|Ticks(ticks)| ticks).collect();
        }
    }
    Ok(taken)
}

#[cfg(test)]
mod tests;
