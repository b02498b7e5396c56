//! A child process from its parent's side: made bound to the parent, reaped
//! with proof, counted.
//!
//! Nothing made here outlives the case that made it: long-lived children get a
//! death signal, and are killed and reaped when their owner is dropped.

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{Pid, getpid, getppid};
use oscost_harness::{Audit, During as _, Failure, Party, usage};
use oscost_sys::fork::fork;

/// A child that stays until it is ended. Killed and reaped when dropped.
#[derive(Debug)]
pub(crate) struct Child {
    pid: Option<Pid>,
}

impl Child {
    /// Forks a child that runs `body` and exits: with status 0 where all went
    /// well. It dies with the calling thread.
    pub(crate) fn bound(body: impl FnOnce() -> Result<(), Failure>) -> Result<Self, Failure> {
        let parent = getpid();
        let pid = fork(|| u8::from(bind_to(parent).and_then(|()| body()).is_err()));
        let pid = Some(pid.during("fork").map_err(too_many)?);
        Ok(Self { pid })
    }

    /// Its number; 0 once it has been reaped.
    pub(crate) fn pid(&self) -> Pid {
        self.pid.unwrap_or(Pid::from_raw(0))
    }

    /// Waits until it ends, however it does.
    pub(crate) fn wait(mut self) -> Result<WaitStatus, Failure> {
        match self.pid.take() {
            Some(pid) => waitpid(pid, None).during("waitpid"),
            None => Err(Failure::Fail("a child cannot be reaped twice".into())),
        }
    }

    /// Somebody has reaped it in another way.
    pub(crate) fn was_reaped(mut self) {
        self.pid = None;
    }

    /// Kills it and reaps it.
    ///
    /// # Errors
    /// Where it had ended before.
    pub(crate) fn end(self) -> Result<(), Failure> {
        kill(self.pid(), Signal::SIGKILL).during("kill")?;
        match self.wait()? {
            WaitStatus::Signaled(_, Signal::SIGKILL, _) => Ok(()),
            other => Err(Failure::Fail(format!(
                "a process was to stay until it was killed, but: {other:?}"
            ))),
        }
    }
}

/// Makes the calling process die with the thread that forked it.
fn bind_to(parent: Pid) -> Result<(), Failure> {
    nix::sys::prctl::set_pdeathsig(Signal::SIGKILL).during("prctl")?;
    // The signal is not sent for a death that came before.
    if getppid() == parent {
        Ok(())
    } else {
        Err(Failure::Fail("the parent is gone".into()))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if let Some(pid) = self.pid.take() {
            let _ = kill(pid, Signal::SIGKILL);
            let _ = waitpid(pid, None);
        }
    }
}

/// Waits for `child` and checks that it exited with status 0.
#[inline]
pub(crate) fn reap(child: Pid) -> Result<(), Failure> {
    exited_well(waitpid(child, None).during("waitpid")?)
}

/// Checks that a child exited with status 0.
pub(crate) fn exited_well(status: WaitStatus) -> Result<(), Failure> {
    match status {
        WaitStatus::Exited(_, 0) => Ok(()),
        WaitStatus::Exited(_, 126 | 127) => Err(Failure::Skip(
            "the child could not execute its program (status 126 or 127)".into(),
        )),
        other => Err(Failure::Fail(format!(
            "a child was to exit with status 0, but: {other:?}"
        ))),
    }
}

/// The account of a parent whose children are all reaped: its own counters
/// and, as a second party without a CPU, those of the children.
pub(crate) fn audit(done: u64) -> Result<Audit, Failure> {
    let mut audit = Audit::alone(done)?;
    audit.parties.push(Party {
        cpu: None,
        usage: usage::reaped_children()?,
    });
    Ok(audit)
}

/// Adds what to do about a limit on processes.
pub(crate) fn too_many(failure: Failure) -> Failure {
    failure.with_remedy(
        "EAGAIN: see `ulimit -u`, the cgroup's pids.max, kernel.threads-max; ENOMEM: too little memory, or vm.overcommit_memory=2; ENOSYS: the kernel or a sandbox refuses the call",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idle() -> Result<(), Failure> {
        loop {
            nix::unistd::pause();
        }
    }

    fn is_there(pid: Pid) -> bool {
        kill(pid, None).is_ok()
    }

    #[test]
    fn a_dropped_child_is_gone() {
        let child = Child::bound(idle).unwrap();
        let pid = child.pid();
        assert!(is_there(pid));
        drop(child);
        assert!(!is_there(pid));
        Child::bound(idle).unwrap().end().unwrap();
    }

    #[test]
    fn a_child_that_left_by_itself_did_not_stay() {
        let child = Child::bound(|| Ok(())).unwrap();
        // The kill comes too late.
        nix::sys::wait::waitid(
            nix::sys::wait::Id::Pid(child.pid()),
            nix::sys::wait::WaitPidFlag::WEXITED | nix::sys::wait::WaitPidFlag::WNOWAIT,
        )
        .unwrap();
        assert!(child.end().is_err());
    }

    #[test]
    fn only_status_0_is_a_good_end() {
        reap(fork(|| 0).unwrap()).unwrap();
        assert!(matches!(reap(fork(|| 127).unwrap()), Err(Failure::Skip(_))));
        assert!(matches!(reap(fork(|| 1).unwrap()), Err(Failure::Fail(_))));
    }
}
