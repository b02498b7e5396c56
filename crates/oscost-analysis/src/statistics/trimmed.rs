//! The trimmed mean: a centre that one wild round cannot move, whose standard
//! error is known. It must never be given the error of a plain mean: what was
//! cut off still counts for the spread.

use super::distribution::student_quantile;

/// The share that is cut off at each end: 20 %, after Wilcox, *Introduction to
/// Robust Estimation and Hypothesis Testing*: nearly as sharp as the mean where
/// values are normal, much sharper where some are wild.
pub const TRIMMED: f64 = 0.2;

/// The mean of what is left when ⌊n / 5⌋ values are cut off at each end; the
/// plain mean of fewer than five. `None` without values.
#[must_use]
pub fn trimmed_mean(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    mean(kept(&sorted, TRIMMED))
}

/// A trimmed mean and how well it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trimmed {
    /// The mean of what is left.
    pub mean: f64,
    /// Its standard error: √(S / (h (h − 1))), with S the sum of squares of the
    /// Winsorised values about their mean and h how many are left (Tukey and
    /// McLaughlin, 1963; Yuen, "The two-sample trimmed t for unequal population
    /// variances", 1974).
    pub error: f64,
    /// Degrees of freedom of the Student's t that goes with it: h − 1.
    pub degrees: f64,
    /// How many values there were before the cut.
    pub n: usize,
}

impl Trimmed {
    /// With [`TRIMMED`] cut off at each end. `None` for fewer than two values.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        Self::with(values, TRIMMED)
    }

    /// With `share`, below a half, cut off at each end. `None` for fewer than
    /// two values.
    pub(crate) fn with(values: &[f64], share: f64) -> Option<Self> {
        if values.len() < 2 {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let kept = kept(&sorted, share);
        let (&low, &high) = kept.first().zip(kept.last())?;
        let left = kept.len() as f64;
        let of_kept = mean(kept)?;
        let winsorised: Vec<f64> = sorted.iter().map(|x| x.clamp(low, high)).collect();
        let middle = mean(&winsorised)?;
        let squares: f64 = winsorised.iter().map(|x| (x - middle).powi(2)).sum();
        Some(Self {
            mean: of_kept,
            error: (squares / (left * (left - 1.0))).sqrt(),
            degrees: left - 1.0,
            n: sorted.len(),
        })
    }

    /// How far a single value strays, as the error tells it: error × √n. The
    /// standard deviation, but for some 7 % more, where values are normal and a
    /// fifth is cut off at each end.
    #[must_use]
    pub fn spread(&self) -> f64 {
        self.error * (self.n as f64).sqrt()
    }

    /// Half the width of the two-sided interval.
    #[must_use]
    pub fn reach(&self, confidence: f64) -> f64 {
        self.error * student_quantile(0.5 + confidence / 2.0, self.degrees)
    }
}

/// What the cut leaves of sorted values.
fn kept(sorted: &[f64], share: f64) -> &[f64] {
    let cut = crate::quantile::index(share * sorted.len() as f64);
    &sorted[cut..sorted.len() - cut]
}

fn mean(values: &[f64]) -> Option<f64> {
    let n = values.len();
    (n > 0).then(|| values.iter().sum::<f64>() / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_are_not_cut() {
        assert_eq!(trimmed_mean(&[]), None);
        assert_eq!(trimmed_mean(&[3.0]), Some(3.0));
        assert_eq!(trimmed_mean(&[1.0, 2.0, 3.0, 10.0]), Some(4.0));
        assert_eq!(trimmed_mean(&[1.0, 2.0, 3.0, 4.0, 1e9]), Some(3.0));
        assert_eq!(Trimmed::of(&[1.0]), None);
    }

    #[test]
    fn without_a_cut_the_error_is_that_of_the_mean() {
        let found = Trimmed::of(&[1.0, 2.0, 3.0]).unwrap();
        assert!((found.error - 1.0 / 3.0_f64.sqrt()).abs() < 1e-12);
        assert!((found.spread() - 1.0).abs() < 1e-12);
        assert_eq!(found.degrees, 2.0);
    }

    #[test]
    fn equals_have_no_error() {
        let found = Trimmed::of(&[5.0; 7]).unwrap();
        assert_eq!(
            (found.mean, found.error, found.reach(0.95)),
            (5.0, 0.0, 0.0)
        );
    }
}
