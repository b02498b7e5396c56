//! What a count of successes says of the share that would succeed in the long
//! run: the exact interval, which is never too narrow.

use super::distribution::binomial_tail;

/// The two-sided interval of a share after `count` of `n` tries succeeded
/// (Clopper and Pearson, "The use of confidence or fiducial limits illustrated
/// in the case of the binomial", 1934): the shares under which so many, or so
/// few, are just likely enough. From 0 to 1 where nothing was tried.
#[must_use]
pub fn clopper_pearson(count: u64, n: u64, confidence: f64) -> (f64, f64) {
    let tail = (1.0 - confidence) / 2.0;
    let low = match count {
        0 => 0.0,
        count => crossing(|share| binomial_tail(count, n, share) >= tail),
    };
    let high = if count >= n {
        1.0
    } else {
        crossing(|share| 1.0 - binomial_tail(count + 1, n, share) <= tail)
    };
    (low, high)
}

/// The share from which on `holds` does.
fn crossing(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    // As many halvings as a number has digits.
    for _ in 0..f64::MANTISSA_DIGITS {
        let middle = 0.5 * (low + high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: (f64, f64), expected: (f64, f64)) {
        let apart = (found.0 - expected.0)
            .abs()
            .max((found.1 - expected.1).abs());
        assert!(apart < 1e-6, "{found:?} for {expected:?}");
    }

    #[test]
    fn the_interval_is_that_of_binom_test_in_r() {
        // binom.test(5, 10)$conf.int
        near(clopper_pearson(5, 10, 0.95), (0.187_086_0, 0.812_914_0));
    }

    #[test]
    fn none_and_all_have_closed_forms() {
        let edge = 1.0 - 0.025_f64.powf(1.0 / 40.0);
        near(clopper_pearson(0, 40, 0.95), (0.0, edge));
        near(clopper_pearson(40, 40, 0.95), (1.0 - edge, 1.0));
        near(clopper_pearson(0, 0, 0.95), (0.0, 1.0));
    }

    #[test]
    fn the_two_ends_mirror_each_other() {
        let (low, high) = clopper_pearson(3, 3_000, 0.95);
        near(clopper_pearson(2_997, 3_000, 0.95), (1.0 - high, 1.0 - low));
        assert!(low < 0.001 && high > 0.001);
    }
}
