//! A straight line through amounts of memory: what the first byte of anything
//! costs, and what each further task adds. It must let small numbers of tasks
//! speak beside large ones.

use oscost_record::Bytes;

use crate::Estimate;

/// A reading is taken to be off by this share of itself, or by a page where
/// that is more.
const SHARE: f64 = 0.01;

/// `bytes = intercept + slope × tasks`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineFit {
    /// Bytes that are there whatever the number of tasks.
    pub intercept: Estimate,
    /// Bytes that each task adds.
    pub slope: Estimate,
    /// How far a reading lies from the line at most, as a share of the
    /// reading; a page, which no reading can tell from nothing, is let off.
    pub misfit: f64,
}

/// Fits a line to `(tasks, bytes of all of them)` by weighted least squares.
/// `None` with fewer than two numbers of tasks. A `page` is the smallest amount
/// that memory came in.
///
/// The weight of a reading y is 1 / (page² + (y / 100)²): its error is taken to
/// be a page or one percent. With equal weights the largest number of tasks
/// would decide everything, and the intercept would be its noise; with purely
/// relative ones a reading of a page or of nothing would. (Theil and Sen's
/// median of pairwise slopes needs no weights, but its intercept is the median
/// of residuals that at a million tasks are noise of megabytes.)
///
/// Given the weights, slope and intercept are sums of the readings times
/// constants. So their intervals are those sums over the intervals of the
/// readings, distances added as a root of squares, lopsided ones kept lopsided
/// (MOVER, as in [`crate::difference_of`]). The readings' intervals come from
/// rounds, by the bootstrap or by Student's t where rounds are few, and reach a
/// page at least: memory comes in pages, and equal readings of a few tasks may
/// all be off by the same one. That the points may not lie on a line is no part
/// of the interval: `misfit` tells it.
#[must_use]
pub fn line_fit(readings: &[(f64, Estimate)], page: Bytes) -> Option<LineFit> {
    let page = page.0 as f64;
    let weights: Vec<f64> = readings
        .iter()
        .map(|(_, bytes)| 1.0 / (page * page + (SHARE * bytes.value).powi(2)))
        .collect();
    let total: f64 = weights.iter().sum();
    let centre = weighted(&weights, readings, |tasks| tasks) / total;
    let spread = weighted(&weights, readings, |tasks| (tasks - centre).powi(2));
    if readings.len() < 2 || spread <= 0.0 || !spread.is_finite() {
        return None;
    }
    let of_slope: Vec<f64> = weights
        .iter()
        .zip(readings)
        .map(|(weight, (tasks, _))| weight * (tasks - centre) / spread)
        .collect();
    let of_intercept: Vec<f64> = weights
        .iter()
        .zip(&of_slope)
        .map(|(weight, slope)| weight / total - slope * centre)
        .collect();
    let slope = combination(&of_slope, readings, page);
    let intercept = combination(&of_intercept, readings, page);
    let misfit = readings.iter().map(|(tasks, bytes)| {
        let apart = (bytes.value - intercept.value - slope.value * tasks).abs() - page;
        apart.max(0.0) / bytes.value.abs().max(page)
    });
    Some(LineFit {
        intercept,
        slope,
        misfit: misfit.fold(0.0, f64::max),
    })
}

fn weighted(weights: &[f64], readings: &[(f64, Estimate)], of: impl Fn(f64) -> f64) -> f64 {
    let terms = weights.iter().zip(readings);
    terms.map(|(weight, (tasks, _))| weight * of(*tasks)).sum()
}

/// The sum of the readings times constants, with its interval.
fn combination(constants: &[f64], readings: &[(f64, Estimate)], page: f64) -> Estimate {
    let (mut value, mut down, mut up) = (0.0, 0.0, 0.0);
    for (constant, (_, bytes)) in constants.iter().zip(readings) {
        let ends = [bytes.value - bytes.low, bytes.high - bytes.value]
            .map(|reach| reach.hypot(page) * constant);
        let (below, above) = match *constant >= 0.0 {
            true => (ends[0], ends[1]),
            false => (ends[1], ends[0]),
        };
        value += constant * bytes.value;
        down = f64::hypot(down, below);
        up = f64::hypot(up, above);
    }
    Estimate {
        value,
        low: value - down,
        high: value + up,
    }
}

#[cfg(test)]
mod tests {
    use oscost_record::USUAL_PAGE;

    use super::*;

    fn exact(value: f64) -> Estimate {
        Estimate {
            value,
            low: value,
            high: value,
        }
    }

    #[test]
    fn a_line_is_found_again_whatever_its_sizes() {
        let points: Vec<(f64, Estimate)> = [10.0, 100.0, 1e3, 1e4, 1e5, 1e6]
            .map(|tasks| (tasks, exact(70_000.0 + 320.0 * tasks)))
            .into();
        let found = line_fit(&points, USUAL_PAGE).unwrap();
        assert!((found.slope.value - 320.0).abs() < 1e-6, "{found:?}");
        assert!((found.intercept.value - 70_000.0).abs() < 1e-3, "{found:?}");
        assert!(found.misfit < 1e-9);
    }

    #[test]
    fn nothing_at_all_is_a_line_too() {
        let found = line_fit(&[(10.0, exact(0.0)), (100.0, exact(0.0))], USUAL_PAGE).unwrap();
        assert_eq!((found.slope.value, found.intercept.value), (0.0, 0.0));
    }

    #[test]
    fn one_number_of_tasks_is_no_line() {
        assert_eq!(line_fit(&[(10.0, exact(1.0))], USUAL_PAGE), None);
        assert_eq!(
            line_fit(&[(10.0, exact(1.0)), (10.0, exact(2.0))], USUAL_PAGE),
            None
        );
    }

    #[test]
    fn a_bend_is_told() {
        let points = [(10.0, 1e6), (100.0, 10e6), (1000.0, 150e6)];
        let found = line_fit(
            &points.map(|(tasks, bytes)| (tasks, exact(bytes))),
            USUAL_PAGE,
        )
        .unwrap();
        assert!(found.misfit > 0.1, "{found:?}");
    }

    #[test]
    fn a_lopsided_reading_makes_a_lopsided_slope() {
        let late = Estimate {
            value: 1e6,
            low: 1e6,
            high: 1.5e6,
        };
        let found = line_fit(&[(10.0, exact(1e4)), (1000.0, late)], USUAL_PAGE).unwrap();
        let [down, up] = [found.slope.low, found.slope.high].map(|end| end - found.slope.value);
        assert!(-down < 10.0 && up > 400.0, "{found:?}");
    }

    #[test]
    fn no_intercept_is_known_better_than_a_page() {
        let found = line_fit(
            &[(10.0, exact(4096.0)), (1000.0, exact(32_768.0))],
            USUAL_PAGE,
        )
        .unwrap();
        let reach = found.intercept.high - found.intercept.value;
        assert!((4096.0..5000.0).contains(&reach), "{found:?}");
        assert!(found.slope.high - found.slope.value < 6.0, "{found:?}");
    }

    #[test]
    fn large_pages_are_let_off_where_memory_comes_in_them() {
        // Each reading is rounded up to whole pages of 64 KiB.
        let rounded = |tasks: f64| exact((tasks * 20_000.0 / 65_536.0).ceil() * 65_536.0);
        let points = [1.0, 5.0, 100.0].map(|tasks| (tasks, rounded(tasks)));
        let large = line_fit(&points, Bytes(65_536)).unwrap();
        let small = line_fit(&points, USUAL_PAGE).unwrap();
        assert_eq!(large.misfit, 0.0, "{large:?}");
        assert!(small.misfit > 0.03, "{small:?}");
        let reach = |line: &LineFit| line.intercept.high - line.intercept.value;
        assert!(reach(&large) > 40_000.0, "{large:?}");
        assert!(reach(&small) < 4096.0, "{small:?}");
    }
}
