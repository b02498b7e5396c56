//! Who the machine is: what stays over reboots and kernel updates, hashed
//! into its key. Never contains a serial number, an address or a host name.

use std::collections::{BTreeMap, BTreeSet};

use oscost_record::Machine;

use super::cpu_model::{self, CpuModel};
use super::topology::{CpuPlace, Topology};
use super::{Sources, hypervisor};

/// The machine with its key. Counts that the machine does not tell are 0, the
/// one number that no machine can have.
#[must_use]
pub fn identity(sources: &Sources) -> Machine {
    let model = cpu_model::read(sources);
    let topology = Topology::read(sources);
    let online = &topology.online;
    let name = name(sources, &model);
    Machine {
        arch: sources.arch().to_owned(),
        sockets: sockets(online),
        cores: cores(online)
            .or_else(|| library_cores(sources))
            .unwrap_or(0),
        threads_per_core: threads_per_core(online),
        usable_cpus: count(topology.usable.len()),
        numa_nodes: numa_nodes(sources, online),
        l3_kib: online.iter().filter_map(|place| place.cache_kib).max(),
        memory_gib: memory_gib(sources),
        hypervisor: hypervisor::hypervisor(sources, &model),
        emulated: hypervisor::emulated(sources, &model),
        vendor: model.vendor,
        family: model.family,
        model: model.model,
        stepping: model.stepping,
        name,
        key: String::new(),
    }
    .keyed()
}

/// The name for people. On Arm the kernel prints numbers alone; `sysinfo`
/// knows what many of them mean.
fn name(sources: &Sources, model: &CpuModel) -> String {
    if !model.name.is_empty() || !sources.is_live() {
        return model.name.clone();
    }
    let Ok(mut system) = sysinfo::System::new() else {
        return String::new();
    };
    system.refresh_cpu_list(sysinfo::CpuRefreshKind::nothing());
    let brands: BTreeSet<&str> = system.cpus().iter().map(sysinfo::Cpu::brand).collect();
    brands
        .into_iter()
        .filter(|brand| !brand.is_empty())
        .collect::<Vec<_>>()
        .join("+")
}

/// Packages. Where no CPU tells its package, as on many Arm boards, all are
/// in one.
fn sockets(online: &[CpuPlace]) -> u32 {
    let packages: BTreeSet<_> = online.iter().map(|place| place.package).collect();
    count(packages.len())
}

/// Physical cores, if every CPU tells its own.
fn cores(online: &[CpuPlace]) -> Option<u32> {
    let cores: Option<BTreeSet<_>> = online.iter().map(|place| place.core).collect();
    cores
        .map(|cores| count(cores.len()))
        .filter(|&count| count > 0)
}

/// Without `/sys` there is still `/proc/cpuinfo`, which `sysinfo` counts.
fn library_cores(sources: &Sources) -> Option<u32> {
    if !sources.is_live() {
        return None;
    }
    sysinfo::System::physical_core_count().ok().map(count)
}

/// Hardware threads of the widest core: some cores of a hybrid CPU have one.
fn threads_per_core(online: &[CpuPlace]) -> u32 {
    let mut threads: BTreeMap<_, u32> = BTreeMap::new();
    for core in online.iter().filter_map(|place| place.core) {
        *threads.entry(core).or_default() += 1;
    }
    threads.into_values().max().unwrap_or(0)
}

/// NUMA nodes. A kernel without NUMA has no such folder and one node.
fn numa_nodes(sources: &Sources, online: &[CpuPlace]) -> u32 {
    let names = sources.names("/sys/devices/system/node");
    let nodes = names.iter().filter(|name| {
        name.strip_prefix("node")
            .is_some_and(|number| number.parse::<u32>().is_ok())
    });
    count(nodes.count().max(usize::from(!online.is_empty())))
}

/// `MemTotal` alone is read: `procfs` gives up on the whole file where one of
/// its many other lines is missing, and the key must not hang on those.
fn memory_gib(sources: &Sources) -> u64 {
    let total = sources.field("/proc/meminfo", "MemTotal");
    let kib = total.and_then(|total| total.strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kib.map_or(0, |kib| round_up_gib(kib.saturating_mul(1024)))
}

/// Bytes in GiB, rounded up to a step of a sixteenth to an eighth, at least
/// 1 GiB. The kernel keeps a few percent for itself, more or less with its
/// release and settings: a step as wide as that gives the same figure each
/// time, and the installed size for the sizes that memory is sold in.
fn round_up_gib(bytes: u64) -> u64 {
    let gib = bytes.div_ceil(1 << 30);
    let step = (gib.next_power_of_two() / 16).max(1);
    gib.next_multiple_of(step)
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::fake::{self, Tree};
    use super::*;

    #[test]
    fn a_guest_is_described() {
        let machine = identity(&fake::kvm_guest().sources("x86_64"));
        assert_eq!(
            (machine.sockets, machine.cores, machine.threads_per_core),
            (1, 2, 1)
        );
        assert_eq!((machine.usable_cpus, machine.numa_nodes), (2, 1));
        assert_eq!((machine.l3_kib, machine.memory_gib), (Some(32_768), 24));
        assert_eq!(machine.hypervisor.as_deref(), Some("KVM"));
        assert_eq!(machine.name, "AMD EPYC");
    }

    #[test]
    fn two_sockets_with_smt_are_counted() {
        let machine = identity(&fake::two_sockets().sources("x86_64"));
        assert_eq!(
            (machine.sockets, machine.cores, machine.threads_per_core),
            (2, 8, 2)
        );
        assert_eq!((machine.usable_cpus, machine.numa_nodes), (16, 2));
        assert_eq!(machine.memory_gib, 512);
    }

    #[test]
    fn an_arm_server_is_described() {
        let machine = identity(&fake::arm_server().sources("aarch64"));
        assert_eq!(
            (machine.vendor.as_str(), machine.model.as_str()),
            ("0x41", "0xd0c")
        );
        assert_eq!(
            (machine.sockets, machine.cores, machine.threads_per_core),
            (1, 4, 1)
        );
        assert_eq!(
            (machine.l3_kib, machine.hypervisor, machine.emulated),
            (None, None, None)
        );
    }

    #[test]
    fn an_empty_tree_knows_nothing_and_has_a_key() {
        let machine = identity(&Tree::new().sources("x86_64"));
        let nothing = Machine {
            arch: "x86_64".into(),
            ..Machine::default()
        };
        assert_eq!(machine, nothing.keyed());
    }

    #[test]
    fn the_key_ignores_what_changes_by_itself() {
        let key = |tree: &Tree| identity(&tree.sources("x86_64")).key;
        let before = key(&fake::kvm_guest());
        let later = fake::kvm_guest()
            .file("/proc/loadavg", "9.00 8.00 7.00 3/200 4711\n")
            .file("/proc/sys/kernel/osrelease", "7.1.0\n")
            .file(
                "/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq",
                "800000\n",
            )
            .file("/proc/meminfo", "MemTotal: 24500000 kB\nMemFree: 1 kB\n");
        assert_eq!(key(&later), before);
    }

    #[test]
    fn the_key_tells_other_cpus_apart() {
        let key = |tree: &Tree| identity(&tree.sources("x86_64")).key;
        let fewer = fake::kvm_guest().file("/proc/self/status", "Cpus_allowed_list: 0\n");
        assert_ne!(key(&fewer), key(&fake::kvm_guest()));
        let other = fake::kvm_guest().cpu(2, "2", 0, "0-2");
        assert_ne!(key(&other), key(&fake::kvm_guest()));
    }

    #[test]
    fn memory_is_the_size_that_was_bought() {
        let gib = |kib: u64| round_up_gib(kib << 10);
        assert_eq!(gib(24_684_084), 24);
        assert_eq!(gib(16_240_000), 16);
        assert_eq!(gib(65_700_000), 64);
        assert_eq!(gib(527_900_000), 512);
        assert_eq!(gib(1_000_000), 1);
    }

    #[test]
    fn this_machine_is_the_same_twice() {
        let sources = Sources::machine();
        let machine = identity(&sources);
        assert_eq!(machine.arch, std::env::consts::ARCH);
        assert!(machine.usable_cpus > 0);
        assert_eq!(identity(&sources), machine);
    }
}
