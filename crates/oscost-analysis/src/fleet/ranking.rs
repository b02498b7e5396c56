//! Who is the cheapest at what, and by how much: the ratio to the best, cost by
//! cost, and its geometric mean over the costs that all have measured. Emulated
//! hosts are in none of it.

use oscost_record::Quantity;

use super::{Fleet, Host};
use crate::quantile::{median, quantile_of_sorted};
use crate::{ratio_of, side_by_side};

/// A host that has measured less than this share of what hosts usually have is
/// ranked cost by cost and has no mean: else it would take from all others the
/// costs that it lacks.
const BROAD: f64 = 0.5;

/// Hosts in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// Every host that is not emulated: by the mean of its times, the lowest
    /// first; who has none stands last, by name.
    pub order: Vec<Standing>,
    /// Every cost that one of them has measured, in the order of the fleet.
    pub costs: Vec<CostRanks>,
}

/// One host among the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Its number in the fleet.
    pub host: usize,
    /// Of times.
    pub time: Option<Mean>,
    /// Of bytes.
    pub memory: Option<Mean>,
    /// Costs that it has a rank at.
    pub ranked: usize,
    /// Costs at which nobody is cheaper.
    pub best: usize,
}

/// The geometric mean of ratios to the best, over costs that every host with a
/// mean has measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// 1 for who is the best at all of them.
    pub ratio: f64,
    /// Of how many costs.
    pub costs: usize,
}

/// The hosts at one cost.
#[derive(Clone, Debug, PartialEq)]
pub struct CostRanks {
    /// Its number in the fleet.
    pub cost: usize,
    /// The cheapest first; of equals the first by name.
    pub ranks: Vec<Rank>,
}

/// A host at one cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rank {
    /// Its number in the fleet.
    pub host: usize,
    /// The level.
    pub level: f64,
    /// Over the level of the best.
    pub ratio: f64,
    /// Whether the rounds tell it from the best: the 95 % interval of the ratio
    /// does not hold 1. `None` where one of the two has a single round.
    pub apart: Option<bool>,
}

impl CostRanks {
    /// The level below which the share `p` of the hosts lies.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let levels: Vec<f64> = self.ranks.iter().map(|rank| rank.level).collect();
        quantile_of_sorted(&levels, p)
    }

    /// The rank of a host.
    #[must_use]
    pub fn of(&self, host: usize) -> Option<&Rank> {
        self.ranks.iter().find(|rank| rank.host == host)
    }
}

/// Ranks the hosts of a fleet that are not emulated.
#[must_use]
pub fn ranking(fleet: &Fleet) -> Ranking {
    let hosts: Vec<usize> = (0..fleet.hosts.len())
        .filter(|&host| fleet.hosts[host].emulated().is_none())
        .collect();
    let numbers: Vec<usize> = (0..fleet.costs.len()).collect();
    let mut costs = side_by_side(&numbers, |&cost| ranks(fleet, &hosts, cost));
    costs.retain(|cost| !cost.ranks.is_empty());
    let mut standings: Vec<Standing> = hosts.iter().map(|&host| Standing::at(host)).collect();
    let mut place = vec![None; fleet.hosts.len()];
    for (number, &host) in hosts.iter().enumerate() {
        place[host] = Some(number);
    }
    for cost in &costs {
        for rank in &cost.ranks {
            if let Some(standing) = place[rank.host].map(|number| &mut standings[number]) {
                standing.ranked += 1;
                standing.best += usize::from(rank.ratio <= 1.0);
            }
        }
    }
    let broad = broad(&standings);
    for quantity in [Quantity::Time, Quantity::Memory] {
        means(fleet, &costs, &broad, quantity, &mut standings);
    }
    let key = |standing: &Standing| standing.time.map_or(f64::INFINITY, |mean| mean.ratio);
    standings.sort_by(|a, b| key(a).total_cmp(&key(b)).then(a.host.cmp(&b.host)));
    Ranking {
        order: standings,
        costs,
    }
}

impl Standing {
    fn at(host: usize) -> Self {
        Self {
            host,
            time: None,
            memory: None,
            ranked: 0,
            best: 0,
        }
    }
}

fn ranks(fleet: &Fleet, hosts: &[usize], cost: usize) -> CostRanks {
    let above = |&host: &usize| Some((host, fleet.hosts[host].above_zero(cost)?));
    let mut found: Vec<_> = hosts.iter().filter_map(above).collect();
    // Hosts stand by name, and the order of equals is kept.
    found.sort_by(|(_, a), (_, b)| a.level.total_cmp(&b.level));
    let best = found.first().map(|&(_, best)| *best);
    let rank = |(host, reading): (usize, &super::Reading)| {
        let best = best.as_ref()?;
        let both = reading.estimate().zip(best.estimate());
        let apart = both.and_then(|(one, best)| ratio_of(one, best));
        Some(Rank {
            host,
            level: reading.level,
            ratio: reading.level / best.level,
            apart: apart.map(|ratio| ratio.low > 1.0),
        })
    };
    CostRanks {
        cost,
        ranks: found.into_iter().filter_map(rank).collect(),
    }
}

/// The hosts that have a mean.
fn broad(standings: &[Standing]) -> Vec<usize> {
    let mut counts: Vec<f64> = standings.iter().map(|one| one.ranked as f64).collect();
    let usual = median(&mut counts).unwrap_or(0.0);
    let is_broad = |one: &&Standing| one.ranked > 0 && one.ranked as f64 >= BROAD * usual;
    let broad = standings.iter().filter(is_broad);
    broad.map(|one| one.host).collect()
}

/// Fills in the means of one quantity. The best of a cost is the best of all
/// hosts, whether or not it has a mean itself.
fn means(
    fleet: &Fleet,
    costs: &[CostRanks],
    broad: &[usize],
    quantity: Quantity,
    standings: &mut [Standing],
) {
    let has = |host: &Host, cost: usize| host.above_zero(cost).is_some();
    let common = costs.iter().filter(|ranks| {
        let of_it = fleet.costs[ranks.cost].unit.quantity == quantity;
        of_it
            && broad
                .iter()
                .all(|&host| has(&fleet.hosts[host], ranks.cost))
    });
    let common: Vec<(usize, f64)> = common
        .filter_map(|ranks| Some((ranks.cost, ranks.ranks.first()?.level)))
        .collect();
    if common.is_empty() {
        return;
    }
    for standing in standings {
        if broad.binary_search(&standing.host).is_err() {
            continue;
        }
        let host = &fleet.hosts[standing.host];
        let logs = common.iter().filter_map(|&(cost, best)| {
            let reading = host.above_zero(cost)?;
            Some((reading.level / best).ln())
        });
        let mean = Mean {
            ratio: (logs.sum::<f64>() / common.len() as f64).exp(),
            costs: common.len(),
        };
        match quantity {
            Quantity::Time => standing.time = Some(mean),
            Quantity::Memory => standing.memory = Some(mean),
        }
    }
}
