//! Many values into few buckets, exact to three significant digits.

use hdrhistogram::Histogram;
use oscost_record::Samples;

/// Up to so many values are kept as they are.
const RAW: usize = 256;
/// Buckets are counted in thousandths of the unit: picoseconds of nanoseconds.
const SCALE: f64 = 1e3;
/// Significant digits that a bucket keeps.
const DIGITS: u8 = 3;

/// Stores values raw where they are few, else as a histogram.
#[must_use]
pub fn store(values: Vec<f64>) -> Samples {
    if values.len() <= RAW {
        return Samples::Raw(values);
    }
    let Ok(mut histogram) = Histogram::<u64>::new(DIGITS) else {
        return Samples::Raw(values);
    };
    for value in &values {
        // Grows as needed, so it cannot fail for a 64-bit value.
        if histogram.record(scaled(*value)).is_err() {
            return Samples::Raw(values);
        }
    }
    let buckets = histogram
        .iter_recorded()
        .map(|bucket| {
            let middle = histogram.median_equivalent(bucket.value_iterated_to());
            (middle as f64 / SCALE, bucket.count_at_value())
        })
        .collect();
    Samples::Histogram(buckets)
}

fn scaled(value: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "durations are not negative, and `as` saturates"
    )]
    let scaled = (value * SCALE).round() as u64;
    scaled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_stay_as_they_are() {
        assert_eq!(store(vec![2.0, 1.0]), Samples::Raw(vec![2.0, 1.0]));
    }

    #[test]
    fn many_values_keep_three_digits_and_their_number() {
        let values: Vec<f64> = (0..5000).map(|i| 7000.0 + f64::from(i)).collect();
        let samples = store(values.clone());
        assert!(matches!(samples, Samples::Histogram(_)));
        assert_eq!(samples.count(), 5000);
        let mut expected = values.iter();
        for (bucket, count) in samples.sorted() {
            for value in expected.by_ref().take(usize::try_from(count).unwrap()) {
                assert!((bucket / value - 1.0).abs() < 1e-3, "{bucket} for {value}");
            }
        }
    }
}
