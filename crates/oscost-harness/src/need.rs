//! What a case needs of the machine, checked before it is started: so that
//! `list` can say why a case cannot run here, and a run does not find out by
//! exhausting something.

use std::fs;
use std::path::Path;

use nix::sys::resource::{Resource, getrlimit};
use oscost_record::{Bytes, Machine, Placement};

use crate::case::Case;
use crate::machine::{Chosen, user_mode_emulator};

/// Something that a case cannot run without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// This many CPUs that the process may use.
    Cpus(u32),
    /// A kernel of the program's own architecture, since user-mode emulation
    /// does not do what the text says.
    Native(&'static str),
    /// This many processes or threads beside those that exist.
    Tasks(u64),
    /// This many memory mappings in one process.
    Mappings(u64),
    /// This much memory.
    Memory(Bytes),
    /// `/proc/PID/smaps_rollup`: Linux 4.14.
    SmapsRollup,
    /// This many file descriptors in one process.
    Descriptors(u64),
    /// The same in a case that raises its soft limit to the hard one, which is
    /// then what counts. See [`limits::raise`](crate::limits::raise).
    RaisedDescriptors(u64),
    /// To be root, for what the text says.
    Root(&'static str),
    /// Transparent huge pages where a program asks for them.
    HugePages,
    /// A file that a case opens or executes.
    File(&'static str),
    /// CPUs at a placement.
    Place(Placement),
    /// Something that no machine has, as the text says: the case stands in the
    /// catalogue so that nobody looks for it in vain.
    Never(&'static str),
}

/// What the machine has, read once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supply {
    /// CPUs that this process may use.
    pub usable_cpus: u32,
    /// The CPUs at each placement.
    pub chosen: Chosen,
    /// What translates this program for a kernel of another architecture; absent
    /// where the kernel is of its own, though the CPU below be emulated.
    pub emulated: Option<String>,
    /// Limits on tasks, each with its name and the way out.
    pub task_limits: Vec<(String, u64)>,
    /// `vm.max_map_count`.
    pub mappings: Option<u64>,
    /// `MemAvailable`.
    pub memory: Option<Bytes>,
    /// `/proc/self/smaps_rollup` can be read.
    pub smaps_rollup: bool,
    /// The soft limit on descriptors (`RLIMIT_NOFILE`).
    pub descriptors: Option<u64>,
    /// The hard one.
    pub most_descriptors: Option<u64>,
    /// Whether this user is root.
    pub root: bool,
    /// What `/sys/kernel/mm/transparent_hugepage/enabled` says; absent where
    /// the kernel has none.
    pub huge_pages: Option<String>,
}

impl Supply {
    /// Reads the limits of the calling process on this machine.
    #[must_use]
    pub fn of(machine: &Machine, chosen: Chosen) -> Self {
        let descriptors = getrlimit(Resource::RLIMIT_NOFILE).ok();
        Self {
            chosen,
            usable_cpus: machine.usable_cpus,
            emulated: user_mode_emulator(machine).map(str::to_owned),
            task_limits: task_limits(),
            mappings: number("/proc/sys/vm/max_map_count"),
            memory: memory_available(),
            smaps_rollup: fs::read("/proc/self/smaps_rollup").is_ok(),
            descriptors: descriptors.map(|(soft, _)| soft),
            most_descriptors: descriptors.map(|(_, hard)| hard),
            root: nix::unistd::Uid::effective().is_root(),
            huge_pages: fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").ok(),
        }
    }

    /// What is left for each where so many processes of a case are live at once.
    #[must_use]
    pub fn shared_by(&self, processes: u64) -> Self {
        let part = |whole: u64| whole / processes.max(1);
        let limits = self.task_limits.iter();
        Self {
            memory: self.memory.map(|Bytes(bytes)| Bytes(part(bytes))),
            task_limits: limits
                .map(|(name, room)| (name.clone(), part(*room)))
                .collect(),
            ..self.clone()
        }
    }

    /// Why the machine lacks something that a case needs, and the way out.
    #[must_use]
    pub fn lacks(&self, case: &Case) -> Option<String> {
        let mut needs = (case.row.needs)(&case.setting(Vec::new()));
        needs.push(Need::Place(case.info.placement));
        needs.into_iter().find_map(|need| self.lack(need))
    }

    fn lack(&self, need: Need) -> Option<String> {
        match need {
            Need::Cpus(count) => (self.usable_cpus < count).then(|| {
                format!(
                    "needs {count} CPUs, and this process may use {}. See `taskset -p $$` and the cgroup's cpuset",
                    self.usable_cpus
                )
            }),
            Need::Place(Placement::CrossCpu) => self.lack(Need::Cpus(2)),
            Need::Place(placement) => {
                let what = match placement {
                    Placement::SmtSibling => "hardware threads of one core",
                    Placement::SameLlc => "cores under one last-level cache",
                    Placement::CrossLlc => "cores of one NUMA node with a last-level cache each",
                    Placement::CrossNuma => "CPUs of two NUMA nodes",
                    Placement::SameCpu | Placement::CrossCpu | Placement::Free => return None,
                };
                let lacking = self.chosen.at(placement).is_none();
                lacking.then(|| format!("this process may use no two CPUs that are {what}"))
            }
            Need::Native(what) => self
                .emulated
                .as_ref()
                .map(|emulator| format!("{emulator}: {what}")),
            Need::Tasks(count) => self.task_limits.iter().find_map(|(limit, room)| {
                (*room < count).then(|| {
                    format!("needs {count} tasks, and {limit} leaves room for {room}. Raise it")
                })
            }),
            Need::Mappings(count) => self.mappings.filter(|&most| most < count).map(|most| {
                format!(
                    "needs {count} memory mappings, and vm.max_map_count is {most}. `sysctl vm.max_map_count={count}` raises it"
                )
            }),
            Need::Memory(Bytes(bytes)) => self.memory.filter(|&Bytes(free)| free < bytes).map(
                |Bytes(free)| {
                    format!("needs {} MiB of memory, and {} MiB are available", bytes >> 20, free >> 20)
                },
            ),
            Need::Descriptors(count) => self.descriptors.filter(|&most| most < count).map(|most| {
                format!(
                    "needs {count} descriptors, and RLIMIT_NOFILE is {most}. `ulimit -n {count}` raises it"
                )
            }),
            Need::RaisedDescriptors(count) => self.most_descriptors.filter(|&most| most < count).map(|most| {
                format!(
                    "needs {count} descriptors, and the hard limit of RLIMIT_NOFILE is {most}. `ulimit -Hn {count}`, as root, raises it"
                )
            }),
            Need::Root(what) => (!self.root).then(|| format!("{what}: needs root")),
            Need::HugePages => match self.huge_pages.as_deref() {
                None => Some("this kernel has no transparent huge pages".into()),
                Some(enabled) => enabled.contains("[never]").then(|| {
                    "transparent huge pages are switched off (/sys/kernel/mm/transparent_hugepage/enabled)".into()
                }),
            },
            Need::File(path) => (!Path::new(path).exists()).then(|| format!("there is no {path}")),
            Need::Never(why) => Some(why.to_owned()),
            Need::SmapsRollup => (!self.smaps_rollup).then(|| {
                "cannot read /proc/self/smaps_rollup: it needs Linux 4.14 and a mounted /proc".into()
            }),
        }
    }
}

/// Limits on the number of tasks, as the room that each leaves.
fn task_limits() -> Vec<(String, u64)> {
    let mut limits = Vec::new();
    // A user with CAP_SYS_RESOURCE, which root mostly has, is not held to it.
    if !nix::unistd::Uid::effective().is_root()
        && let Ok((soft, _)) = getrlimit(Resource::RLIMIT_NPROC)
        && soft != nix::libc::RLIM_INFINITY
    {
        limits.push((format!("RLIMIT_NPROC ({soft}, `ulimit -u`)"), soft));
    }
    for (name, path) in [
        ("kernel.threads-max", "/proc/sys/kernel/threads-max"),
        ("kernel.pid_max", "/proc/sys/kernel/pid_max"),
    ] {
        if let Some(most) = number(path) {
            limits.push((format!("{name} ({most})"), most));
        }
    }
    if let Some((path, most)) = cgroup_pids() {
        limits.push((format!("the cgroup's pids.max ({most}, {path})"), most));
    }
    limits
}

/// `pids.max` of the process's own cgroup, version 1 or 2.
fn cgroup_pids() -> Option<(String, u64)> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    groups.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let root = match parts.next()? {
            "" => "/sys/fs/cgroup",
            "pids" => "/sys/fs/cgroup/pids",
            _ => return None,
        };
        let path = format!("{root}{}/pids.max", parts.next()?);
        Some((path.clone(), number(&path)?))
    })
}

fn memory_available() -> Option<Bytes> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find(|line| line.starts_with("MemAvailable:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(Bytes(kib << 10))
}

/// The number in a file; `None` where there is none, as in `max`.
fn number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_lacking() {
        let supply = Supply {
            usable_cpus: 2,
            memory: Some(Bytes(1 << 30)),
            ..Supply::default()
        };
        assert_eq!(supply.lack(Need::Cpus(2)), None);
        assert_eq!(supply.lack(Need::Memory(Bytes(1 << 20))), None);
        assert_eq!(supply.lack(Need::Native("x")), None);
        // Where no limit can be read, the case finds out by itself.
        assert_eq!(supply.lack(Need::Tasks(1 << 40)), None);
        let root = Supply {
            descriptors: Some(1024),
            most_descriptors: Some(4096),
            root: true,
            ..Supply::default()
        };
        assert_eq!(root.lack(Need::RaisedDescriptors(4096)), None);
        assert_eq!(root.lack(Need::Root("to do this")), None);
    }

    #[test]
    fn what_is_shared_is_less_for_each() {
        let shared = Supply {
            memory: Some(Bytes(6 << 30)),
            task_limits: vec![("RLIMIT_NPROC".into(), 3_000)],
            descriptors: Some(1_024),
            ..Supply::default()
        }
        .shared_by(3);
        assert_eq!(shared.lack(Need::Memory(Bytes(2 << 30))), None);
        assert!(shared.lack(Need::Memory(Bytes(3 << 30))).is_some());
        assert!(shared.lack(Need::Tasks(2_000)).is_some());
        // Descriptors are counted in each process.
        assert_eq!(shared.lack(Need::Descriptors(1_024)), None);
    }

    #[test]
    fn what_is_lacking_is_named_with_its_limit() {
        let supply = Supply {
            usable_cpus: 1,
            emulated: Some("qemu-user".into()),
            task_limits: vec![("RLIMIT_NPROC".into(), 100)],
            mappings: Some(65_530),
            descriptors: Some(1024),
            most_descriptors: Some(4096),
            huge_pages: Some("always madvise [never]".into()),
            ..Supply::default()
        };
        for (need, word) in [
            (Need::Cpus(2), "2 CPUs"),
            (Need::Native("runs vfork as fork"), "vfork"),
            (Need::Tasks(1000), "RLIMIT_NPROC"),
            (Need::Mappings(200_000), "vm.max_map_count"),
            (Need::Descriptors(2000), "RLIMIT_NOFILE"),
            (Need::RaisedDescriptors(5000), "hard limit"),
            (Need::Root("to do this"), "root"),
            (Need::HugePages, "switched off"),
            (Need::File("/nowhere"), "/nowhere"),
            (Need::Place(Placement::CrossCpu), "2 CPUs"),
            (Need::Place(Placement::CrossNuma), "NUMA"),
        ] {
            assert!(supply.lack(need).is_some_and(|why| why.contains(word)));
        }
    }
}
