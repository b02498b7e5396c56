//! The estimate of a case and its interval. A round, a fresh process, is the
//! unit: thousands of samples of one process never pass for thousands of
//! independent draws.

use oscost_record::CaseId;

use crate::Estimate;
use crate::binomial::ranks;
use crate::quantile::{median, order_statistic, quantile_of_sorted};
use crate::random::Draws;
use crate::rounds::Round;
use crate::spread::mean_and_deviation;
use crate::statistics::binomial_tail;

/// How sure every interval of this crate is meant to be.
pub(crate) const CONFIDENCE: f64 = 0.95;

/// Draws per case. From one seed to another the ends of an interval move by
/// some 2 % of its width.
const REPLICATES: usize = 1_000;

/// Draws per round to learn how noisy its median is.
const INNER: usize = 20;

/// The fewest rounds whose smallest and largest median hold the true one at
/// 95 %: 1 − 2 / 2⁶ = 0.97. A resample of fewer rounds cannot reach far enough
/// out (of three rounds, 75 % at best).
const ENOUGH_ROUNDS: usize = 6;

/// Standard error of the median of m draws from a standard normal
/// distribution, for m = 2 to 5 (square roots of the variances in Teichroew,
/// "Tables of expected values of order statistics", 1956), and the 97.5 %
/// quantile of Student's t with m − 1 degrees of freedom.
const FEW_ROUNDS: [(f64, f64); 4] = [
    (std::f64::consts::FRAC_1_SQRT_2, 12.706_205),
    (0.669_829, 4.302_653),
    (0.546_073, 3.182_446),
    (0.535_569, 2.776_445),
];

/// The median over rounds of the round medians, with a 95 % interval:
///
/// - Six rounds or more: the hierarchical percentile bootstrap. Rounds are
///   drawn with replacement, in each the median of samples drawn with
///   replacement, and of these the median. The median of a few rounds that are
///   steady inside takes few values, and its bootstrap is then too narrow (87 %
///   for seven rounds), so the interval is never narrower than that between the
///   order statistics of the round medians, which holds for any distribution.
/// - Two to five: estimate ± t s e, with s the standard deviation of the round
///   medians and t and e from [`FEW_ROUNDS`]; on the logarithmic scale where
///   all medians are above zero.
/// - One: between the order statistics of its samples. That says nothing of
///   other processes. Five samples or fewer cannot give 95 %: the ends are the
///   extremes, and a single sample is both of them.
///
/// In simulation (`tests/whole/coverage.rs`) 94–97 % of the intervals hold the true
/// median where rounds differ more than the noise inside them makes them, and
/// up to 99 % where they do not. `None` without rounds.
pub(crate) fn estimate(rounds: &[Round], seed: u64, id: &CaseId) -> Option<Estimate> {
    let mut medians: Vec<f64> = rounds.iter().map(|round| round.median).collect();
    medians.sort_by(f64::total_cmp);
    let value = median(&mut medians.clone())?;
    let (low, high) = match rounds {
        [only] => between_order_statistics(&only.sorted)?,
        few if few.len() < ENOUGH_ROUNDS => student(&medians, value),
        many => {
            let free = interpolated(&medians)?;
            let drawn = bootstrap(many, value, &mut Draws::of(seed, id))?;
            (free.0.min(drawn.0), free.1.max(drawn.1))
        }
    };
    Some(Estimate {
        value,
        low: low.min(value),
        high: high.max(value),
    })
}

/// The same for rounds that gave one value each.
pub(crate) fn estimate_of_values(values: &[f64], seed: u64, id: &CaseId) -> Option<Estimate> {
    let finite = values.iter().filter(|value| value.is_finite());
    let rounds: Vec<Round> = finite.map(|&value| Round::single(value)).collect();
    estimate(&rounds, seed, id)
}

/// The middle 95 % of the replicates: rounds, then samples.
///
/// A round's median holds the noise of its samples already, and drawing samples
/// adds it once more. So the drawn medians are first drawn together, about
/// their median, by as much as makes the variance right (Davison and Hinkley,
/// *Bootstrap Methods and their Application*, sections 3.4 and 3.8; Silverman
/// and Young, "The bootstrap: to smooth or not to smooth?", 1987).
fn bootstrap(rounds: &[Round], middle: f64, draws: &mut Draws) -> Option<(f64, f64)> {
    let mut scratch = Vec::new();
    let kept = share_between(rounds, draws, &mut scratch).sqrt();
    let mut medians = Vec::with_capacity(rounds.len());
    let mut replicates: Vec<f64> = (0..REPLICATES)
        .filter_map(|_| {
            medians.clear();
            for _ in rounds {
                let round = &rounds[draws.below(rounds.len())];
                let drawn = round.resampled_median(draws, &mut scratch);
                medians.push(drawn - (1.0 - kept) * (round.median - middle));
            }
            median(&mut medians)
        })
        .collect();
    replicates.sort_by(f64::total_cmp);
    let tail = (1.0 - CONFIDENCE) / 2.0;
    let low = quantile_of_sorted(&replicates, tail)?;
    Some((low, quantile_of_sorted(&replicates, 1.0 - tail)?))
}

/// Which share of the variance of the round medians is not the noise inside
/// the rounds: 0 where that noise explains all of it.
fn share_between(rounds: &[Round], draws: &mut Draws, scratch: &mut Vec<f64>) -> f64 {
    let medians: Vec<f64> = rounds.iter().map(|round| round.median).collect();
    let total = mean_and_deviation(&medians).map_or(0.0, |(_, deviation)| deviation.powi(2));
    let mut squares = 0.0;
    for round in rounds {
        for _ in 0..INNER {
            let drawn = round.resampled_median(draws, scratch);
            squares += (drawn - round.median).powi(2);
        }
    }
    let inside = squares / (rounds.len() * INNER) as f64;
    if inside < total {
        1.0 - inside / total
    } else {
        0.0
    }
}

/// The interval between order statistics of the values, at the confidence
/// itself: interpolated between the last pair of them that holds the median
/// more surely and the first that does less (Hettmansperger and Sheather,
/// "Confidence intervals based on interpolated order statistics", 1986).
fn interpolated(sorted: &[f64]) -> Option<(f64, f64)> {
    let n = sorted.len();
    let outer = ranks(n as u64, 0.5, CONFIDENCE).low?;
    let rank = usize::try_from(outer).ok()?;
    let sure = |rank: u64| 1.0 - 2.0 * binomial_tail(n as u64 + 1 - rank, n as u64, 0.5);
    let (more, less) = (sure(outer), sure(outer + 1));
    let share = (more - CONFIDENCE) / (more - less);
    let (n, d) = (n as f64, rank as f64);
    let inward = (n - d) * share / (d + (n - 2.0 * d) * share);
    let between = |from: f64, to: f64| from + inward * (to - from);
    let low = between(*sorted.get(rank - 1)?, *sorted.get(rank)?);
    let last = sorted.len() - rank;
    Some((low, between(*sorted.get(last)?, *sorted.get(last - 1)?)))
}

/// Student's t about the estimate, for two to five round medians.
fn student(medians: &[f64], value: f64) -> (f64, f64) {
    let logarithmic = medians.iter().all(|&median| median > 0.0);
    let scaled: Vec<f64> = if logarithmic {
        medians.iter().map(|median| median.ln()).collect()
    } else {
        medians.to_vec()
    };
    let deviation = mean_and_deviation(&scaled).map_or(0.0, |(_, deviation)| deviation);
    let (error, t) = FEW_ROUNDS[medians.len() - 2];
    let reach = deviation * error * t;
    if logarithmic {
        (value * (-reach).exp(), value * reach.exp())
    } else {
        (value - reach, value + reach)
    }
}

/// The order statistics that hold the median; the extremes where there are too
/// few values.
fn between_order_statistics(sorted: &[(f64, u64)]) -> Option<(f64, f64)> {
    let n = sorted.iter().map(|&(_, count)| count).sum();
    let ranks = ranks(n, 0.5, CONFIDENCE);
    let low = order_statistic(sorted, ranks.low.unwrap_or(1))?;
    Some((low, order_statistic(sorted, ranks.high.unwrap_or(n))?))
}

#[cfg(test)]
mod tests {
    use oscost_record::Samples;

    use super::*;
    use crate::rounds::tests::line;

    fn rounds(of: &[&[f64]]) -> Vec<Round> {
        of.iter()
            .filter_map(|values| Round::of(&line(Samples::Raw(values.to_vec()))))
            .collect()
    }

    #[test]
    fn no_rounds_no_estimate() {
        assert!(estimate(&[], 1, &"a".into()).is_none());
    }

    #[test]
    fn one_round_is_bounded_by_its_order_statistics() {
        let values: Vec<f64> = (1..=15).map(f64::from).collect();
        let found = estimate(&rounds(&[&values]), 1, &"a".into()).unwrap();
        assert_eq!((found.low, found.value, found.high), (4.0, 8.0, 12.0));
    }

    #[test]
    fn two_rounds_are_bounded_by_student() {
        // ln 1 and ln e²: deviation √2, error 1, t(0.975, 1) = 12.7.
        let found = estimate(&rounds(&[&[1.0], &[2.0_f64.exp()]]), 1, &"a".into()).unwrap();
        let reach = (found.high / found.value).ln();
        assert!((reach - 12.706).abs() < 0.001, "{reach}");
    }

    #[test]
    fn medians_below_zero_keep_a_linear_scale() {
        let found = estimate(&rounds(&[&[-1.0], &[0.0], &[1.0]]), 1, &"a".into()).unwrap();
        assert!(found.low < -2.0 && found.high > 2.0, "{found:?}");
        assert!((found.low + found.high).abs() < 1e-12);
    }

    #[test]
    fn equal_rounds_have_no_width() {
        let found = estimate(&rounds(&[[5.0; 2].as_slice(); 8]), 1, &"a".into()).unwrap();
        assert_eq!((found.low, found.value, found.high), (5.0, 5.0, 5.0));
    }

    #[test]
    fn seven_steady_rounds_reach_almost_to_their_extremes() {
        let steady: Vec<[f64; 3]> = (1..=7).map(|value| [f64::from(value); 3]).collect();
        let steady: Vec<&[f64]> = steady.iter().map(<[f64; 3]>::as_slice).collect();
        let found = estimate(&rounds(&steady), 1, &"a".into()).unwrap();
        // 1 to 7 hold it at 1 − 2 / 2⁷ = 0.9844, 2 to 6 at 1 − 16 / 2⁷ = 0.875:
        // a share 0.0344 / 0.1094 = 0.3143 less, which moves the ends by
        // 6 × 0.3143 / (1 + 5 × 0.3143) = 0.7333.
        assert!((found.low - 1.7333).abs() < 1e-4, "{found:?}");
        assert!((found.high - 6.2667).abs() < 1e-4, "{found:?}");
    }
}
