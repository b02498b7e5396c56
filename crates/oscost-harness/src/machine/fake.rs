//! Folders that look like machines, for tests.

use std::path::Path;

use tempfile::TempDir;

use super::Sources;

/// A `/proc` and a `/sys` in a temporary folder.
pub(super) struct Tree(TempDir);

impl Tree {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The tree with one more file, or with another text in it.
    pub(super) fn file(self, path: &str, text: &str) -> Self {
        let path = self.0.path().join(path.trim_start_matches('/'));
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub(super) fn sources(&self, arch: &str) -> Sources {
        Sources::under(self.0.path(), arch)
    }

    /// The tree with one more CPU: its siblings, package, and the CPUs that
    /// share its third-level cache of 32 MiB (none if empty).
    pub(super) fn cpu(self, cpu: u32, siblings: &str, package: i32, cache: &str) -> Self {
        let folder = format!("/sys/devices/system/cpu/cpu{cpu}");
        let tree = self
            .file(
                &format!("{folder}/topology/core_cpus_list"),
                &format!("{siblings}\n"),
            )
            .file(
                &format!("{folder}/topology/physical_package_id"),
                &format!("{package}\n"),
            );
        if cache.is_empty() {
            return tree;
        }
        tree.file(&format!("{folder}/cache/index1/type"), "Instruction\n")
            .file(&format!("{folder}/cache/index1/level"), "1\n")
            .file(&format!("{folder}/cache/index1/size"), "32K\n")
            .file(&format!("{folder}/cache/index3/type"), "Unified\n")
            .file(&format!("{folder}/cache/index3/level"), "3\n")
            .file(&format!("{folder}/cache/index3/size"), "32768K\n")
            .file(
                &format!("{folder}/cache/index3/shared_cpu_list"),
                &format!("{cache}\n"),
            )
    }
}

/// Two virtual CPUs under KVM.
pub(super) fn kvm_guest() -> Tree {
    let cpu = |number: u32| {
        format!(
            "processor\t: {number}\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 17\n\
             model name\t: AMD EPYC\nstepping\t: 1\nmicrocode\t: 0x1000065\ncpu MHz\t\t: 2596.{number}\n\
             flags\t\t: fpu vme hypervisor\n\n"
        )
    };
    Tree::new()
        .file("/proc/cpuinfo", &(cpu(0) + &cpu(1)))
        .file(
            "/proc/meminfo",
            "MemTotal: 24684084 kB\nMemFree: 23822720 kB\n",
        )
        .file(
            "/proc/self/status",
            "Name:\tx\nSeccomp:\t2\nSeccomp_filters:\t1\nCpus_allowed_list:\t0-1\n",
        )
        .file(
            "/sys/devices/system/clocksource/clocksource0/available_clocksource",
            "tsc kvm-clock \n",
        )
        .file(
            "/sys/devices/system/clocksource/clocksource0/current_clocksource",
            "tsc\n",
        )
        .file("/sys/devices/system/node/node0/cpulist", "0-1\n")
        .cpu(0, "0", 0, "0-1")
        .cpu(1, "1", 0, "0-1")
}

/// Two sockets of four cores with two threads each, bare metal. A package has
/// two caches of two cores: CPUs 0, 1 and their siblings 8, 9 share the first.
pub(super) fn two_sockets() -> Tree {
    let cpuinfo: String = (0..16)
        .map(|cpu| {
            format!(
                "processor\t: {cpu}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\n\
                 model name\t: Intel(R) Xeon(R)\nstepping\t: 6\nflags\t\t: fpu vme\n\n"
            )
        })
        .collect();
    let tree = Tree::new()
        .file("/proc/cpuinfo", &cpuinfo)
        .file("/proc/meminfo", "MemTotal: 527900000 kB\n")
        .file("/proc/self/status", "Cpus_allowed_list:\t0-15\n")
        .file("/sys/class/dmi/id/sys_vendor", "Dell Inc.\n")
        .file("/sys/devices/system/node/node0/cpulist", "0-3,8-11\n")
        .file("/sys/devices/system/node/node1/cpulist", "4-7,12-15\n");
    (0..16).fold(tree, |tree, cpu| {
        let core = cpu % 8;
        let first = core - core % 2;
        let cache = format!("{first}-{},{}-{}", first + 1, first + 8, first + 9);
        let package = if core < 4 { 0 } else { 1 };
        tree.cpu(cpu, &format!("{core},{}", core + 8), package, &cache)
    })
}

/// Four Arm cores, bare metal, caches untold.
pub(super) fn arm_server() -> Tree {
    let cpuinfo: String = (0..4)
        .map(|cpu| {
            format!(
                "processor\t: {cpu}\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n\
                 CPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n\n"
            )
        })
        .collect();
    let tree = Tree::new()
        .file("/proc/cpuinfo", &cpuinfo)
        .file("/proc/meminfo", "MemTotal: 16240000 kB\n")
        .file("/proc/self/status", "Cpus_allowed_list:\t0-3\n");
    (0..4).fold(tree, |tree, cpu| tree.cpu(cpu, &cpu.to_string(), -1, ""))
}
