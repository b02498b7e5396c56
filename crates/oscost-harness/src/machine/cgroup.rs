//! The limits that control groups put on this process, version 1 and 2.
//! A limit of any ancestor binds too, so the tightest one is given. Limits
//! above a container's own root cannot be seen from inside.

use std::path::{Path, PathBuf};

use procfs::ProcessCGroups;
use procfs::process::MountInfo;

use super::Sources;

/// CPU time as a number of CPUs: `1.50 CPUs`, or `unlimited`.
pub(super) fn cpu(sources: &Sources) -> Option<String> {
    let tightest = tightest(sources, "cpu", |folder, version| match version {
        Version::Two => {
            let text = sources.text(folder.join("cpu.max"))?;
            let (quota, period) = text.split_once(' ')?;
            share(quota.parse().ok()?, period.parse().ok()?)
        }
        Version::One => share(
            sources.value(folder.join("cpu.cfs_quota_us"))?,
            sources.value(folder.join("cpu.cfs_period_us"))?,
        ),
    });
    Some(tightest?.map_or("unlimited".to_owned(), |cpus| format!("{cpus:.2} CPUs")))
}

/// Memory: `2147483648 B`, or `unlimited`.
pub(super) fn memory(sources: &Sources) -> Option<String> {
    let tightest = tightest(sources, "memory", |folder, version| match version {
        Version::Two => sources.value::<u64>(folder.join("memory.max")),
        // Version 1 has a number near 2^63 for no limit.
        Version::One => sources
            .value::<u64>(folder.join("memory.limit_in_bytes"))
            .filter(|&bytes| bytes < 1 << 62),
    });
    Some(tightest?.map_or("unlimited".to_owned(), |bytes| format!("{bytes} B")))
}

/// Processes and threads together: a number, or `unlimited`.
pub(super) fn pids(sources: &Sources) -> Option<String> {
    let tightest = tightest(sources, "pids", |folder, _| {
        sources.value::<u64>(folder.join("pids.max"))
    });
    Some(tightest?.map_or("unlimited".to_owned(), |tasks| tasks.to_string()))
}

#[derive(Clone, Copy)]
enum Version {
    One,
    Two,
}

/// Absent where the controller is nowhere to be found, `None` inside where it
/// sets no limit. `read` gives the limit of one folder, where it has one.
fn tightest<T: PartialOrd>(
    sources: &Sources,
    controller: &str,
    read: impl Fn(&Path, Version) -> Option<T>,
) -> Option<Option<T>> {
    let (mount, group, version) = hierarchy(sources, controller)?;
    let mut tightest: Option<T> = None;
    for ancestor in group.ancestors() {
        if let Some(limit) = read(&mount.join(ancestor), version)
            && tightest.as_ref().is_none_or(|found| limit < *found)
        {
            tightest = Some(limit);
        }
    }
    Some(tightest)
}

/// Where the controller's hierarchy is mounted and this process's group in it,
/// relative to that. A controller is in one version only.
fn hierarchy(sources: &Sources, controller: &str) -> Option<(PathBuf, PathBuf, Version)> {
    let groups = sources.parsed::<ProcessCGroups>("/proc/self/cgroup")?.0;
    let mounts: Vec<MountInfo> = sources
        .text("/proc/self/mountinfo")?
        .lines()
        .filter(|line| line.contains(" - cgroup"))
        .filter_map(|line| MountInfo::from_line(line).ok())
        .collect();
    let first = groups
        .iter()
        .find(|group| group.controllers.iter().any(|name| name == controller));
    let (group, version) = match first {
        Some(group) => (group, Version::One),
        None => (
            groups.iter().find(|group| group.hierarchy == 0)?,
            Version::Two,
        ),
    };
    let mount = mounts.iter().find(|mount| match version {
        Version::One => mount.fs_type == "cgroup" && mount.super_options.contains_key(controller),
        Version::Two => mount.fs_type == "cgroup2",
    })?;
    // A container may see only its own part of the hierarchy, mounted as if it
    // were the whole: the group's path then begins with the part's.
    let path = Path::new(&group.pathname);
    let path = path
        .strip_prefix(&mount.root)
        .or_else(|_| path.strip_prefix("/"))
        .unwrap_or(path);
    sources
        .exists(&mount.mount_point)
        .then(|| (mount.mount_point.clone(), path.to_owned(), version))
}

/// Quota over period, both in microseconds; version 1 has -1 for no quota.
fn share(quota: i64, period: i64) -> Option<f64> {
    (quota > 0 && period > 0).then(|| quota as f64 / period as f64)
}

#[cfg(test)]
mod tests {
    use super::super::fake::Tree;
    use super::*;

    fn limits(tree: &Tree) -> [Option<String>; 3] {
        let sources = tree.sources("x86_64");
        [cpu(&sources), memory(&sources), pids(&sources)]
    }

    fn words(limits: [&str; 3]) -> [Option<String>; 3] {
        limits.map(|limit| Some(limit.to_owned()))
    }

    fn version_two(group: &str) -> Tree {
        Tree::new()
            .file("/proc/self/cgroup", &format!("0::{group}\n"))
            .file("/proc/self/mountinfo", "22 27 0:21 / /proc rw - proc proc rw\n31 23 0:28 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n")
            .file("/sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n")
    }

    #[test]
    fn the_tightest_ancestor_counts_in_version_two() {
        let tree = version_two("/ci/job")
            .file("/sys/fs/cgroup/ci/cpu.max", "150000 100000\n")
            .file("/sys/fs/cgroup/ci/job/cpu.max", "max 100000\n")
            .file("/sys/fs/cgroup/ci/memory.max", "4096\n")
            .file("/sys/fs/cgroup/ci/job/memory.max", "2048\n")
            .file("/sys/fs/cgroup/ci/job/pids.max", "max\n");
        assert_eq!(limits(&tree), words(["1.50 CPUs", "2048 B", "unlimited"]));
    }

    #[test]
    fn the_root_group_is_unlimited() {
        assert_eq!(limits(&version_two("/")), words(["unlimited"; 3]));
    }

    #[test]
    fn a_container_in_version_one_sees_its_part_as_the_whole() {
        let mount = |controller: &str| {
            format!(
                "32 31 0:29 /docker/abc /sys/fs/cgroup/{controller} rw - cgroup cgroup rw,{controller}\n"
            )
        };
        let tree = Tree::new()
            .file(
                "/proc/self/cgroup",
                "4:memory:/docker/abc\n2:cpu:/docker/abc\n1:pids:/docker/abc\n0::/\n",
            )
            .file(
                "/proc/self/mountinfo",
                &(mount("cpu") + &mount("memory") + &mount("pids")),
            )
            .file("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n")
            .file("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
            .file(
                "/sys/fs/cgroup/memory/memory.limit_in_bytes",
                "9223372036854771712\n",
            )
            .file("/sys/fs/cgroup/pids/pids.max", "500\n");
        assert_eq!(limits(&tree), words(["unlimited", "unlimited", "500"]));
    }

    #[test]
    fn what_is_not_mounted_is_absent() {
        assert_eq!(limits(&Tree::new()), [None, None, None]);
        let unmounted = Tree::new().file("/proc/self/cgroup", "0::/x\n").file(
            "/proc/self/mountinfo",
            "22 27 0:21 / /proc rw - proc proc rw\n",
        );
        assert_eq!(limits(&unmounted), [None, None, None]);
    }
}
