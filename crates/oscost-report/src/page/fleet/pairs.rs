//! Two machines on the page: what differs between them on the left, which costs
//! differ on the right.

use oscost_analysis::fleet::{Fleet, Joined, Pair};
use oscost_analysis::format;

use super::costs::Label;
use crate::words;

/// Machines that are held against each other.
const HELD: usize = 12;

/// Costs of one pair.
const COSTS: usize = 30;

/// See the module.
pub(super) struct Between {
    pub(super) a: String,
    pub(super) b: String,
    pub(super) what: Vec<What>,
    pub(super) costs: Vec<Differing>,
    /// What is not in the list.
    pub(super) rest: Vec<String>,
}

/// Something that differs.
pub(super) struct What {
    pub(super) name: String,
    pub(super) values: [String; 2],
}

/// A cost that differs.
pub(super) struct Differing {
    pub(super) label: Label,
    pub(super) levels: [String; 2],
    pub(super) ratio: String,
    pub(super) interval: String,
    pub(super) word: &'static str,
}

/// Every pair that is shown.
pub(super) fn all(joined: &Joined, threshold: f64) -> Vec<Between> {
    let (fleet, _) = joined.shown();
    let pairs = joined.pairs(threshold, HELD);
    pairs.iter().map(|pair| between(fleet, pair)).collect()
}

fn between(fleet: &Fleet, pair: &Pair) -> Between {
    let name = |host: usize| fleet.hosts[host].name.clone();
    let value = |value: &Option<String>| {
        let value = value.as_deref().map(words::shortened);
        value.unwrap_or_else(|| "–".to_owned())
    };
    let what = pair.differences.iter().map(|difference| What {
        name: difference.name.replace('_', " "),
        values: [value(&difference.before), value(&difference.after)],
    });
    let costs = pair.costs.iter().take(COSTS).map(|cost| {
        let info = &fleet.costs[cost.cost];
        let [low, high] = [cost.ratio.low, cost.ratio.high].map(format::ratio);
        let (a, b) = cost.levels;
        Differing {
            label: Label::of(info),
            levels: [a, b].map(|level| format::quantity(level, &info.unit)),
            ratio: words::times(cost.ratio.value),
            interval: format!("{low} to {high}"),
            word: cost.change.word(info.unit.quantity),
        }
    });
    let more = pair.costs.len().saturating_sub(COSTS);
    let costs_of = |count: usize| words::several(count as u64, "cost");
    let rest = [
        (more > 0).then(|| format!("and {} more", costs_of(more))),
        (pair.alike > 0).then(|| format!("{} not told apart", costs_of(pair.alike))),
        (pair.untold > 0).then(|| {
            format!(
                "{} of a single round: nothing is said of these",
                costs_of(pair.untold)
            )
        }),
    ];
    Between {
        a: name(pair.hosts.0),
        b: name(pair.hosts.1),
        what: what.collect(),
        costs: costs.collect(),
        rest: rest.into_iter().flatten().collect(),
    }
}
