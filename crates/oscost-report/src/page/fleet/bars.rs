//! One cost on every machine as bars, the cheapest first, from nothing: a bar
//! of twice the length is twice the cost. The thin line is the 95 % interval.

use oscost_analysis::fleet::{CostRanks, Joined};
use oscost_analysis::format;

use super::costs::Label;
use super::shown::Column;
use crate::words;

/// How much room there is beyond the longest bar, for the end of its interval.
const BEYOND: f64 = 1.15;

/// See the module.
pub(super) struct Bars {
    pub(super) label: Label,
    pub(super) bars: Vec<Bar>,
}

/// One machine. Lengths are in percent of what there is room for.
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) emulated: bool,
    pub(super) width: String,
    /// Where the interval begins, and how long it is.
    pub(super) whisker: Option<(String, String)>,
    pub(super) level: String,
    pub(super) ratio: String,
    pub(super) title: String,
}

impl Bars {
    pub(super) fn of(joined: &Joined, columns: &[Column], ranks: &CostRanks) -> Self {
        let (fleet, _) = joined.shown();
        let info = &fleet.costs[ranks.cost];
        let mut found: Vec<_> = columns
            .iter()
            .filter_map(|column| Some((column, fleet.hosts[column.host].reading(ranks.cost)?)))
            .collect();
        found.sort_by(|(a, one), (b, other)| {
            let levels = one.level.total_cmp(&other.level);
            a.emulated.cmp(&b.emulated).then(levels)
        });
        // The interval of two rounds may reach to the stars, and an emulator take
        // a thousand times as long: these are cut off, and what they say stands
        // beside the bar.
        let real = found.iter().any(|(column, _)| !column.emulated);
        let those = found
            .iter()
            .filter(|(column, _)| !(real && column.emulated));
        let levels = those.map(|(_, reading)| reading.level);
        let longest = levels.fold(f64::MIN_POSITIVE, f64::max) * BEYOND;
        let share = |value: f64| format!("{:.2}", (value / longest * 100.0).clamp(0.0, 100.0));
        let bar = |(column, reading): (&Column, &oscost_analysis::fleet::Reading)| {
            let estimate = reading.estimate();
            let level = format::quantity(reading.level, &info.unit);
            let rank = ranks.of(column.host);
            Bar {
                name: column.name.clone(),
                emulated: column.emulated,
                width: share(reading.level),
                whisker: estimate.map(|estimate| {
                    let (low, high) = (estimate.low.max(0.0), estimate.high.min(longest));
                    (share(low), share(high - low))
                }),
                title: estimate.map_or_else(
                    || level.clone(),
                    |estimate| words::interval(&estimate, &info.unit),
                ),
                level,
                ratio: rank.map_or_else(String::new, |rank| words::times(rank.ratio)),
            }
        };
        Self {
            label: Label::of(info),
            bars: found.into_iter().map(bar).collect(),
        }
    }
}
