//! From which size on one cost is above another. Between two sizes that were
//! measured a cost is taken to grow in a straight line; beyond them nothing is
//! said.

use crate::{Estimate, difference_of};

/// Where one cost comes to lie above another for good.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing {
    /// The size from which on it costs more; `None` where it does not even at
    /// the largest.
    pub from: Option<f64>,
    /// The smallest size that the intervals allow; `None` where they allow
    /// none.
    pub earliest: Option<f64>,
    /// The largest; `None` where the intervals do not rule out that it never
    /// costs more.
    pub latest: Option<f64>,
    /// The smallest and the largest size that was compared.
    pub sizes: (f64, f64),
}

/// Compares `dear` with `cheap`, each given by rising size, over the sizes that
/// lie inside both. One that only the other was measured at is interpolated.
/// `None` with fewer than two sizes.
///
/// The ends are where the ends of the interval of the difference cross zero:
/// every size between them has a difference that this run cannot tell from
/// zero.
#[must_use]
pub fn crossing(dear: &[(f64, Estimate)], cheap: &[(f64, Estimate)]) -> Option<Crossing> {
    let mut sizes: Vec<f64> = dear.iter().chain(cheap).map(|&(size, _)| size).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    let apart = |size: f64| Some((size, difference_of(at(dear, size)?, at(cheap, size)?)));
    let apart: Vec<(f64, Estimate)> = sizes.into_iter().filter_map(apart).collect();
    let [(first, _), .., (last, _)] = apart.as_slice() else {
        return None;
    };
    let onset = |of: fn(&Estimate) -> f64| onset(apart.iter().map(|(size, by)| (*size, of(by))));
    Some(Crossing {
        from: onset(|by| by.value),
        earliest: onset(|by| by.high),
        latest: onset(|by| by.low),
        sizes: (*first, *last),
    })
}

/// The estimate at a size, on the straight line between its neighbours; `None`
/// outside of what was measured.
fn at(curve: &[(f64, Estimate)], size: f64) -> Option<Estimate> {
    let above = curve.iter().position(|&(other, _)| other >= size)?;
    let (next, high) = curve[above];
    if next <= size {
        return Some(high);
    }
    let (before, low) = *curve.get(above.checked_sub(1)?)?;
    let share = (size - before) / (next - before);
    let between = |of: fn(&Estimate) -> f64| of(&low) + (of(&high) - of(&low)) * share;
    Some(Estimate {
        value: between(|end| end.value),
        low: between(|end| end.low),
        high: between(|end| end.high),
    })
}

/// Where a curve of straight pieces comes above zero to stay there.
fn onset(curve: impl DoubleEndedIterator<Item = (f64, f64)>) -> Option<f64> {
    let mut above: Option<(f64, f64)> = None;
    for (size, by) in curve.rev() {
        if by <= 0.0 {
            let (next, more) = above?;
            return Some(size + (next - size) * (-by / (more - by)));
        }
        above = Some((size, by));
    }
    above.map(|(size, _)| size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(value: f64, reach: f64) -> Estimate {
        Estimate {
            value,
            low: value - reach,
            high: value + reach,
        }
    }

    fn curve(values: [f64; 3], reach: f64) -> Vec<(f64, Estimate)> {
        let sizes = [0.0, 16.0, 64.0].into_iter();
        sizes
            .zip(values.map(|value| around(value, reach)))
            .collect()
    }

    #[test]
    fn it_lies_between_the_two_sizes_where_the_sign_changes() {
        let found = crossing(&curve([10.0, 50.0, 170.0], 0.0), &curve([30.0; 3], 0.0)).unwrap();
        assert_eq!(found.from, Some(8.0));
        assert_eq!((found.earliest, found.latest), (Some(8.0), Some(8.0)));
        assert_eq!(found.sizes, (0.0, 64.0));
    }

    #[test]
    fn wide_intervals_hold_it_from_before_to_after() {
        let found = crossing(&curve([10.0, 50.0, 170.0], 10.0), &curve([30.0; 3], 0.0)).unwrap();
        assert_eq!(found.from, Some(8.0));
        assert_eq!((found.earliest, found.latest), (Some(4.0), Some(12.0)));
    }

    #[test]
    fn never_and_always_are_told() {
        let dear = curve([100.0, 200.0, 300.0], 1.0);
        let cheap = curve([30.0; 3], 1.0);
        let always = crossing(&dear, &cheap).unwrap();
        assert_eq!((always.from, always.latest), (Some(0.0), Some(0.0)));
        let never = crossing(&cheap, &dear).unwrap();
        assert_eq!((never.from, never.earliest), (None, None));
    }

    #[test]
    fn what_the_last_size_cannot_tell_has_no_latest() {
        let found = crossing(&curve([10.0, 20.0, 31.0], 5.0), &curve([30.0; 3], 0.0)).unwrap();
        assert!(found.from.is_some() && found.earliest.is_some());
        assert_eq!(found.latest, None);
    }

    #[test]
    fn only_the_last_crossing_counts() {
        let found = crossing(&curve([50.0, 10.0, 58.0], 0.0), &curve([30.0; 3], 0.0)).unwrap();
        assert_eq!(found.from, Some(36.0));
    }

    #[test]
    fn a_size_that_only_one_was_measured_at_counts() {
        let ends = [(0.0, around(30.0, 0.0)), (64.0, around(30.0, 0.0))];
        let found = crossing(&curve([10.0, 50.0, 170.0], 0.0), &ends).unwrap();
        assert_eq!(found.from, Some(8.0));
        // Nothing is said of sizes beyond the smaller range.
        let short = [(0.0, around(60.0, 0.0)), (32.0, around(60.0, 0.0))];
        let found = crossing(&curve([10.0, 50.0, 170.0], 0.0), &short).unwrap();
        assert_eq!((found.from, found.sizes), (Some(20.0), (0.0, 32.0)));
    }

    #[test]
    fn one_common_size_is_too_few() {
        let one = [(16.0, around(1.0, 0.0))];
        assert_eq!(crossing(&curve([1.0; 3], 0.0), &one), None);
    }
}
