//! Geometric means of the ratios of several cases. Times and bytes are never
//! averaged together: they do not move for the same reasons.

use oscost_record::{Aspect, Quantity};

use super::Compared;
use crate::Estimate;
use crate::spread::mean_and_deviation;
use crate::statistics::student_quantile;

/// Over which cases a mean is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The cases of a suite about one aspect.
    Aspect(String, Aspect),
    /// The cases of a suite.
    Suite(String),
    /// All cases.
    All,
}

/// The geometric mean of ratios.
#[derive(Clone, Debug, PartialEq)]
pub struct MeanRatio {
    /// Over which cases.
    pub scope: Scope,
    /// Of times or of bytes.
    pub quantity: Quantity,
    /// How many cases it is the mean of.
    pub cases: usize,
    /// The mean with its 95 % interval.
    pub ratio: Estimate,
}

/// The means of each aspect of a suite, of the suite, and of all; each of
/// times first, of bytes then, as far as there are cases.
pub(super) fn means(cases: &[Compared]) -> Vec<MeanRatio> {
    let mut scopes = Vec::new();
    for suite in cases.chunk_by(|a, b| a.info.suite == b.info.suite) {
        let name = &suite[0].info.suite;
        let aspects = Aspect::ALL.map(|aspect| Scope::Aspect(name.clone(), aspect));
        scopes.extend(aspects);
        scopes.push(Scope::Suite(name.clone()));
    }
    scopes.push(Scope::All);
    let both = |scope: Scope| [Quantity::Time, Quantity::Memory].map(|of| (scope.clone(), of));
    let all = scopes.into_iter().flat_map(both);
    all.filter_map(|(scope, quantity)| {
        let within = cases.iter().filter(|case| scope.holds(case));
        let of_quantity = within.filter(|case| case.info.unit.quantity == quantity);
        let ratios: Vec<Estimate> = of_quantity.map(|case| case.ratio).collect();
        let ratio = mean(&ratios)?;
        let cases = ratios.len();
        Some(MeanRatio {
            scope,
            quantity,
            cases,
            ratio,
        })
    })
    .collect()
}

impl Scope {
    fn holds(&self, case: &Compared) -> bool {
        match self {
            Self::Aspect(suite, aspect) => case.info.suite == *suite && case.info.aspect == *aspect,
            Self::Suite(suite) => case.info.suite == *suite,
            Self::All => true,
        }
    }
}

/// The geometric mean of ratios. Its interval is the wider one of two: what
/// the intervals of the ratios leave open if these are independent (roots of
/// sums of squares, as [`crate::ratio_of`]), and what the ratios' own
/// differences say of the mean of such cases (Student's t on the logarithms).
/// What moved all cases alike, a slow hour of the machine, is in neither.
fn mean(ratios: &[Estimate]) -> Option<Estimate> {
    if ratios.is_empty() {
        return None;
    }
    let n = ratios.len() as f64;
    let logs: Vec<f64> = ratios.iter().map(|ratio| ratio.value.ln()).collect();
    let middle = logs.iter().sum::<f64>() / n;
    let root = |reach: fn(&Estimate) -> f64| {
        let squares = ratios.iter().map(|ratio| reach(ratio).powi(2));
        squares.sum::<f64>().sqrt() / n
    };
    let between = mean_and_deviation(&logs).map_or(0.0, |(_, deviation)| {
        student_quantile(0.975, n - 1.0) * deviation / n.sqrt()
    });
    let down = root(|ratio| (ratio.value / ratio.low).ln()).max(between);
    let up = root(|ratio| (ratio.high / ratio.value).ln()).max(between);
    Some(Estimate {
        value: middle.exp(),
        low: (middle - down).exp(),
        high: (middle + up).exp(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(value: f64) -> Estimate {
        Estimate {
            value,
            low: value,
            high: value,
        }
    }

    #[test]
    fn one_ratio_is_its_own_mean() {
        let one = Estimate {
            value: 1.2,
            low: 1.0,
            high: 1.5,
        };
        let mean = mean(&[one]).unwrap();
        for (a, b) in [
            (mean.value, one.value),
            (mean.low, one.low),
            (mean.high, one.high),
        ] {
            assert!((a - b).abs() < 1e-12, "{mean:?}");
        }
        assert_eq!(super::mean(&[]), None);
    }

    #[test]
    fn half_and_double_make_one() {
        let mean = mean(&[exact(0.5), exact(2.0)]).unwrap();
        assert!((mean.value - 1.0).abs() < 1e-12);
        // Two logarithms of ±ln 2: deviation √2 ln 2, t(0.975, 1) = 12.706.
        assert!((mean.high.ln() - 12.706_205 * std::f64::consts::LN_2).abs() < 1e-3);
    }

    #[test]
    fn equal_ratios_keep_what_their_intervals_leave_open() {
        let one = Estimate {
            value: 1.0,
            low: (-0.1_f64).exp(),
            high: 0.2_f64.exp(),
        };
        let mean = mean(&[one; 4]).unwrap();
        assert!((mean.low.ln() + 0.05).abs() < 1e-12);
        assert!((mean.high.ln() - 0.1).abs() < 1e-12);
    }
}
