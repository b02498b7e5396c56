//! A child process that does its part and ends, and never outlives the task
//! that made it, however that one ends.

use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{Pid, getpid, getppid};
use oscost_harness::{During as _, Failure, Need};
use oscost_record::Bytes;
use oscost_sys::fork::fork;

/// A child. Killed and reaped when dropped.
#[derive(Debug)]
pub(crate) struct Child(Option<Pid>);

/// The status of a child that a limit or a permission has stopped: the
/// temporary failure of sysexits.h.
const REFUSED: u8 = 75;

impl Child {
    /// Forks a child that runs `body` and exits. It dies with the calling
    /// thread.
    ///
    /// # Errors
    /// What `fork(2)` says.
    pub(crate) fn bound(body: impl FnOnce() -> Result<(), Failure>) -> Result<Self, Failure> {
        let parent = getpid();
        let child = fork(|| match bind_to(parent).and_then(|()| body()) {
            Ok(()) => 0,
            Err(Failure::Skip(_)) => REFUSED,
            Err(Failure::Fail(_)) => 1,
        });
        let child = child.during("fork").map_err(too_many)?;
        Ok(Self(Some(child)))
    }

    /// Its number; 0 once it has been reaped.
    pub(crate) fn pid(&self) -> Pid {
        self.0.unwrap_or(Pid::from_raw(0))
    }

    /// Whether it has ended, for whatever reason. It is not reaped yet.
    pub(crate) fn has_ended(&self) -> bool {
        let quietly = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        let status = self.0.map(|pid| waitid(Id::Pid(pid), quietly));
        status != Some(Ok(WaitStatus::StillAlive))
    }

    /// Waits until it ends, however it does.
    ///
    /// # Errors
    /// What `waitpid(2)` says.
    pub(crate) fn wait(mut self) -> Result<WaitStatus, Failure> {
        match self.0.take() {
            Some(pid) => waitpid(pid, None).during("waitpid"),
            None => Err(Failure::Fail("a child cannot be reaped twice".into())),
        }
    }

    /// Waits until it has ended well.
    ///
    /// # Errors
    /// Where it ended in any other way.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        match self.wait()? {
            WaitStatus::Exited(_, 0) => Ok(()),
            WaitStatus::Exited(_, status) if status == i32::from(REFUSED) => Err(Failure::Skip(
                "a child process was refused what it needs: see `ulimit -a`".into(),
            )),
            other => Err(Failure::Fail(format!(
                "a child process was to do its part and end, but: {other:?}"
            ))),
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if let Some(pid) = self.0.take() {
            let _ = kill(pid, Signal::SIGKILL);
            while waitpid(pid, None) == Err(Errno::EINTR) {}
        }
    }
}

/// Makes the calling process die with the thread that forked it, which may
/// have died already.
fn bind_to(parent: Pid) -> Result<(), Failure> {
    prctl::set_pdeathsig(Signal::SIGKILL).during("prctl(PR_SET_PDEATHSIG)")?;
    if getppid() == parent {
        Ok(())
    } else {
        Err(Failure::Fail("the parent is gone".into()))
    }
}

/// Adds what to do about a limit on tasks.
pub(crate) fn too_many(failure: Failure) -> Failure {
    failure.with_remedy(
        "EAGAIN: see `ulimit -u`, the cgroup's pids.max, kernel.threads-max, vm.max_map_count; ENOMEM: too little memory",
    )
}

/// What so many processes need of the machine.
pub(crate) fn processes_need(count: u64) -> Vec<Need> {
    let mut needs = vec![
        Need::Tasks(count + 100),
        // Twice what a small process weighs on most machines.
        Need::Memory(Bytes(count * (256 << 10))),
    ];
    needs.extend(many(count));
    needs
}

/// A foreign kernel knows nothing of the emulator that each of the tasks has.
fn many(count: u64) -> Option<Need> {
    (count > 1000).then_some(Need::Native("so many tasks take it minutes to make"))
}

/// What so many threads need of the machine.
pub(crate) fn threads_need(count: u64) -> Vec<Need> {
    let mut needs = vec![
        Need::Tasks(count + 100),
        // A stack and its guard page.
        Need::Mappings(2 * count + 200),
        Need::Memory(Bytes(count * (64 << 10))),
    ];
    needs.extend(many(count));
    needs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idle() -> Result<(), Failure> {
        loop {
            nix::unistd::pause();
        }
    }

    #[test]
    fn only_so_many_are_too_many_for_an_emulator() {
        let native = |needs: Vec<Need>| needs.iter().any(|need| matches!(need, Need::Native(_)));
        assert!(native(processes_need(10_000)) && native(threads_need(10_000)));
        assert!(!native(processes_need(1000)) && !native(threads_need(1000)));
    }

    #[test]
    fn a_dropped_child_is_gone() {
        let child = Child::bound(idle).unwrap();
        let pid = child.pid();
        assert!(!child.has_ended());
        drop(child);
        assert_eq!(kill(pid, None), Err(Errno::ESRCH));
    }

    #[test]
    fn only_who_did_its_part_has_finished() {
        let outcome = |body: fn() -> Result<(), Failure>| Child::bound(body).unwrap().finish();
        assert_eq!(outcome(|| Ok(())), Ok(()));
        let refused = outcome(|| Err(Failure::Skip("no".into())));
        assert!(matches!(refused, Err(Failure::Skip(_))));
        let failed = outcome(|| Err(Failure::Fail("no".into())));
        assert!(matches!(failed, Err(Failure::Fail(_))));
    }

    #[test]
    fn a_child_that_has_ended_is_seen() {
        let child = Child::bound(|| Ok(())).unwrap();
        while !child.has_ended() {
            std::thread::yield_now();
        }
    }
}
