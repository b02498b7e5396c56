//! How far the rounds lie apart. It describes the machine and the case; it is
//! never used as an interval of the estimate.

use crate::quantile::median;

/// Sample standard deviation (n − 1) over the mean. `None` for fewer than two
/// values, or where the mean is zero.
#[must_use]
pub fn coefficient_of_variation(values: &[f64]) -> Option<f64> {
    let (mean, deviation) = mean_and_deviation(values)?;
    (mean != 0.0).then(|| deviation / mean.abs())
}

/// 1.4826 × the median distance from the median: the standard deviation where
/// values are normal, whatever the wildest of them are (Hampel, "The influence
/// curve and its role in robust estimation", 1974). `None` for fewer than two.
#[must_use]
pub fn robust_deviation(values: &[f64]) -> Option<f64> {
    let middle = median(&mut values.to_vec()).filter(|_| values.len() > 1)?;
    let mut distances: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    Some(NORMAL * median(&mut distances)?)
}

/// One over the quantile 3/4 of the standard normal distribution.
const NORMAL: f64 = 1.482_602;

/// Mean and sample standard deviation; `None` for fewer than two values.
pub(crate) fn mean_and_deviation(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < 2 {
        return None;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((mean, (squares / (n - 1.0)).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wild_value_does_not_decide() {
        // Distances from 3: 2, 1, 0, 1 and a million.
        let found = robust_deviation(&[1.0, 2.0, 3.0, 4.0, 1e6]).unwrap();
        assert_eq!(found, NORMAL);
        assert_eq!(robust_deviation(&[1.0]), None);
    }

    #[test]
    fn one_value_has_no_spread() {
        assert_eq!(coefficient_of_variation(&[3.0]), None);
        assert_eq!(coefficient_of_variation(&[1.0, -1.0]), None);
        assert_eq!(coefficient_of_variation(&[2.0, 2.0]), Some(0.0));
    }
}
