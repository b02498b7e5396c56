//! Hosts of one machine key as one machine: its level of a cost is the median of
//! theirs, and its spread how far they lie apart.

use std::collections::BTreeMap;

use oscost_record::Configuration;

use super::{Fleet, Host, Reading};
use crate::quantile::median;
use crate::robust_deviation;

/// What stands in a configuration where hosts do not agree.
const VARIOUS: &str = "not the same on its hosts";

impl Fleet {
    /// The machines, by name; each is called by its key. A key of one host alone
    /// keeps the host's figures.
    #[must_use]
    pub fn by_machine(&self) -> Self {
        let mut keys: BTreeMap<&str, Vec<&Host>> = BTreeMap::new();
        for host in &self.hosts {
            keys.entry(&host.run.machine.key).or_default().push(host);
        }
        let costs = self.costs.len();
        Self {
            costs: self.costs.clone(),
            hosts: keys.values().map(|hosts| joined(hosts, costs)).collect(),
            places: self.places.clone(),
        }
    }
}

/// One machine of its hosts, of which there is at least one.
fn joined(hosts: &[&Host], costs: usize) -> Host {
    let mut machine = hosts[0].clone();
    machine.name.clone_from(&hosts[0].run.machine.key);
    machine.stands_for = hosts.len();
    machine.finished = hosts.iter().all(|host| host.finished);
    if hosts.len() > 1 {
        machine.readings = (0..costs).map(|cost| reading(hosts, cost)).collect();
        machine.run.configuration = shared(hosts);
    }
    machine
}

fn reading(hosts: &[&Host], cost: usize) -> Option<Reading> {
    let levels = hosts.iter().filter_map(|host| host.above_zero(cost));
    let mut logs: Vec<f64> = levels.map(|reading| reading.level.ln()).collect();
    let level = median(&mut logs)?.exp();
    let spread = robust_deviation(&logs).unwrap_or(0.0);
    Some(Reading {
        level,
        spread,
        rounds: u32::try_from(logs.len()).unwrap_or(u32::MAX),
    })
}

/// What all hosts have alike, and of the rest that they have not.
fn shared(hosts: &[&Host]) -> Configuration {
    let mut shared = BTreeMap::new();
    for host in hosts {
        for name in host.run.configuration.0.keys() {
            if shared.contains_key(name) {
                continue;
            }
            let value = |host: &&Host| host.run.configuration.0.get(name).cloned();
            let first = value(&hosts[0]);
            let alike = hosts.iter().all(|host| value(host) == first);
            let said = first.filter(|_| alike);
            shared.insert(name.clone(), said.unwrap_or_else(|| VARIOUS.to_owned()));
        }
    }
    Configuration(shared)
}
