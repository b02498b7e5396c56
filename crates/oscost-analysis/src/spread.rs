//! How far the rounds lie apart. It describes the machine and the case; it is
//! never used as an interval of the estimate.

/// Sample standard deviation (n − 1) over the mean. `None` for fewer than two
/// values, or where the mean is zero.
#[must_use]
pub fn coefficient_of_variation(values: &[f64]) -> Option<f64> {
    let (mean, deviation) = mean_and_deviation(values)?;
    (mean != 0.0).then(|| deviation / mean.abs())
}

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
    fn one_value_has_no_spread() {
        assert_eq!(coefficient_of_variation(&[3.0]), None);
        assert_eq!(coefficient_of_variation(&[1.0, -1.0]), None);
        assert_eq!(coefficient_of_variation(&[2.0, 2.0]), Some(0.0));
    }
}
