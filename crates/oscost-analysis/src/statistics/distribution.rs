//! Tails and quantiles of the distributions that the tests need. The work is
//! `statrs`'s; here its quantile of Student's t, which may be off in the ninth
//! digit, is polished to the accuracy of its tail.

use statrs::distribution::{Binomial, Continuous, ContinuousCDF, DiscreteCDF, Normal, StudentsT};

/// P(T > t) for Student's t with `degrees` degrees of freedom, which need not
/// be whole. NaN where `degrees` is not above zero.
#[must_use]
pub fn student_tail(t: f64, degrees: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, degrees) {
        _ if t.is_nan() => f64::NAN,
        Ok(_) if t.is_infinite() => f64::from(u8::from(t < 0.0)),
        Ok(student) => student.sf(t),
        Err(_) => f64::NAN,
    }
}

/// The t with P(T ≤ t) = `p`, 0 < p < 1. NaN outside, or where `degrees` is not
/// above zero.
#[must_use]
pub fn student_quantile(p: f64, degrees: f64) -> f64 {
    let Ok(student) = StudentsT::new(0.0, 1.0, degrees) else {
        return f64::NAN;
    };
    if !(p > 0.0 && p < 1.0) {
        return f64::NAN;
    }
    // Newton's steps on the nearer tail, where no digits cancel.
    let tail = p.min(1.0 - p);
    let mut t = student.inverse_cdf(1.0 - tail);
    for _ in 0..4 {
        t += (student.sf(t) - tail) / student.pdf(t);
    }
    if p < 0.5 { -t } else { t }
}

/// P(Z > z) for the standard normal distribution.
#[must_use]
pub fn normal_tail(z: f64) -> f64 {
    Normal::standard().sf(z)
}

/// The z with P(Z ≤ z) = `p`, 0 < p < 1.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p)
}

/// P(B ≥ `count`) for `n` tries that each succeed with probability `p`. NaN
/// where `p` is no probability.
#[must_use]
pub fn binomial_tail(count: u64, n: u64, p: f64) -> f64 {
    match (count.checked_sub(1), Binomial::new(p, n)) {
        (_, Err(_)) => f64::NAN,
        (None, _) => 1.0,
        (Some(below), Ok(binomial)) => binomial.sf(below),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_scale() {
        assert_eq!(student_tail(f64::INFINITY, 3.0), 0.0);
        assert_eq!(student_tail(f64::NEG_INFINITY, 3.0), 1.0);
        assert!(student_tail(1.0, 0.0).is_nan());
        assert!(student_quantile(0.0, 3.0).is_nan());
        assert!(student_quantile(0.5, 3.0).abs() < 1e-12);
        assert_eq!(binomial_tail(0, 5, 0.5), 1.0);
        assert_eq!(binomial_tail(6, 5, 0.5), 0.0);
    }

    #[test]
    fn quantiles_are_odd_about_a_half() {
        for p in [1e-9, 0.01, 0.3] {
            let (low, high) = (student_quantile(p, 4.0), student_quantile(1.0 - p, 4.0));
            assert!((low + high).abs() < 1e-6 * high, "{low} {high}");
        }
    }
}
