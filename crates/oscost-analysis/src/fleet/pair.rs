//! Two machines: what differs between them, beside which costs do. That one
//! comes of the other is not said here: two machines differ in many things.

use super::{Fleet, Reading};
use crate::compare::Change;
use crate::{Difference, Estimate, ratio_of, run_differences};

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The numbers of the two in the fleet.
    pub hosts: (usize, usize),
    /// What differs between machines, configurations and programs.
    pub differences: Vec<Difference>,
    /// The costs that differ, the largest difference first.
    pub costs: Vec<PairCost>,
    /// How many costs of both are not told apart.
    pub alike: usize,
    /// How many costs of both have a single round on one side, or are not above
    /// zero: nothing is said of them.
    pub untold: usize,
}

/// A cost that differs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairCost {
    /// Its number in the fleet.
    pub cost: usize,
    /// The levels on the first and on the second.
    pub levels: (f64, f64),
    /// The second over the first, with its 95 % interval.
    pub ratio: Estimate,
    /// Which way.
    pub change: Change,
}

/// Holds two hosts of a fleet against each other. A cost differs where the
/// whole interval of the ratio lies further from 1 than `threshold`, a share.
#[must_use]
pub fn pair(fleet: &Fleet, (a, b): (usize, usize), threshold: f64) -> Pair {
    let (one, two) = (&fleet.hosts[a], &fleet.hosts[b]);
    let mut pair = Pair {
        hosts: (a, b),
        differences: run_differences(&one.run, &two.run),
        costs: Vec::new(),
        alike: 0,
        untold: 0,
    };
    for cost in 0..fleet.costs.len() {
        let (Some(before), Some(after)) = (one.reading(cost), two.reading(cost)) else {
            continue;
        };
        let both = before.estimate().zip(after.estimate());
        let Some(ratio) = both.and_then(|(before, after)| ratio_of(after, before)) else {
            pair.untold += 1;
            continue;
        };
        let change = Change::of(ratio, threshold);
        if change == Change::NotToldApart {
            pair.alike += 1;
            continue;
        }
        let level = |reading: &Reading| reading.level;
        pair.costs.push(PairCost {
            cost,
            levels: (level(before), level(after)),
            ratio,
            change,
        });
    }
    let size = |cost: &PairCost| cost.ratio.value.ln().abs();
    pair.costs.sort_by(|a, b| size(b).total_cmp(&size(a)));
    pair
}
