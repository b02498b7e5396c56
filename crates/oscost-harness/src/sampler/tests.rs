//! The sampler on a fake clock and with fake work, calm and disturbed.

use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::clock::fake::{FakeClock, pass};
use crate::work::{Audit, Evidence, ParallelWork, TimedWork};

const CLOCK: FakeClock = FakeClock { cost: Nanos(20.0) };

/// The sampler never asks what was done: the witness does.
macro_rules! unasked {
    ($($work:ty),*) => {$(
        impl Evidence for $work {
            fn audit(&mut self) -> Result<Audit, Failure> {
                Ok(Audit::default())
            }
        }
    )*};
}

unasked!(Fake, Ring, Portions, Disturbed, Counted, OfTwoKinds, Eight);

/// Takes `first + ops × each` nanoseconds of a fake clock.
struct Fake {
    first: u64,
    each_pico: u64,
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
        pass(self.first + ops / 2 * self.each_pico / 1000);
        Ok(vec![
            Ticks(self.each_pico / 1000);
            usize::try_from(ops).unwrap()
        ])
    }
}

/// A ring of 12, by operations of 5 ns.
struct Ring;

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

/// Short operations in large portions, with a note of how many were done at once.
struct Portions {
    size: u64,
    runs: Rc<RefCell<Vec<u64>>>,
}

impl Work for Portions {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        self.runs.borrow_mut().push(ops);
        pass(ops / 2);
        Ok(())
    }

    fn granule(&self) -> u64 {
        self.size
    }
}

#[test]
fn long_batches_that_nothing_disturbs_are_tried_a_few_times() {
    // Batches of 10 µs, and of 4 ms.
    for (size, tries) in [(1, TRIES), (1 << 22, ENOUGH)] {
        let runs = Rc::new(RefCell::new(Vec::new()));
        let work = Portions {
            size,
            runs: Rc::clone(&runs),
        };
        let plan = pilot(&mut Measure::Timed(Box::new(work)), &CLOCK).unwrap();
        let longer = plan.batch + plan.batch / 2;
        let count = runs.borrow().iter().filter(|&&ops| ops == longer).count();
        assert_eq!(count, tries, "{plan:?}");
    }
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

/// Work in large portions on a machine that is slow for a while, again and
/// again, and now and then takes the CPU away.
struct Disturbed {
    work: Fake,
    granule: u64,
    /// How long each pace lasts, and how much slower the slow one is.
    pace: u64,
    slowness: u64,
    random: u64,
}

impl Work for Disturbed {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        let begin = CLOCK.now();
        Work::run(&mut self.work, ops)?;
        let spent = CLOCK.now().since(begin).0;
        if (begin.0 / self.pace) % 2 == 1 {
            pass(spent * self.slowness / 100);
        }
        // Marsaglia's xorshift.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        match self.random % 8 {
            0 => pass(spent / 2),
            dust => pass(spent * dust / 200),
        }
        Ok(())
    }

    fn granule(&self) -> u64 {
        self.granule
    }
}

/// How many of 400 disturbed machines find a plan.
fn plans(first: u64, each_pico: u64, granule: u64) -> usize {
    let disturbed = |number: u64| Disturbed {
        work: Fake { first, each_pico },
        granule,
        pace: 1 + number * 250_003,
        slowness: 50 + number / 2,
        random: 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(number + 1),
    };
    let plan = |number| pilot(&mut Measure::Timed(Box::new(disturbed(number))), &CLOCK);
    (0..400).filter(|&number| plan(number).is_ok()).count()
}

#[test]
fn noise_is_not_taken_for_work_that_does_not_grow() {
    assert_eq!(plans(0, 5_000, 1), 400);
    assert_eq!(plans(20_000, 90_000, 1), 400);
    // The portions of a stream: tries that last as long as the noise does.
    assert_eq!(plans(0, 500_000, 4096), 400);
}

#[test]
fn noise_does_not_hide_that_nothing_was_done() {
    assert_eq!(plans(30_000, 0, 1), 0);
    assert_eq!(plans(30_000, 0, 4096), 0);
}

/// Counts what it does, in portions of 4 where a sample takes 12.
#[derive(Default)]
struct Counted {
    done: u64,
    built_warm: bool,
}

impl Work for Counted {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        assert_eq!(ops % 4, 0, "only whole portions");
        self.done += ops;
        pass(ops * 50_000);
        Ok(())
    }

    fn granule(&self) -> u64 {
        12
    }

    fn warming(&self) -> u64 {
        4
    }
}

impl TimedWork for Counted {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        assert!(!self.built_warm, "a warm-up too many");
        self.done += 1;
        Ok(now().since(Ticks(0)))
    }

    fn is_built_warm(&self) -> bool {
        self.built_warm
    }
}

#[test]
fn a_warm_up_may_be_less_than_a_sample_but_not_less_than_its_portion() {
    // How many of a kind are done where so many are asked for.
    let timed = |ops: u64| {
        let mut measure = Measure::Timed(Box::new(Counted::default()));
        let begin = CLOCK.now();
        warm_up(&mut measure, &CLOCK, ops).unwrap();
        CLOCK.now().since(begin).0 / 50_000
    };
    assert_eq!([0, 1, 4, 5, 12].map(timed), [4, 4, 4, 8, 12]);
    // A pilot finds out how long an operation is in portions too.
    let plan = pilot(&mut Measure::Timed(Box::new(Counted::default())), &CLOCK).unwrap();
    assert_eq!(
        (plan.batch, plan.per_op.0, plan.granule),
        (12, 50_000.0, 12)
    );
}

#[test]
fn what_is_built_warm_is_not_warmed_up() {
    for built_warm in [false, true] {
        let mut measure = Measure::SelfTimed(Box::new(Counted {
            built_warm,
            ..Counted::default()
        }));
        warm_up(&mut measure, &CLOCK, 3).unwrap();
    }
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
fn a_pilot_of_parallel_work_is_not_much_longer_than_its_last_try() {
    // Starts that take nothing, a third of a try, and more than one.
    for first in [0, 3_500_000, 15_000_000] {
        let work = Fake {
            first,
            each_pico: 150_000,
        };
        let begin = CLOCK.now();
        let plan = pilot(&mut Measure::Parallel(Box::new(work)), &CLOCK).unwrap();
        let spent = CLOCK.nanos(CLOCK.now().since(begin)).0;
        let last = PARALLEL_TRY.max(first as f64);
        assert!(spent >= last, "{first}: {spent} ns");
        assert!(
            spent <= 2.0 * last + 4.0 * first as f64,
            "{first}: {spent} ns"
        );
        // An operation seems longer than it is, by the start at the most.
        assert!(plan.per_op.0 >= 75.0, "{first}: {plan:?}");
    }
}

/// Parallel work of which a few operations are short, and all others a thousand times
/// as long.
struct OfTwoKinds {
    short: u64,
}

impl ParallelWork for OfTwoKinds {
    fn run(&mut self, ops: u64, _: fn() -> Ticks) -> Result<Vec<Ticks>, Failure> {
        let ops = self.run_within(Duration::MAX, ops, || Ticks(0))?;
        Ok(vec![Ticks(1); usize::try_from(ops).unwrap()])
    }

    fn run_within(&mut self, time: Duration, ops: u64, _: fn() -> Ticks) -> Result<u64, Failure> {
        let begin = CLOCK.now();
        for done in 0..ops {
            if u128::from(CLOCK.now().since(begin).0) >= time.as_nanos() {
                return Ok(done);
            }
            pass(if done < self.short { 1_000 } else { 1_000_000 });
        }
        Ok(ops)
    }
}

#[test]
fn operations_that_become_much_longer_are_given_up_and_planned_as_long() {
    let begin = CLOCK.now();
    let mut measure = Measure::Parallel(Box::new(OfTwoKinds { short: 1_000 }));
    let plan = pilot(&mut measure, &CLOCK).unwrap();
    let spent = Duration::from_nanos(CLOCK.now().since(begin).0);
    assert_eq!(plan.per_op, Nanos(OF_TWO_KINDS));
    assert!(spent < 2 * LONGEST_TRY, "{spent:?}");
    // Long ones of one kind are what they are.
    let mut measure = Measure::Parallel(Box::new(OfTwoKinds { short: 0 }));
    let plan = pilot(&mut measure, &CLOCK).unwrap();
    assert_eq!(plan.per_op, Nanos(1e6));
}

/// Parallel work of 8 parties.
struct Eight;

impl ParallelWork for Eight {
    fn run(&mut self, ops: u64, _: fn() -> Ticks) -> Result<Vec<Ticks>, Failure> {
        assert_eq!(ops % 8, 0, "a party without work");
        pass(ops * 1_000);
        Ok(vec![Ticks(1_000); usize::try_from(ops).unwrap()])
    }

    fn granule(&self) -> u64 {
        8
    }
}

#[test]
fn no_party_of_parallel_work_is_left_without() {
    let mut measure = Measure::Parallel(Box::new(Eight));
    let plan = pilot(&mut measure, &CLOCK).unwrap();
    assert_eq!((plan.batch, plan.per_op), (1, Nanos(1_000.0)));
    let taken = burst(&mut measure, &CLOCK, 1, 9).unwrap();
    assert_eq!((taken.ops, taken.ticks.len()), (16, 16));
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
