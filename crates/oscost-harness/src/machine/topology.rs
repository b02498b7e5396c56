//! Which CPUs this program may use and how near they are to each other, so
//! that two parties can be placed on purpose. Never pins anything itself.

use std::collections::BTreeMap;

use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;
use oscost_record::{Cpu, Placement};

use super::{Sources, cpu_list};

/// How far apart two CPUs are, nearest first. The kernel's word for the
/// groups is in `/sys/devices/system/cpu/cpu*/{topology,cache}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Distance {
    /// Hardware threads of one core.
    SmtSibling,
    /// Two cores that share their last-level cache.
    SameCache,
    /// Two cores of a NUMA node with a last-level cache each.
    SameNode,
    /// Two NUMA nodes or packages.
    OtherNode,
}

/// Where a CPU sits. Groups are named by their lowest CPU; a group that the
/// kernel does not tell is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpuPlace {
    /// The CPU itself.
    pub cpu: Cpu,
    /// The physical core.
    pub core: Option<Cpu>,
    /// The last-level cache.
    pub cache: Option<Cpu>,
    /// Size of that cache in KiB.
    pub cache_kib: Option<u64>,
    /// The package's own number.
    pub package: Option<u32>,
    /// The NUMA node's own number.
    pub node: Option<u32>,
}

/// The CPUs of a machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topology {
    /// Every CPU that is online, by rising number.
    pub online: Vec<CpuPlace>,
    /// Those that this program may use (`sched_getaffinity`).
    pub usable: Vec<Cpu>,
}

/// Which CPUs the parties of a case are pinned to, by placement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen(BTreeMap<Placement, Vec<Cpu>>);

impl Chosen {
    /// The CPUs at a placement: empty where the scheduler chooses, absent
    /// where this program may use no such CPUs.
    #[must_use]
    pub fn at(&self, placement: Placement) -> Option<&[Cpu]> {
        self.0.get(&placement).map(Vec::as_slice)
    }

    /// The CPU of every case with one party.
    #[must_use]
    pub fn first(&self) -> Option<Cpu> {
        self.at(Placement::SameCpu)?.first().copied()
    }
}

const CPUS: &str = "/sys/devices/system/cpu";

impl Topology {
    /// Reads it. The usable CPUs are those of the calling thread: read it
    /// before anything is pinned.
    #[must_use]
    pub fn read(sources: &Sources) -> Self {
        let nodes = node_members(sources);
        let mut online: Vec<CpuPlace> = sources
            .names(CPUS)
            .iter()
            .filter_map(|name| name.strip_prefix("cpu")?.parse().ok())
            .filter(|cpu| sources.exists(format!("{CPUS}/cpu{cpu}/topology")))
            .map(|cpu| place(sources, cpu, &nodes))
            .collect();
        online.sort_unstable_by_key(|place| place.cpu);
        Self {
            usable: usable(sources),
            online,
        }
    }

    /// Two usable CPUs for a case that must not share one. Two cores under
    /// one last-level cache if there are such, as that is what a scheduler
    /// tries first; then ever farther ones; SMT siblings only as a last
    /// resort, since they share a core and so are half of one CPU each.
    #[must_use]
    pub fn cross_cpu_pair(&self) -> Option<(Cpu, Cpu)> {
        use Distance::{OtherNode, SameCache, SameNode, SmtSibling};
        [SameCache, SameNode, OtherNode, SmtSibling]
            .into_iter()
            .find_map(|distance| self.pair(distance))
            .or_else(|| Some((*self.usable.first()?, *self.usable.get(1)?)))
    }

    /// The CPUs of the parties at each placement, as far as there are such.
    #[must_use]
    pub fn choose(&self) -> Chosen {
        let two = |pair: Option<(Cpu, Cpu)>| pair.map(|(one, other)| vec![one, other]);
        let first = match self.cross_cpu_pair() {
            Some((first, _)) => Some(first),
            None => self.usable.first().copied(),
        };
        let of = |placement| match placement {
            Placement::Free => Some(Vec::new()),
            Placement::SameCpu => first.map(|cpu| vec![cpu]),
            Placement::CrossCpu => two(self.cross_cpu_pair()),
            Placement::SmtSibling => two(self.pair(Distance::SmtSibling)),
            Placement::SameLlc => two(self.pair(Distance::SameCache)),
            Placement::CrossLlc => two(self.pair(Distance::SameNode)),
            Placement::CrossNuma => two(self.pair(Distance::OtherNode)),
        };
        let all = Placement::ALL.into_iter();
        Chosen(all.filter_map(|place| Some((place, of(place)?))).collect())
    }

    /// The first two usable CPUs at exactly that distance.
    #[must_use]
    pub fn pair(&self, distance: Distance) -> Option<(Cpu, Cpu)> {
        let mut pairs = self.usable.iter().enumerate().flat_map(|(index, &one)| {
            let others = &self.usable[index + 1..];
            others.iter().map(move |&other| (one, other))
        });
        pairs.find(|&(one, other)| self.distance(one, other) == Some(distance))
    }

    /// How far apart two CPUs are; absent where the kernel does not tell, or
    /// where they are one and the same.
    #[must_use]
    pub fn distance(&self, one: Cpu, other: Cpu) -> Option<Distance> {
        let (one, other) = (self.place(one)?, self.place(other)?);
        if one.cpu == other.cpu {
            None
        } else if one.core? == other.core? {
            Some(Distance::SmtSibling)
        } else if one.cache.is_some() && one.cache == other.cache {
            Some(Distance::SameCache)
        } else if one.node != other.node || one.package != other.package {
            Some(Distance::OtherNode)
        } else if one.cache.is_some() && other.cache.is_some() {
            Some(Distance::SameNode)
        } else {
            // Caches untold, as in many virtual machines: one node and one
            // package is the nearest that can be said.
            Some(Distance::SameCache)
        }
    }

    fn place(&self, cpu: Cpu) -> Option<&CpuPlace> {
        let index = self
            .online
            .binary_search_by_key(&cpu, |place| place.cpu)
            .ok()?;
        self.online.get(index)
    }
}

fn place(sources: &Sources, cpu: u32, nodes: &[(u32, Vec<u32>)]) -> CpuPlace {
    let topology = format!("{CPUS}/cpu{cpu}/topology");
    // `core_cpus_list` since Linux 5.3, `thread_siblings_list` ever since.
    let core = ["core_cpus_list", "thread_siblings_list"]
        .iter()
        .find_map(|name| lowest(&sources.text(format!("{topology}/{name}"))?));
    let (cache, cache_kib) = last_level_cache(sources, cpu);
    CpuPlace {
        cpu: Cpu(cpu),
        core,
        cache,
        cache_kib,
        package: sources.value(format!("{topology}/physical_package_id")),
        node: nodes
            .iter()
            .find(|(_, cpus)| cpus.contains(&cpu))
            .map(|(node, _)| *node),
    }
}

/// Group and size of the highest cache level that serves data.
fn last_level_cache(sources: &Sources, cpu: u32) -> (Option<Cpu>, Option<u64>) {
    let folder = format!("{CPUS}/cpu{cpu}/cache");
    let highest = sources
        .names(&folder)
        .into_iter()
        .filter(|index| {
            sources.text(format!("{folder}/{index}/type")).as_deref() != Some("Instruction")
        })
        .filter_map(|index| {
            Some((
                sources.value::<u32>(format!("{folder}/{index}/level"))?,
                index,
            ))
        })
        .max();
    let Some((_, index)) = highest else {
        return (None, None);
    };
    let shared = sources.text(format!("{folder}/{index}/shared_cpu_list"));
    let size = sources.text(format!("{folder}/{index}/size"));
    (
        shared.and_then(|list| lowest(&list)),
        size.and_then(|size| kib(&size)),
    )
}

/// `32768K` or `32M` in KiB.
fn kib(size: &str) -> Option<u64> {
    let (number, unit) = size.split_at_checked(size.len().checked_sub(1)?)?;
    let factor = match unit {
        "K" => 1,
        "M" => 1 << 10,
        "G" => 1 << 20,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

fn lowest(list: &str) -> Option<Cpu> {
    cpu_list::parse(list).first().copied().map(Cpu)
}

fn node_members(sources: &Sources) -> Vec<(u32, Vec<u32>)> {
    let folder = "/sys/devices/system/node";
    let nodes = sources.names(folder).into_iter().filter_map(|name| {
        let node = name.strip_prefix("node")?.parse().ok()?;
        let cpus = sources.text(format!("{folder}/{name}/cpulist"))?;
        Some((node, cpu_list::parse(&cpus).into_iter().collect()))
    });
    nodes.collect()
}

/// The CPUs that the calling thread may use. `sched_getaffinity` of `nix`
/// knows 1,024 CPUs and fails on larger kernels: there, and under a fake
/// root, `/proc/self/status` answers.
pub(crate) fn usable(sources: &Sources) -> Vec<Cpu> {
    if sources.is_live()
        && let Ok(set) = sched_getaffinity(Pid::from_raw(0))
    {
        let numbers = (0..CpuSet::count()).filter(|&cpu| set.is_set(cpu) == Ok(true));
        return numbers
            .filter_map(|cpu| u32::try_from(cpu).ok())
            .map(Cpu)
            .collect();
    }
    let list = sources.field("/proc/self/status", "Cpus_allowed_list");
    list.map(|list| cpu_list::parse(&list).into_iter().map(Cpu).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::fake::{self, Tree};
    use super::*;

    #[test]
    fn every_distance_is_found_on_two_sockets_with_smt() {
        let topology = Topology::read(&fake::two_sockets().sources("x86_64"));
        assert_eq!(topology.pair(Distance::SmtSibling), Some((Cpu(0), Cpu(8))));
        assert_eq!(topology.pair(Distance::SameCache), Some((Cpu(0), Cpu(1))));
        assert_eq!(topology.pair(Distance::SameNode), Some((Cpu(0), Cpu(2))));
        assert_eq!(topology.pair(Distance::OtherNode), Some((Cpu(0), Cpu(4))));
        assert_eq!(topology.cross_cpu_pair(), Some((Cpu(0), Cpu(1))));
    }

    #[test]
    fn siblings_are_the_last_resort() {
        let usable_cpus = |list: &str| {
            let tree = fake::two_sockets().file(
                "/proc/self/status",
                &format!("Cpus_allowed_list:\t{list}\n"),
            );
            Topology::read(&tree.sources("x86_64")).cross_cpu_pair()
        };
        assert_eq!(usable_cpus("0,8"), Some((Cpu(0), Cpu(8))));
        assert_eq!(usable_cpus("0,4,8"), Some((Cpu(0), Cpu(4))));
        assert_eq!(usable_cpus("0"), None);
    }

    #[test]
    fn without_sysfs_any_two_usable_cpus_do() {
        let tree = Tree::new().file("/proc/self/status", "Cpus_allowed_list: 3,5\n");
        let topology = Topology::read(&tree.sources("x86_64"));
        assert!(topology.online.is_empty());
        assert_eq!(topology.cross_cpu_pair(), Some((Cpu(3), Cpu(5))));
        assert_eq!(
            Topology::read(&Tree::new().sources("x86_64")),
            Topology::default()
        );
    }

    #[test]
    fn cache_sizes_come_in_several_units() {
        assert_eq!(kib("32768K"), Some(32_768));
        assert_eq!(kib("32M"), Some(32_768));
        assert_eq!(kib(""), None);
        assert_eq!(kib("lots"), None);
    }

    #[test]
    fn this_machine_has_a_usable_cpu() {
        assert!(!Topology::read(&Sources::machine()).usable.is_empty());
    }
}
