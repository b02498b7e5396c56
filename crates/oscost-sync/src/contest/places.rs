//! Where a race begins: the contenders are dealt out over the CPUs, so that
//! they meet at all. From then on each may run anywhere, and the scheduler does
//! with them as it likes.

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// The CPU on which a contender begins, and those that it may use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    begin: CpuSet,
    all: CpuSet,
}

/// How many CPUs the calling thread may use; 1 where the kernel does not tell.
pub(super) fn cpus() -> usize {
    allowed().map_or(1, |(_, cpus)| cpus.len())
}

/// The CPUs that the calling thread may use, as the kernel has them and as a
/// list.
fn allowed() -> Option<(CpuSet, Vec<usize>)> {
    let all = sched_getaffinity(MYSELF).ok()?;
    let cpus = (0..CpuSet::count()).filter(|&cpu| all.is_set(cpu) == Ok(true));
    Some((all, cpus.collect()))
}

/// The calling thread.
const MYSELF: Pid = Pid::from_raw(0);

impl Places {
    /// Those of `who`, of the CPUs that the calling thread may use. `None`
    /// where the kernel does not tell them.
    pub(super) fn of(who: usize) -> Option<Self> {
        let (all, cpus) = allowed()?;
        let mut begin = CpuSet::new();
        begin.set(*cpus.get(who % cpus.len().max(1))?).ok()?;
        Some(Self { begin, all })
    }

    /// Brings the calling thread to its CPU and leaves it free there.
    pub(super) fn take(&self) {
        // A CPU that went away meanwhile is no reason not to race.
        let _ = sched_setaffinity(MYSELF, &self.begin);
        let _ = sched_setaffinity(MYSELF, &self.all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contenders_begin_apart_and_may_go_anywhere() {
        // In a thread of its own: the test runner's is not ours to move.
        std::thread::spawn(|| {
            let (first, second) = (Places::of(0).unwrap(), Places::of(1).unwrap());
            assert_eq!(first.begin == second.begin, cpus() == 1);
            first.take();
            assert_eq!(sched_getaffinity(MYSELF).unwrap(), first.all);
        })
        .join()
        .unwrap();
    }
}
