//! What surrounds this very process at this moment: neighbours on the CPUs that
//! it may use, and what it was started with. For advice before a run; a run never
//! calls this, because it waits. What the machine does not tell is absent.

use std::time::Duration;

use super::{Sources, topology, totals};

/// How much of the time in `window` each CPU that may be used was busy, in
/// percent: its number, and the share. Sleeps meanwhile, so that what is found is
/// others. Empty where the kernel counts nothing, or under a fake root, where
/// nothing moves.
#[must_use]
pub fn busy_percent(sources: &Sources, window: Duration) -> Vec<(u32, f64)> {
    let before = sources.text("/proc/stat").unwrap_or_default();
    if sources.is_live() {
        std::thread::sleep(window);
    }
    let after = sources.text("/proc/stat").unwrap_or_default();
    topology::usable(sources)
        .into_iter()
        .filter_map(|cpu| Some((cpu.0, busy_between(&before, &after, cpu.0)?)))
        .collect()
}

/// Descriptors that this process has open.
#[must_use]
pub fn open_descriptors(sources: &Sources) -> Option<u64> {
    let count = sources.names("/proc/self/fd").len();
    u64::try_from(count).ok().filter(|&count| count > 0)
}

/// Whether this process may have transparent huge pages at all: `prctl(2)` can
/// deny them to a process and to all that it starts. Absent where the kernel has
/// none or does not tell (before 5.0).
#[must_use]
pub fn may_have_huge_pages(sources: &Sources) -> Option<bool> {
    let told = sources.field("/proc/self/status", "THP_enabled")?;
    sources
        .exists("/sys/kernel/mm/transparent_hugepage/enabled")
        .then_some(told != "0")
}

/// The share of ticks, in percent, in which a CPU was not idle.
fn busy_between(before: &str, after: &str, cpu: u32) -> Option<f64> {
    let (idle_before, all_before) = ticks_of(before, cpu)?;
    let (idle, all) = ticks_of(after, cpu)?;
    let passed = all.checked_sub(all_before).filter(|&ticks| ticks > 0)?;
    let rested = idle.checked_sub(idle_before)?.min(passed);
    Some((passed - rested) as f64 / passed as f64 * 100.0)
}

/// Idle ticks (waiting for a disk is idle too) and all ticks of a CPU.
fn ticks_of(stat: &str, cpu: u32) -> Option<(u64, u64)> {
    let name = format!("cpu{cpu} ");
    let line = stat.lines().find_map(|line| line.strip_prefix(&name))?;
    let ticks = totals::cpu_ticks(format!("cpu  {line}\n").as_bytes())?;
    let idle = ticks[3]? + ticks[4].unwrap_or(0);
    Some((idle, ticks.into_iter().flatten().sum()))
}

#[cfg(test)]
mod tests {
    use super::super::fake::Tree;
    use super::*;

    #[test]
    fn each_cpu_is_judged_by_its_own_ticks() {
        let before = "cpu  0 0 0 0\ncpu1 10 0 10 80 0 0 0 0 0 0\ncpu10 0 0 0 5 0 0 0 0 0 0\n";
        let after = "cpu  0 0 0 0\ncpu1 30 0 10 140 20 0 0 0 0 0\ncpu10 0 0 0 105 0 0 0 0 0 0\n";
        assert_eq!(busy_between(before, after, 1), Some(20.0));
        assert_eq!(busy_between(before, after, 10), Some(0.0));
        assert_eq!(busy_between(before, after, 0), None);
        assert_eq!(busy_between(after, after, 1), None);
        assert_eq!(busy_between(after, before, 1), None);
    }

    #[test]
    fn a_tree_stands_still_and_knows_no_process() {
        let tree = Tree::new()
            .file("/proc/self/status", "Cpus_allowed_list:\t0\n")
            .file("/proc/stat", "cpu0 9 0 9 1 0 0 0 0 0 0\n");
        let sources = tree.sources("x86_64");
        assert!(busy_percent(&sources, Duration::from_secs(60)).is_empty());
        assert_eq!(open_descriptors(&sources), None);
        assert_eq!(may_have_huge_pages(&sources), None);
    }

    #[test]
    fn huge_pages_are_missed_only_where_the_kernel_has_some() {
        let tree = Tree::new().file("/proc/self/status", "THP_enabled:\t0\n");
        assert_eq!(may_have_huge_pages(&tree.sources("x86_64")), None);
        let file = "/sys/kernel/mm/transparent_hugepage/enabled";
        let tree = tree.file(file, "always [madvise] never\n");
        assert_eq!(may_have_huge_pages(&tree.sources("x86_64")), Some(false));
        let tree = tree.file("/proc/self/status", "THP_enabled:\t1\n");
        assert_eq!(may_have_huge_pages(&tree.sources("x86_64")), Some(true));
    }
}
