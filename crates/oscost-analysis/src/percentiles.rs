//! All samples of a case in one heap: percentiles, extremes, distribution.
//! A percentile that too few samples stand behind is never given.

use crate::binomial::ranks;
use crate::bootstrap::CONFIDENCE;
use crate::quantile::{order_statistic, quantile, whole};
use crate::rounds::Round;
use crate::{Estimate, Percentile};

/// Rank in percent, and the samples that it needs at least.
const GIVEN: [(f64, u64); 4] = [(50.0, 0), (90.0, 0), (99.0, 1_000), (99.9, 10_000)];

/// `(value, how often)` over all rounds, by rising value.
pub(crate) fn pool(rounds: &[Round]) -> Vec<(f64, u64)> {
    let mut pooled: Vec<(f64, u64)> = rounds
        .iter()
        .flat_map(|round| &round.sorted)
        .copied()
        .collect();
    pooled.sort_by(|a, b| a.0.total_cmp(&b.0));
    pooled.dedup_by(|later, first| {
        let equal = later.0 == first.0;
        if equal {
            first.1 += later.1;
        }
        equal
    });
    pooled
}

/// The percentiles that there are samples enough for.
///
/// The interval lies between two order statistics, whose ranks come from the
/// binomial distribution. Samples of one process resemble each other, so the
/// binomial is that of the *effective* number of samples: the number over the
/// design effect, which is how much more the share of samples below the
/// percentile varies from round to round than independent samples would
/// (Woodruff, "Confidence intervals for medians and other position measures",
/// 1952; Kish, *Survey Sampling*, 1965).
pub(crate) fn percentiles(rounds: &[Round], pooled: &[(f64, u64)]) -> Vec<Percentile> {
    let n: u64 = pooled.iter().map(|&(_, count)| count).sum();
    GIVEN
        .iter()
        .filter(|&&(_, needed)| n >= needed)
        .filter_map(|&(rank, _)| {
            let p = rank / 100.0;
            let value = quantile(pooled, p)?;
            let effective = whole(n as f64 / design_effect(rounds, value, n)).max(1);
            let ranks = ranks(effective, p, CONFIDENCE);
            let scale = n as f64 / effective as f64;
            let end = |rank: u64| {
                let rank = whole((rank as f64 - 0.5) * scale + 1.0).clamp(1, n);
                order_statistic(pooled, rank)
            };
            let low = ranks.low.map_or_else(|| order_statistic(pooled, 1), end)?;
            let high = ranks.high.map_or_else(|| order_statistic(pooled, n), end)?;
            Some(Percentile {
                rank,
                estimate: Estimate {
                    value,
                    low: low.min(value),
                    high: high.max(value),
                },
            })
        })
        .collect()
}

/// Variance of the share of samples at or below `value`, as the rounds show
/// it, over the variance that independent samples would have; 1 at least.
fn design_effect(rounds: &[Round], value: f64, n: u64) -> f64 {
    let m = rounds.len() as f64;
    let n = n as f64;
    let below: f64 = rounds
        .iter()
        .map(|round| round.at_or_below(value) as f64)
        .sum();
    let share = below / n;
    let independent = share * (1.0 - share) / n;
    if rounds.len() < 2 || independent <= 0.0 {
        return 1.0;
    }
    let squares: f64 = rounds
        .iter()
        .map(|round| (round.at_or_below(value) as f64 - share * round.count() as f64).powi(2))
        .sum();
    let clustered = squares * m / (m - 1.0) / (n * n);
    (clustered / independent).max(1.0)
}

#[cfg(test)]
mod tests {
    use oscost_record::Samples;

    use super::*;
    use crate::rounds::tests::line;

    fn round(values: impl Iterator<Item = f64>) -> Round {
        Round::of(&line(Samples::Raw(values.collect()))).unwrap()
    }

    fn given(n: u32) -> Vec<f64> {
        let rounds = [round((0..n).map(f64::from))];
        let found = percentiles(&rounds, &pool(&rounds));
        found.iter().map(|percentile| percentile.rank).collect()
    }

    #[test]
    fn a_tail_needs_its_samples() {
        assert_eq!(given(999), vec![50.0, 90.0]);
        assert_eq!(given(1_000), vec![50.0, 90.0, 99.0]);
        assert_eq!(given(10_000), vec![50.0, 90.0, 99.0, 99.9]);
    }

    #[test]
    fn one_round_has_the_binomial_ranks() {
        let rounds = [round((1..=100).map(f64::from))];
        let median = percentiles(&rounds, &pool(&rounds))[0].estimate;
        // scipy.stats.binom.ppf(0.025, 100, 0.5) = 40, ppf(0.975) + 1 = 61
        assert_eq!((median.low, median.value, median.high), (40.0, 50.5, 61.0));
    }

    #[test]
    fn rounds_that_lie_apart_widen_the_interval() {
        let alike: Vec<Round> = (0..8).map(|_| round((0..100).map(f64::from))).collect();
        let apart: Vec<Round> = (0..8)
            .map(|shift| round((0..100).map(|i| f64::from(i) + 50.0 * f64::from(shift))))
            .collect();
        let width = |rounds: &[Round]| {
            let median = percentiles(rounds, &pool(rounds))[0].estimate;
            median.high - median.low
        };
        assert!(width(&alike) < 10.0, "{}", width(&alike));
        assert!(width(&apart) > 100.0, "{}", width(&apart));
    }

    #[test]
    fn equal_values_are_pooled_into_one() {
        let rounds = [round([1.0, 2.0].into_iter()), round([2.0, 3.0].into_iter())];
        assert_eq!(pool(&rounds), vec![(1.0, 1), (2.0, 2), (3.0, 1)]);
    }
}
