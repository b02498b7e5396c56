//! A fleet with all that is told of it: the roll, the ranks of the hosts and of
//! the machines that they are, and who is unlike its kind.

use super::{Fleet, Outlier, Pair, Ranking, Roll, Unread, outliers, pair, ranking, roll};

/// Up to here hosts stand one by one; more are shown as the machines that they
/// are.
const ONE_BY_ONE: usize = 24;

/// Up to here every machine is held against every other.
const ALL_PAIRS: usize = 6;

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    /// The hosts.
    pub hosts: Fleet,
    /// Their ranks.
    pub ranking: Ranking,
    /// The hosts joined by machine key.
    pub machines: Fleet,
    /// The ranks of these.
    pub machine_ranking: Ranking,
    /// Who is there and who is not.
    pub roll: Roll,
    /// Hosts unlike others of their machine.
    pub outliers: Vec<Outlier>,
}

/// Joins a fleet. `expected` are the hosts that should have a record.
#[must_use]
pub fn join(hosts: Fleet, expected: Option<&[String]>, unread: Vec<Unread>) -> Joined {
    let machines = hosts.by_machine();
    Joined {
        ranking: ranking(&hosts),
        machine_ranking: ranking(&machines),
        roll: roll(&hosts, expected, unread),
        outliers: outliers(&hosts),
        machines,
        hosts,
    }
}

impl Joined {
    /// Whether there are too many hosts to stand one by one.
    #[must_use]
    pub fn is_crowd(&self) -> bool {
        self.hosts.hosts.len() > ONE_BY_ONE
    }

    /// What is shown one by one, with its ranks: hosts, or of a crowd the
    /// machines.
    #[must_use]
    pub fn shown(&self) -> (&Fleet, &Ranking) {
        match self.is_crowd() {
            true => (&self.machines, &self.machine_ranking),
            false => (&self.hosts, &self.ranking),
        }
    }

    /// Pairs of what is shown, the first `most` alone: each with each, or of
    /// many each with the best and with its neighbour.
    #[must_use]
    pub fn pairs(&self, threshold: f64, most: usize) -> Vec<Pair> {
        let (fleet, ranking) = self.shown();
        let order: Vec<usize> = ranking.order.iter().map(|one| one.host).collect();
        let order = &order[..order.len().min(most)];
        let mut pairs = Vec::new();
        for (place, &one) in order.iter().enumerate() {
            for (other_place, &other) in order.iter().enumerate().skip(place + 1) {
                let near = place == 0 || other_place == place + 1;
                if near || order.len() <= ALL_PAIRS {
                    pairs.push(pair(fleet, (one, other), threshold));
                }
            }
        }
        pairs
    }
}
