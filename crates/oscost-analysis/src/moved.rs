//! The counters that moved together with a case: what the kernel did more or
//! less of when an operation became slower. It points to where to look; it
//! never says that one caused the other.

use std::collections::BTreeMap;

use oscost_record::{CaseId, CaseLine, Nanos};

use crate::digest::of::counters;
use crate::{CaseDigest, Counter, Estimate, bootstrap, difference_of};

/// Counters per operation of one case, each with the interval that it varies
/// in by itself. What a machine did not count is absent.
pub type Counts = BTreeMap<Counter, Estimate>;

/// Events per operation below which a difference is of no account: one in a
/// hundred operations.
const FEW: f64 = 0.01;

/// The share of an operation's own time below which a difference in CPU time
/// or stolen time is of no account.
const LITTLE: f64 = 0.01;

/// A counter per operation that moved by more than it varies by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// Which counter.
    pub counter: Counter,
    /// Before, per operation.
    pub before: Estimate,
    /// After, per operation.
    pub after: Estimate,
}

/// The counters of a case over its measured lines, one a round: medians over
/// rounds with their 95 % intervals, as every estimate of this crate. A single
/// round has an interval without width.
#[must_use]
pub fn counts_of_rounds(lines: &[&CaseLine], seed: u64, id: &CaseId) -> Counts {
    let rounds = lines.iter().map(|line| counters(&[line]));
    estimated(rounds, |counter, values| {
        let stream = CaseId(format!("{id} {counter}"));
        bootstrap::estimate_of_values(values, seed, &stream)
    })
}

/// The counters of a case over digests, one a record: medians, and as interval
/// the range from the smallest to the largest that these records saw.
#[must_use]
pub fn counts_of_digests<'a>(digests: impl IntoIterator<Item = &'a CaseDigest>) -> Counts {
    let records = digests.into_iter().map(|digest| digest.counters.clone());
    estimated(records, |_, values| {
        values.sort_by(f64::total_cmp);
        let (low, high) = (*values.first()?, *values.last()?);
        let value = crate::quantile::median(values)?;
        Some(Estimate { value, low, high })
    })
}

/// The counters that moved from `before` to `after`, in the order of
/// [`Counter::ALL`]. A counter moved if
///
/// - the interval of the difference ([`difference_of`]) does not touch zero,
/// - its ratio lies outside `threshold` (0.05: more than a twentieth up, or as
///   much down), and
/// - the difference is of some account: one event in a hundred operations, or
///   for times a hundredth of `each`, the time of one operation. Migrations
///   are seen from burst to burst only, and are always of account.
///
/// A counter that one side lacks says nothing.
#[must_use]
pub fn moved(before: &Counts, after: &Counts, threshold: f64, each: Nanos) -> Vec<Moved> {
    let shared = before
        .iter()
        .filter_map(|(counter, before)| Some((*counter, *before, *after.get(counter)?)));
    let all = shared.map(|(counter, before, after)| Moved {
        counter,
        before,
        after,
    });
    all.filter(|moved| moved.is_told(threshold, each)).collect()
}

impl Moved {
    fn is_told(&self, threshold: f64, each: Nanos) -> bool {
        let difference = difference_of(self.after, self.before);
        let account = match self.counter {
            Counter::VoluntarySwitches | Counter::InvoluntarySwitches | Counter::MinorFaults => FEW,
            Counter::CpuTime | Counter::Steal => LITTLE * each.0,
            Counter::Migrations => 0.0,
        };
        let (small, large) = (
            self.before.value.min(self.after.value),
            self.before.value.max(self.after.value),
        );
        (difference.low > 0.0 || difference.high < 0.0)
            && large > small * (1.0 + threshold)
            && difference.value.abs() >= account
    }
}

/// Every counter that any of the maps has, with what `estimate` makes of its
/// values.
fn estimated(
    maps: impl Iterator<Item = BTreeMap<Counter, f64>>,
    estimate: impl Fn(Counter, &mut [f64]) -> Option<Estimate>,
) -> Counts {
    let mut values: BTreeMap<Counter, Vec<f64>> = BTreeMap::new();
    for (counter, value) in maps.flatten() {
        values.entry(counter).or_default().push(value);
    }
    let counts = values.into_iter();
    counts
        .filter_map(|(counter, mut values)| Some((counter, estimate(counter, &mut values)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(counter: Counter, value: f64, reach: f64) -> Counts {
        let estimate = Estimate {
            value,
            low: value - reach,
            high: value + reach,
        };
        [(counter, estimate)].into()
    }

    fn moves(counter: Counter, before: (f64, f64), after: (f64, f64)) -> bool {
        let [before, after] = [before, after].map(|(value, reach)| counts(counter, value, reach));
        let there = !moved(&before, &after, 0.05, Nanos(1_000.0)).is_empty();
        let back = !moved(&after, &before, 0.05, Nanos(1_000.0)).is_empty();
        assert_eq!(there, back, "{before:?} {after:?}");
        there
    }

    #[test]
    fn a_counter_moves_by_more_than_it_varies() {
        use Counter::{CpuTime, InvoluntarySwitches, Migrations, VoluntarySwitches};
        assert!(moves(VoluntarySwitches, (2.0, 0.0), (4.0, 0.0)));
        assert!(!moves(VoluntarySwitches, (2.0, 1.5), (4.0, 1.5)));
        assert!(
            !moves(VoluntarySwitches, (2.0, 0.0), (2.05, 0.0)),
            "below the threshold"
        );
        assert!(
            !moves(InvoluntarySwitches, (0.0, 0.0), (0.001, 0.0)),
            "hardly ever"
        );
        assert!(moves(InvoluntarySwitches, (0.0, 0.0), (0.5, 0.1)));
        assert!(
            !moves(CpuTime, (10.0, 0.0), (15.0, 0.0)),
            "a 200th of the time"
        );
        assert!(moves(CpuTime, (500.0, 20.0), (900.0, 20.0)));
        assert!(moves(Migrations, (0.0, 0.0), (0.001, 0.000_5)));
    }

    #[test]
    fn what_one_side_did_not_count_did_not_move() {
        let one = counts(Counter::Steal, 500.0, 0.0);
        assert!(moved(&one, &Counts::new(), 0.05, Nanos(1_000.0)).is_empty());
    }
}
