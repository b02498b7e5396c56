//! Who is measured when: the order of the cases in every round, and how many
//! rounds a case gets.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_pcg::Pcg64Mcg;

use crate::case::Case;
use crate::sampler::Plan;

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Rounds of a case that is quick enough.
    pub rounds: u32,
    /// Time of measuring in a round, as long as an operation is shorter.
    pub measuring: Duration,
    /// The length of one burst, as long as an operation is shorter.
    pub burst: Duration,
    /// Nobody finds out how long an operation is, and nothing is warmed up:
    /// what is measured is measured to be proven.
    pub once: bool,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            rounds: 15,
            measuring: Duration::from_millis(20),
            burst: Duration::from_millis(3),
            once: false,
        }
    }
}

/// A case whose round takes longer than this gets a third of the rounds.
const SLOW: Duration = Duration::from_millis(200);
/// A burst that takes longer than this is done twice: to build and to warm up take as
/// long, and would else be most of what a process does.
const LONG: Duration = Duration::from_millis(100);
/// A slow case gets at least so many: fewer give no interval.
const FEWEST: u32 = 5;

impl Effort {
    /// Every case does its smallest piece of work, one burst of it: one
    /// operation, or as many as it cannot do fewer of.
    pub const ONCE: Self = Self {
        rounds: 1,
        measuring: Duration::ZERO,
        burst: Duration::ZERO,
        once: true,
    };

    /// How many rounds a case gets whose first round took `first`, start and
    /// end of the probe included.
    #[must_use]
    pub fn rounds_for(&self, first: Duration) -> u32 {
        if first <= SLOW {
            self.rounds
        } else {
            (self.rounds / 3).max(FEWEST).min(self.rounds)
        }
    }

    /// Operations of a burst, and number of bursts.
    #[must_use]
    pub fn bursts(&self, plan: Plan) -> (u64, u64) {
        let times =
            |time: Duration, nanos: f64| whole_number(time.as_secs_f64() * 1e9 / nanos.max(1.0));
        let batches = times(self.burst, plan.per_op.0 * plan.batch as f64).max(1);
        let ops = (batches * plan.batch).next_multiple_of(plan.granule);
        let burst = plan.per_op.0 * ops as f64;
        let is_long = plan != Plan::UNTIMED && burst >= LONG.as_nanos() as f64;
        let fewest = if is_long { 2 } else { 1 };
        (ops, times(self.measuring, burst).max(fewest))
    }
}

fn whole_number(value: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive quotient; rounding down is meant, and `as` saturates"
    )]
    let whole = value as u64;
    whole
}

/// The order of `count` cases in a round: drawn anew for every round, the same
/// for the same seed.
#[must_use]
pub fn order(count: usize, seed: u64, round: u32) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mixed = seed ^ u64::from(round).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    order.shuffle(&mut Pcg64Mcg::seed_from_u64(mixed));
    order
}

/// The first case of every row, then the second of every row, and so on: a
/// row's cases are in rising order of their parameters.
pub(crate) fn rows_in_turn(cases: &[Case]) -> Vec<usize> {
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let ranks = cases.iter().map(|case| {
        let rank = seen
            .entry((&case.info.suite, case.row.operation))
            .or_default();
        *rank += 1;
        *rank
    });
    let ranks: Vec<usize> = ranks.collect();
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_by_key(|&index| ranks[index]);
    order
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use oscost_record::Nanos;

    use super::*;
    use crate::drill;

    #[test]
    fn an_order_is_a_permutation_and_hangs_on_seed_and_round() {
        let mut first = order(50, 1, 0);
        assert_eq!(first, order(50, 1, 0));
        assert_ne!(first, order(50, 1, 1));
        assert_ne!(first, order(50, 2, 0));
        first.sort_unstable();
        assert_eq!(first, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn bursts_fill_the_time_but_never_split_an_operation() {
        let effort = Effort::default();
        let plan = |per_op, batch, granule| Plan {
            batch,
            per_op: Nanos(per_op),
            granule,
        };
        assert_eq!(effort.bursts(plan(7_000.0, 1, 1)), (428, 6));
        // An operation longer than everything is done once.
        assert_eq!(effort.bursts(plan(45e6, 1, 1)), (1, 1));
        // Twice where all before it takes long too; what leaves traces is done once.
        assert_eq!(effort.bursts(plan(450e6, 1, 1)), (1, 2));
        assert_eq!(effort.bursts(Plan::UNTIMED), (1, 1));
        // Nor is it where there is no time at all.
        assert_eq!(Effort::ONCE.bursts(Plan::UNTIMED), (1, 1));
        // Batches stay whole, and so does what cannot be fewer operations.
        let (ops, _) = effort.bursts(plan(5.0, 2_000, 1));
        assert_eq!(ops % 2_000, 0);
        assert_eq!(effort.bursts(plan(7_000.0, 1, 1_000)), (1_000, 2));
        assert_eq!(effort.bursts(plan(3_000.0, 1, 20_000)), (20_000, 1));
        assert_eq!(effort.bursts(plan(30_000.0, 1, 20_000)), (20_000, 2));
    }

    #[test]
    fn slow_cases_get_fewer_rounds_but_enough_for_an_interval() {
        let effort = Effort::default();
        assert_eq!(effort.rounds_for(Duration::from_millis(30)), 15);
        assert_eq!(effort.rounds_for(Duration::from_secs(1)), 5);
        let short = Effort {
            rounds: 2,
            ..effort
        };
        assert_eq!(short.rounds_for(Duration::from_secs(1)), 2);
    }

    #[test]
    fn every_row_has_its_turn_before_any_has_a_second() {
        let cases = drill::SUITE.cases();
        let doubled: Vec<Case> = cases.iter().chain(&cases).cloned().collect();
        let order = rows_in_turn(&doubled);
        let rows = |part: &[usize]| -> BTreeSet<&str> {
            let names = part.iter().map(|&index| doubled[index].row.operation);
            names.collect()
        };
        let all: Vec<usize> = (0..doubled.len()).collect();
        let count = rows(&all).len();
        assert_eq!(rows(&order[..count]).len(), count);
        assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), doubled.len());
    }
}
