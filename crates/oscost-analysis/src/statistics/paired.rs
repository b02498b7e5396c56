//! Is the centre of paired differences above zero, below, or away from it?
//! Every test here gives a probability and no verdict.

use super::distribution::{normal_tail, student_tail};
use super::trimmed::Trimmed;
use crate::spread::mean_and_deviation;

/// What the test looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alternative {
    /// The centre lies above zero.
    Greater,
    /// It lies below.
    Less,
    /// It lies away from zero.
    TwoSided,
}

/// Up to so many differences the distribution of the rank sum is counted out;
/// beyond, it is as good as normal.
const COUNTED_OUT: usize = 50;

/// Wilcoxon's signed-rank test: the probability, if the differences were as
/// likely to be negative as positive at every size, of a rank sum as far out.
///
/// Where two sides of a pair can be swapped, as those of one program measured
/// against itself in alternating order, differences are symmetric about zero
/// whatever else their distribution is. The test is then exact, ties and all:
/// up to 50 differences all their signs are counted out, given the ranks.
/// Beyond it uses the normal distribution with the correction for ties and
/// without one for continuity. Zeros are left out (Wilcoxon, "Individual
/// comparisons by ranking methods", 1945). 1 where nothing but zeros is left.
#[must_use]
pub fn wilcoxon(differences: &[f64], alternative: Alternative) -> f64 {
    let mut sizes: Vec<f64> = differences.to_vec();
    sizes.retain(|x| *x != 0.0 && x.is_finite());
    sizes.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    if sizes.is_empty() {
        return 1.0;
    }
    // Twice the rank, so that the middle rank of ties is whole.
    let mut ranks: Vec<usize> = Vec::with_capacity(sizes.len());
    let mut ties = 0.0;
    for tied in sizes.chunk_by(|a, b| a.abs() == b.abs()) {
        let first = ranks.len() + 1;
        let last = ranks.len() + tied.len();
        ranks.resize(last, first + last);
        ties += (tied.len() as f64).powi(3) - tied.len() as f64;
    }
    let signed = sizes.iter().zip(&ranks);
    let positive: usize = signed
        .filter(|(x, _)| **x > 0.0)
        .map(|(_, rank)| rank)
        .sum();
    let negative = ranks.iter().sum::<usize>() - positive;
    // The distribution is symmetric: few below is as likely as few above.
    let at_least = |sum: usize| match ranks.len() <= COUNTED_OUT {
        true => counted_out(&ranks, sum),
        false => as_normal(ranks.len() as f64, ties, sum),
    };
    match alternative {
        Alternative::Greater => at_least(positive),
        Alternative::Less => at_least(negative),
        Alternative::TwoSided => (2.0 * at_least(positive.max(negative))).min(1.0),
    }
}

/// P(sum of the ranks that came up positive ≥ `sum`), every sign a fair coin.
fn counted_out(ranks: &[usize], sum: usize) -> f64 {
    let total: usize = ranks.iter().sum();
    let mut chance = vec![0.0; total + 1];
    chance[0] = 1.0;
    let mut reached = 0;
    for rank in ranks {
        reached += rank;
        for at in (0..=reached).rev() {
            let with = at.checked_sub(*rank).map_or(0.0, |before| chance[before]);
            chance[at] = 0.5 * (chance[at] + with);
        }
    }
    chance[sum.min(total)..].iter().sum::<f64>().min(1.0)
}

fn as_normal(n: f64, ties: f64, sum: usize) -> f64 {
    let mean = n * (n + 1.0) / 4.0;
    let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0;
    normal_tail((sum as f64 / 2.0 - mean) / variance.sqrt())
}

/// Student's t for pairs. `None` for fewer than two differences.
#[must_use]
pub fn student(differences: &[f64], alternative: Alternative) -> Option<f64> {
    let (mean, deviation) = mean_and_deviation(differences)?;
    let n = differences.len() as f64;
    Some(by_student(mean, deviation / n.sqrt(), n - 1.0, alternative))
}

/// The same with the trimmed mean (Yuen, 1974): wild pairs do not decide.
/// `None` for fewer than two differences.
#[must_use]
pub fn yuen(differences: &[f64], alternative: Alternative) -> Option<f64> {
    let found = Trimmed::of(differences)?;
    Some(by_student(
        found.mean,
        found.error,
        found.degrees,
        alternative,
    ))
}

/// The probability of a centre as far out, given its standard error. A centre
/// without error is certain, unless it is zero.
pub(crate) fn by_student(centre: f64, error: f64, degrees: f64, alternative: Alternative) -> f64 {
    let t = if centre == 0.0 { 0.0 } else { centre / error };
    match alternative {
        Alternative::Greater => student_tail(t, degrees),
        Alternative::Less => student_tail(-t, degrees),
        Alternative::TwoSided => 2.0 * student_tail(t.abs(), degrees),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_of_one_sign_are_one_in_two_to_the_tenth() {
        let ten: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!(wilcoxon(&ten, Alternative::Greater), 0.5_f64.powi(10));
        assert_eq!(wilcoxon(&ten, Alternative::Less), 1.0);
        assert_eq!(wilcoxon(&ten, Alternative::TwoSided), 0.5_f64.powi(9));
    }

    #[test]
    fn nothing_is_no_evidence() {
        assert_eq!(wilcoxon(&[0.0, 0.0], Alternative::Greater), 1.0);
        assert_eq!(wilcoxon(&[], Alternative::TwoSided), 1.0);
        assert_eq!(student(&[1.0], Alternative::Greater), None);
        assert_eq!(yuen(&[0.0; 4], Alternative::TwoSided), Some(1.0));
    }

    #[test]
    fn equal_differences_are_certain() {
        assert_eq!(yuen(&[0.1; 4], Alternative::Greater), Some(0.0));
        assert_eq!(student(&[0.5; 4], Alternative::Less), Some(1.0));
    }

    #[test]
    fn the_two_ways_of_counting_meet() {
        let ranks: Vec<usize> = (1..=50).map(|rank| 2 * rank).collect();
        for sum in [1300, 1500, 1700, 1900] {
            let (counted, normal) = (counted_out(&ranks, sum), as_normal(50.0, 0.0, sum));
            assert!((counted - normal).abs() < 0.005, "{counted} {normal}");
        }
    }
}
