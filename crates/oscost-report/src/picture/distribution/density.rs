//! How thick samples lie along a logarithmic axis.

use super::super::scale::Scale;

/// Up to here samples are drawn one by one: a curve over fewer would show
/// its own smoothing.
pub(super) const FEW: u64 = 40;

/// Pixels between two points of a curve.
const STEP: f64 = 4.0;

/// The value below which `share` of the samples lie.
pub(super) fn quantile(distribution: &[(f64, u64)], share: f64) -> f64 {
    let total: u64 = distribution.iter().map(|&(_, n)| n).sum();
    let wanted = total as f64 * share;
    let mut seen = 0.0;
    for &(value, n) in distribution {
        seen += n as f64;
        if seen >= wanted && n > 0 {
            return value;
        }
    }
    distribution.last().map_or(0.0, |&(value, _)| value)
}

/// `(pixel, height)` along the axis from `left` to `right`. Every sample is a
/// triangle two steps wide on either side: a comb of clock ticks closes, two
/// modes stay two. What is off the scale is left out.
pub(super) fn density(
    distribution: &[(f64, u64)],
    scale: &Scale,
    left: f64,
    right: f64,
) -> Vec<(f64, f64)> {
    const REACH: f64 = 2.5;
    let points = std::iter::successors(Some(left), |x| Some(x + STEP)).take_while(|x| *x <= right);
    let mut curve: Vec<(f64, f64)> = points.map(|x| (x, 0.0)).collect();
    for &(value, n) in distribution.iter().filter(|(value, _)| scale.holds(*value)) {
        let at = (scale.at(value) - left) / STEP;
        let near = |index: usize| REACH - (index as f64 - at).abs();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped at zero, below the width"
        )]
        let first = (at - REACH).ceil().max(0.0) as usize;
        for (index, point) in curve.iter_mut().enumerate().skip(first).take(6) {
            point.1 += n as f64 * near(index).max(0.0);
        }
    }
    curve
}

/// The curve without the points that lie within `near` of the line between the
/// points that stay (Douglas and Peucker, 1973).
pub(super) fn thinned(curve: &[(f64, f64)], near: f64) -> Vec<(f64, f64)> {
    let (Some(&first), Some(&last)) = (curve.first(), curve.last()) else {
        return Vec::new();
    };
    let slope = (last.1 - first.1) / (last.0 - first.0).max(f64::MIN_POSITIVE);
    let apart = |point: &(f64, f64)| (first.1 + slope * (point.0 - first.0) - point.1).abs();
    let inner = curve.iter().enumerate().skip(1);
    let farthest = inner.max_by(|(_, a), (_, b)| apart(a).total_cmp(&apart(b)));
    match farthest {
        Some((index, point)) if apart(point) > near => {
            let mut thin = thinned(&curve[..=index], near);
            thin.pop();
            thin.extend(thinned(&curve[index..], near));
            thin
        }
        Some(_) => vec![first, last],
        None => vec![first],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thinned_curve_stays_close_and_keeps_its_ends() {
        let curve: Vec<(f64, f64)> = (0..200)
            .map(|x| (f64::from(x), 20.0 * (f64::from(x) / 15.0).sin()))
            .collect();
        let thin = thinned(&curve, 0.25);
        assert!(thin.len() < 100 && thin.len() > 20, "{}", thin.len());
        assert_eq!((thin.first(), thin.last()), (curve.first(), curve.last()));
        let at = |x: f64| {
            let pair = thin.windows(2).find(|pair| pair[1].0 >= x).unwrap();
            let share = (x - pair[0].0) / (pair[1].0 - pair[0].0);
            pair[0].1 + share * (pair[1].1 - pair[0].1)
        };
        assert!(curve.iter().all(|(x, y)| (at(*x) - y).abs() <= 0.26));
        assert_eq!(thinned(&curve[..1], 0.25), curve[..1]);
        assert!(thinned(&[], 0.25).is_empty());
    }

    #[test]
    fn two_modes_are_two_humps() {
        let samples = [(100.0, 500), (1000.0, 300)];
        let scale = Scale::over([50.0, 2000.0], 0.0, 400.0);
        let curve = density(&samples, &scale, 0.0, 400.0);
        let height = |value: f64| {
            let x = scale.at(value);
            curve
                .iter()
                .min_by(|a, b| (a.0 - x).abs().total_cmp(&(b.0 - x).abs()))
                .unwrap()
                .1
        };
        assert!(height(100.0) > height(1000.0) && height(1000.0) > 0.0);
        assert!(height(316.0) == 0.0);
    }

    #[test]
    fn a_quantile_counts_weights() {
        let samples = [(1.0, 90), (2.0, 9), (50.0, 1)];
        assert_eq!(quantile(&samples, 0.5), 1.0);
        assert_eq!(quantile(&samples, 0.95), 2.0);
        assert_eq!(quantile(&samples, 1.0), 50.0);
    }
}
