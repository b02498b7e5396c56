//! Hosts that are not like others of their own hardware: a cost that lies far
//! from the median of the hosts of the same machine key.

use std::collections::BTreeMap;

use super::{Fleet, Host};
use crate::quantile::median;
use crate::robust_deviation;

/// Fewer hosts of a machine have no usual level.
const FEWEST: usize = 5;

/// So many robust deviations off is far: of a million unchanged figures less
/// than one is.
const FAR: f64 = 5.0;

/// And never less than this share, however alike the others are.
const LEAST: f64 = 0.1;

/// A host unlike its kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlier {
    /// Its number in the fleet.
    pub host: usize,
    /// Costs by their number, each with how many times the usual level it has;
    /// the furthest first.
    pub costs: Vec<(usize, f64)>,
}

/// The hosts unlike others of their machine key: who is so at most costs first.
#[must_use]
pub fn outliers(fleet: &Fleet) -> Vec<Outlier> {
    let mut keys: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, host) in fleet.hosts.iter().enumerate() {
        let key = host.run.machine.key.as_str();
        keys.entry(key).or_default().push(number);
    }
    let mut found: BTreeMap<usize, Vec<(usize, f64)>> = BTreeMap::new();
    for hosts in keys.values().filter(|hosts| hosts.len() >= FEWEST) {
        for cost in 0..fleet.costs.len() {
            for (host, times) in far(fleet, hosts, cost) {
                found.entry(host).or_default().push((cost, times));
            }
        }
    }
    let mut outliers: Vec<Outlier> = found
        .into_iter()
        .map(|(host, mut costs)| {
            costs.sort_by(|(_, a), (_, b)| b.ln().abs().total_cmp(&a.ln().abs()));
            Outlier { host, costs }
        })
        .collect();
    outliers.sort_by_key(|outlier| std::cmp::Reverse(outlier.costs.len()));
    outliers
}

fn far(fleet: &Fleet, hosts: &[usize], cost: usize) -> Vec<(usize, f64)> {
    let log = |host: &Host| host.above_zero(cost).map(|reading| reading.level.ln());
    let found = hosts.iter();
    let found: Vec<(usize, f64)> = found
        .filter_map(|&host| Some((host, log(&fleet.hosts[host])?)))
        .collect();
    if found.len() < FEWEST {
        return Vec::new();
    }
    let logs: Vec<f64> = found.iter().map(|&(_, log)| log).collect();
    let (Some(middle), Some(deviation)) = (median(&mut logs.clone()), robust_deviation(&logs))
    else {
        return Vec::new();
    };
    let bound = (FAR * deviation).max(LEAST.ln_1p());
    let off = found.into_iter().map(|(host, log)| (host, log - middle));
    let off = off.filter(|(_, off)| off.abs() > bound);
    off.map(|(host, off)| (host, off.exp())).collect()
}
