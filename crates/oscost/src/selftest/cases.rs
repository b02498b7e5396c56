//! The cases that verdicts are tried on.

use anyhow::Context as _;
use oscost_harness::Case;
use oscost_record::Tier;

use super::options::Part;

/// Unchanged suites: some of every suite, quick ones, pinned and not.
const UNCHANGED: &[&str] = &[
    "process/create/fork/rss=0MiB",
    "process/create/vfork/rss=0MiB",
    "process/create/posix-spawn/static/rss=0MiB",
    "process/switch/pipe/placement=same-cpu",
    "process/switch/pipe/placement=cross-cpu",
    "process/switch/futex/placement=same-cpu",
    "process/switch/sched-yield",
    "process/control/pipe",
    "thread/create/pthread",
    "thread/create/std",
    "thread/switch/pipe/placement=same-cpu",
    "thread/switch/pipe/placement=free",
    "thread/switch/futex/placement=same-cpu",
    "thread/switch/ring/tasks=2/set=0KiB",
    "thread/pool/condvar/placement=same-cpu",
    "thread/syscall/getppid",
    "coroutine/switch/bare",
    "coroutine/switch/tokio",
    "coroutine/create/corosensei",
    "coroutine/create/future",
    "coroutine/channel/mpsc",
    "sync/uncontended/pthread-mutex",
    "sync/uncontended/parking-lot-mutex",
    "sync/uncontended/sysv-semaphore",
    "sync/futex/wake-to-run/private/placement=same-cpu",
    "ipc/message/pipe/processes/block/size=64B/placement=same-cpu",
    "ipc/message/unix-stream/processes/block/size=64B/placement=same-cpu",
    "ipc/message/tcp/processes/block/size=64B/placement=same-cpu",
    "ipc/connect/unix/placement=same-cpu",
    "ipc/wake/epoll/idle=100/placement=same-cpu",
    "scenario/scaling/coroutine/workers=1",
];

/// What extra work is put into.
const INJECTED: &[&str] = &[
    "process/switch/pipe/placement=same-cpu",
    "process/switch/futex/placement=same-cpu",
    "process/create/fork/rss=0MiB",
    "thread/create/pthread",
    "sync/uncontended/pthread-mutex",
];

/// Those of them that have samples enough for a p99, of operations that are
/// timed alone.
const TAILED: &[&str] = &[
    "process/switch/pipe/placement=same-cpu",
    "process/switch/futex/placement=same-cpu",
];

/// The cases of a suite.
///
/// # Errors
/// Where the catalogue has one of them no more.
pub(crate) fn of(part: Part) -> anyhow::Result<Vec<Case>> {
    let all = oscost::catalogue();
    let ids = match part {
        Part::Sight => {
            let is_core = |case: &Case| case.info.tier == Tier::Core;
            return Ok(all.into_iter().filter(is_core).collect());
        }
        Part::Aa => UNCHANGED,
        Part::Ab10 | Part::Ab5 | Part::GateAa | Part::Gate10 => INJECTED,
        Part::Tail => TAILED,
    };
    let found = ids.iter().map(|id| {
        let case = all.iter().find(|case| case.info.id.0 == *id);
        case.cloned()
            .with_context(|| format!("there is no case {id}"))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_case_is_in_the_catalogue_and_every_suite_is_tried() {
        for part in Part::ALL {
            assert!(of(part).is_ok(), "{part:?}");
        }
        let suites: BTreeSet<String> = of(Part::Aa)
            .unwrap()
            .into_iter()
            .map(|case| case.info.suite)
            .collect();
        assert_eq!(suites.len(), oscost::SUITES.len());
    }
}
