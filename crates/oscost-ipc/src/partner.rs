//! The other party of a conversation: a process or a thread that does its part
//! until it is stopped.
//!
//! It never outlives the party that measures, however that one ends, and it
//! never leaves a zombie.

use std::thread::JoinHandle;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{Pid, getpid, getppid};
use oscost_harness::{During as _, Failure};
use oscost_record::Peers;
use oscost_sys::fork::fork;

/// The other party. Dropped, it ends: a process is killed; a thread is waited
/// for, so that whatever keeps it must have been taken away before.
#[derive(Debug)]
pub(crate) enum Partner {
    /// Killed and reaped.
    Process(Pid),
    /// Joined.
    Thread(Option<JoinHandle<Result<(), Failure>>>),
}

impl Partner {
    /// Starts a partner who does `part` with the far end, and gives the near
    /// one back. A partner process drops its own copy of the near end, which
    /// would keep it from ever seeing that the other side has gone; so an end
    /// must not touch shared memory when it is dropped.
    ///
    /// # Errors
    /// What `fork(2)` or `pthread_create(3)` says.
    pub(crate) fn start<N, F: Send + 'static>(
        peers: Peers,
        near: N,
        far: F,
        part: impl FnOnce(F) -> Result<(), Failure> + Send + 'static,
    ) -> Result<(N, Self), Failure> {
        if peers == Peers::Threads {
            let thread = std::thread::Builder::new()
                .spawn(move || part(far))
                .during("std::thread::spawn")?;
            return Ok((near, Self::Thread(Some(thread))));
        }
        let mut near = Some(near);
        let parent = getpid();
        let child = fork(|| {
            drop(near.take());
            u8::from(die_with(parent).and_then(|()| part(far)).is_err())
        })
        .during("fork")?;
        let partner = Self::Process(child);
        match near {
            Some(near) => Ok((near, partner)),
            None => Err(Failure::Fail("the near end is gone".into())),
        }
    }

    /// Whether it has ended, for whatever reason. It is not reaped yet.
    pub(crate) fn has_ended(&self) -> bool {
        let quietly = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        match self {
            Self::Process(pid) => waitid(Id::Pid(*pid), quietly) != Ok(WaitStatus::StillAlive),
            Self::Thread(thread) => thread.as_ref().is_none_or(JoinHandle::is_finished),
        }
    }
}

/// The kernel kills the calling process when its parent dies, which may have
/// happened already.
fn die_with(parent: Pid) -> Result<(), Failure> {
    nix::sys::prctl::set_pdeathsig(Signal::SIGKILL).during("prctl(PR_SET_PDEATHSIG)")?;
    if getppid() == parent {
        Ok(())
    } else {
        Err(Failure::Fail("the measuring party is gone".into()))
    }
}

impl Drop for Partner {
    fn drop(&mut self) {
        match self {
            Self::Process(pid) => {
                let _ = kill(*pid, Signal::SIGKILL);
                while waitpid(*pid, None) == Err(Errno::EINTR) {}
            }
            Self::Thread(thread) => {
                if let Some(thread) = thread.take() {
                    let _ = thread.join();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use nix::errno::Errno;
    use nix::unistd::pipe;

    use super::*;

    #[test]
    fn a_partner_ends_with_its_owner() {
        for peers in [Peers::Processes, Peers::Threads] {
            let (from, to) = pipe().unwrap();
            let (to, partner) = Partner::start(peers, to, from, |from| {
                let mut byte = [0];
                nix::unistd::read(&from, &mut byte).during("read")?;
                Ok(())
            })
            .unwrap();
            assert!(!partner.has_ended());
            drop(to);
            let pid = match partner {
                Partner::Process(pid) => Some(pid),
                Partner::Thread(_) => None,
            };
            drop(partner);
            if let Some(pid) = pid {
                assert_eq!(kill(pid, None), Err(Errno::ESRCH));
            }
        }
    }

    #[test]
    fn a_partner_that_has_ended_is_seen() {
        for peers in [Peers::Processes, Peers::Threads] {
            let ((), partner) = Partner::start(peers, (), (), |()| Ok(())).unwrap();
            while !partner.has_ended() {
                std::thread::yield_now();
            }
        }
    }
}
