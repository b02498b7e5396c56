//! What a brief record keeps of a line: medians, percentiles and extremes stand,
//! the shape between them is coarse, and single bursts are gone. For who keeps the
//! records of thousands of hosts; it must never move what a round is judged by.

use crate::{CaseLine, Samples};

/// Upper ends of the groups above the median, as shares of all samples. A group
/// keeps its own median; so the middle of each is exact: 50, 60, 70, 80, 90, 99
/// and 99.9 % of a round. Below the median they are mirrored.
const ENDS: [f64; 9] = [0.55, 0.65, 0.75, 0.85, 0.95, 0.985, 0.995, 0.9985, 0.9995];

/// Up to so many samples are kept as they are: groups would be no fewer.
const FEW: u64 = 2 * ENDS.len() as u64 + 3;

impl CaseLine {
    /// The line as a brief record keeps it: without bursts, and with no more
    /// than some twenty values for its samples (see [`Samples::condensed`]).
    #[must_use]
    pub fn condensed(self) -> Self {
        Self {
            samples: self.samples.condensed(),
            bursts: Vec::new(),
            ..self
        }
    }
}

impl Samples {
    /// The same samples by groups of neighbours, each as often as it has members
    /// and with their median for a value. The smallest, the largest and the median of
    /// all are exact, as are some percentiles to half a rank. What is few is kept.
    #[must_use]
    pub fn condensed(self) -> Self {
        let count = self.count();
        if count <= FEW {
            return self;
        }
        let sorted = self.sorted();
        let mut groups: Vec<(f64, u64)> = Vec::new();
        let mut begin = 0;
        for end in ends(count) {
            // Ends fall together where there are few samples.
            if end <= begin {
                continue;
            }
            let value = middle(&sorted, begin, end);
            match groups.last_mut() {
                Some(last) if last.0.total_cmp(&value).is_eq() => last.1 += end - begin,
                _ => groups.push((value, end - begin)),
            }
            begin = end;
        }
        Self::Histogram(groups)
    }
}

/// Where groups end, as numbers of samples before them, by rising number: the
/// smallest and the largest sample are groups of their own.
fn ends(count: u64) -> impl Iterator<Item = u64> {
    let upper = ENDS.map(|share| above(share, count));
    let lower = upper.map(|end| count - end);
    let inner = lower.into_iter().rev().chain(upper);
    let inner = inner.map(move |end| end.clamp(1, count - 1));
    std::iter::once(1).chain(inner).chain([count - 1, count])
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count is at least 0 and at most the count"
)]
fn above(share: f64, count: u64) -> u64 {
    ((share * count as f64).round() as u64).min(count)
}

/// The median of the samples of ranks `begin` to `end`, counted from 0, the end
/// excluded.
fn middle(sorted: &[(f64, u64)], begin: u64, end: u64) -> f64 {
    let upper = begin + (end - begin) / 2;
    let high = at(sorted, upper);
    if (end - begin) % 2 == 1 {
        return high;
    }
    let low = at(sorted, upper - 1);
    // As the median of all is taken, to the last digit.
    if low.to_bits() == high.to_bits() {
        low
    } else {
        low + (high - low) * 0.5
    }
}

/// The sample of a rank, counted from 0.
fn at(sorted: &[(f64, u64)], rank: u64) -> f64 {
    let mut seen = 0;
    let found = sorted.iter().find(|&&(_, count)| {
        seen += count;
        seen > rank
    });
    found
        .or(sorted.last())
        .map_or(f64::NAN, |&(value, _)| value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Rank `rank`, counted from 0, of the samples as they stand.
    fn ranked(samples: &Samples, rank: u64) -> f64 {
        at(&samples.sorted(), rank)
    }

    fn median(samples: &Samples) -> f64 {
        middle(&samples.sorted(), 0, samples.count())
    }

    #[test]
    fn what_is_few_is_kept_in_its_order() {
        let few = Samples::Raw((0..21).map(|i| f64::from(i * 8 % 21)).collect());
        assert_eq!(few.clone().condensed(), few);
        assert_eq!(Samples::default().condensed(), Samples::default());
    }

    #[test]
    fn percentiles_of_a_round_stand() {
        let values: Vec<f64> = (0..20_000).map(|i| f64::from(i).powf(1.7)).collect();
        let condensed = Samples::Raw(values.clone()).condensed();
        assert!(condensed.sorted().len() <= 21, "{condensed:?}");
        for (share, rank) in [
            (0.5, 10_000),
            (0.9, 18_000),
            (0.99, 19_800),
            (0.999, 19_980),
        ] {
            let near = f64::from(rank - 2).powf(1.7)..=f64::from(rank + 2).powf(1.7);
            let found = ranked(&condensed, u64::try_from(rank).unwrap());
            assert!(near.contains(&found), "{share}: {found} is not in {near:?}");
        }
    }

    proptest! {
        #[test]
        fn median_ends_and_number_are_exact(
            buckets in prop::collection::vec((0.0..1e9_f64, 1..2_000_u64), 1..60),
        ) {
            let mut buckets = buckets;
            buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
            let all = Samples::Histogram(buckets);
            let (count, last) = (all.count(), all.count() - 1);
            let condensed = all.clone().condensed();
            prop_assert_eq!(condensed.count(), count);
            prop_assert_eq!(median(&condensed), median(&all));
            prop_assert_eq!(ranked(&condensed, 0), ranked(&all, 0));
            prop_assert_eq!(ranked(&condensed, last), ranked(&all, last));
            let sorted = condensed.sorted();
            prop_assert!(sorted.is_sorted_by(|a, b| a.0 <= b.0));
        }
    }
}
