//! The one definition of a quantile that oscost uses: type 7 of Hyndman and
//! Fan, "Sample quantiles in statistical packages" (1996), the default of R
//! and NumPy. It must never be mixed with another: two definitions in one
//! table differ by more than their intervals.

/// The quantile `p` of weighted values, as if each value stood in the list as
/// often as its count says: linear interpolation between the order statistics
/// around the position (n − 1) p, counted from 0. `p` = 0.5 is the usual
/// median. `None` where there is no value.
///
/// `sorted` is `(value, how often)` by rising value.
#[must_use]
pub fn quantile(sorted: &[(f64, u64)], p: f64) -> Option<f64> {
    let n: u64 = sorted.iter().map(|&(_, count)| count).sum();
    let last = n.checked_sub(1)?;
    let position = p.clamp(0.0, 1.0) * last as f64;
    let below = whole(position);
    let low = order_statistic(sorted, below + 1)?;
    let high = order_statistic(sorted, (below + 2).min(n))?;
    Some(between(low, high, position - below as f64))
}

/// The value of rank `rank`, counted from 1; `None` beyond the last.
pub(crate) fn order_statistic(sorted: &[(f64, u64)], rank: u64) -> Option<f64> {
    let mut seen = 0;
    sorted.iter().find_map(|&(value, count)| {
        seen += count;
        (seen >= rank).then_some(value)
    })
}

/// The median of plain values; `None` where there is none. Reorders them.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    let n = values.len();
    let middle = n / 2;
    if n == 0 {
        return None;
    }
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if n % 2 == 1 {
        return Some(upper);
    }
    let lower = below.iter().copied().max_by(f64::total_cmp)?;
    Some(between(lower, upper, 0.5))
}

/// The quantile `p` of plain sorted values.
pub(crate) fn quantile_of_sorted(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = p.clamp(0.0, 1.0) * last as f64;
    let below = index(position);
    let low = *sorted.get(below)?;
    let high = *sorted.get((below + 1).min(last))?;
    Some(between(low, high, position - below as f64))
}

/// Equal ends give that end exactly: no rounding moves a median of equals.
fn between(low: f64, high: f64, share: f64) -> f64 {
    if low.to_bits() == high.to_bits() || share <= 0.0 {
        low
    } else {
        low + (high - low) * share
    }
}

/// The whole part of a position that is known to be zero or more.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positions are at least 0 and at most a count of samples"
)]
pub(crate) fn whole(position: f64) -> u64 {
    position as u64
}

/// The same, as an index.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positions are at least 0 and at most the length of a list"
)]
pub(crate) fn index(position: f64) -> usize {
    position as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_no_quantile() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(median(&mut []), None);
        assert_eq!(quantile_of_sorted(&[], 0.5), None);
    }

    #[test]
    fn counts_stand_for_repeated_values() {
        let counted = [(1.0, 3), (2.0, 1), (7.0, 4)];
        let plain = [1.0, 1.0, 1.0, 2.0, 7.0, 7.0, 7.0, 7.0];
        for p in [0.0, 0.1, 0.25, 0.5, 0.9, 1.0] {
            assert_eq!(quantile(&counted, p), quantile_of_sorted(&plain, p), "{p}");
        }
        assert_eq!(quantile(&counted, 0.5), median(&mut plain.clone()));
    }

    #[test]
    fn order_statistics_are_counted_from_one() {
        let counted = [(1.0, 3), (2.0, 1)];
        assert_eq!(order_statistic(&counted, 3), Some(1.0));
        assert_eq!(order_statistic(&counted, 4), Some(2.0));
        assert_eq!(order_statistic(&counted, 5), None);
    }
}
