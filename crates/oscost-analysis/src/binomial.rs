//! Which order statistics bound a quantile: the distribution-free interval
//! from the binomial distribution (Conover, *Practical Nonparametric
//! Statistics*, section 3.2; SciPy's `quantile_test`). It must never claim a
//! confidence that the number of samples cannot give.

/// Ranks, counted from 1, of the two order statistics around a quantile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranks {
    /// The largest rank with P(B < rank) ≤ (1 − confidence) / 2; `None` where
    /// even the smallest value is too high for that.
    pub low: Option<u64>,
    /// The smallest rank with P(B ≥ rank) ≤ (1 − confidence) / 2; `None` where
    /// even the largest value is too low for that.
    pub high: Option<u64>,
}

/// The ranks that bound the quantile `p` of `n` independent samples with at
/// least `confidence`. B, the number of samples below the quantile, is
/// binomial with `n` and `p`; the order statistics L and H hold the quantile
/// between them when L ≤ B < H.
#[must_use]
pub fn ranks(n: u64, p: f64, confidence: f64) -> Ranks {
    let tail = (1.0 - confidence) / 2.0;
    let distribution = Binomial::new(n, p);
    Ranks {
        low: distribution.first_above(tail).filter(|&rank| rank >= 1),
        high: distribution
            .first_at_least(1.0 - tail)
            .map(|count| count + 1)
            .filter(|&rank| rank <= n),
    }
}

/// Cumulative probabilities of the counts around the mode.
struct Binomial {
    /// The count that `cumulative[0]` is of; what lies below has no weight.
    first: u64,
    cumulative: Vec<f64>,
}

/// Weights relative to the mode below which a count does not matter.
const NEGLIGIBLE: f64 = 1e-22;

impl Binomial {
    /// Walks from the mode both ways by the ratio of neighbouring weights,
    /// then divides by the sum: about √n steps, and no factorials.
    fn new(n: u64, p: f64) -> Self {
        let p = p.clamp(0.0, 1.0);
        let mode = crate::quantile::whole((n + 1) as f64 * p).min(n);
        let odds = p / (1.0 - p);
        let mut below = Vec::new();
        let mut weight = 1.0;
        for count in (1..=mode).rev() {
            weight *= count as f64 / ((n - count + 1) as f64 * odds);
            if weight < NEGLIGIBLE {
                break;
            }
            below.push(weight);
        }
        let first = mode - below.len() as u64;
        let mut weights: Vec<f64> = below.into_iter().rev().collect();
        weights.push(1.0);
        weight = 1.0;
        for count in mode..n {
            weight *= (n - count) as f64 * odds / (count + 1) as f64;
            if weight < NEGLIGIBLE {
                break;
            }
            weights.push(weight);
        }
        let total: f64 = weights.iter().sum();
        let mut sum = 0.0;
        let cumulative = weights
            .into_iter()
            .map(|weight| {
                sum += weight / total;
                sum
            })
            .collect();
        Self { first, cumulative }
    }

    /// The smallest count with a cumulative probability above `share`: the
    /// largest rank whose lower tail, P(B < rank), is at most `share`.
    fn first_above(&self, share: f64) -> Option<u64> {
        self.find(|cumulative| cumulative > share)
    }

    /// The smallest count with a cumulative probability of `share` or more.
    fn first_at_least(&self, share: f64) -> Option<u64> {
        self.find(|cumulative| cumulative >= share)
    }

    fn find(&self, wanted: impl Fn(f64) -> bool) -> Option<u64> {
        let index = self
            .cumulative
            .iter()
            .position(|&cumulative| wanted(cumulative))?;
        Some(self.first + index as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_samples_cannot_bound_a_median_at_95_percent() {
        let five = ranks(5, 0.5, 0.95);
        assert_eq!((five.low, five.high), (None, None));
        let six = ranks(6, 0.5, 0.95);
        assert_eq!((six.low, six.high), (Some(1), Some(6)));
    }

    #[test]
    fn the_textbook_interval_of_fifteen() {
        // P(B ≤ 3) = 0.0176 and P(B ≤ 4) = 0.0592 for 15 tosses of a coin.
        let ranks = ranks(15, 0.5, 0.95);
        assert_eq!((ranks.low, ranks.high), (Some(4), Some(12)));
    }

    #[test]
    fn no_samples_no_ranks() {
        let ranks = ranks(0, 0.5, 0.95);
        assert_eq!((ranks.low, ranks.high), (None, None));
    }
}
