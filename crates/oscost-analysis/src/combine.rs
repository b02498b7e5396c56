//! How many times one estimate is another, and how much more, with intervals
//! made from the two intervals alone, so that they can be drawn from summaries
//! without the record. It takes the two as independent: two cases that drift
//! together get an interval that is too wide, never one that is too narrow.

use crate::Estimate;

/// `a` less `b`. The distances from each estimate to its own ends are combined
/// as a root of squares: the method of variance estimates recovery (MOVER; Zou
/// and Donner, "Construction of confidence limits about effect measures",
/// 2008), which keeps lopsided intervals lopsided.
#[must_use]
pub fn difference_of(a: Estimate, b: Estimate) -> Estimate {
    let value = a.value - b.value;
    Estimate {
        value,
        low: value - (a.value - a.low).hypot(b.high - b.value),
        high: value + (a.high - a.value).hypot(b.value - b.low),
    }
}

/// `a` over `b`: as [`difference_of`], on the logarithmic scale. `None` where
/// either estimate or an end of its interval is not above zero.
#[must_use]
pub fn ratio_of(a: Estimate, b: Estimate) -> Option<Estimate> {
    let positive = [a.value, a.low, a.high, b.value, b.low, b.high]
        .iter()
        .all(|&x| x > 0.0 && x.is_finite());
    if !positive {
        return None;
    }
    let value = a.value / b.value;
    let down = (a.value / a.low).ln().hypot((b.high / b.value).ln());
    let up = (a.high / a.value).ln().hypot((b.value / b.low).ln());
    Some(Estimate {
        value,
        low: value * (-down).exp(),
        high: value * up.exp(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(value: f64, low: f64, high: f64) -> Estimate {
        Estimate { value, low, high }
    }

    #[test]
    fn an_exact_partner_leaves_the_interval_alone() {
        let ratio = ratio_of(estimate(20.0, 10.0, 50.0), estimate(2.0, 2.0, 2.0)).unwrap();
        assert!((ratio.value - 10.0).abs() < 1e-12);
        assert!((ratio.low - 5.0).abs() < 1e-12);
        assert!((ratio.high - 25.0).abs() < 1e-12);
    }

    #[test]
    fn two_even_intervals_widen_by_the_root_of_two() {
        let one = estimate(1.0, (-0.1_f64).exp(), 0.1_f64.exp());
        let ratio = ratio_of(one, one).unwrap();
        assert!((ratio.high.ln() - 0.1 * 2.0_f64.sqrt()).abs() < 1e-12);
        assert!((ratio.low.ln() + 0.1 * 2.0_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_difference_keeps_its_lopsided_ends() {
        let found = difference_of(estimate(10.0, 7.0, 11.0), estimate(4.0, 4.0, 8.0));
        assert_eq!((found.low, found.value, found.high), (1.0, 6.0, 7.0));
    }

    #[test]
    fn nothing_is_a_multiple_of_zero() {
        let one = estimate(1.0, 0.9, 1.1);
        assert_eq!(ratio_of(one, estimate(0.0, 0.0, 0.1)), None);
        assert_eq!(ratio_of(estimate(1.0, -0.1, 1.0), one), None);
    }
}
