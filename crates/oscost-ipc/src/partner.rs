//! The other party of a conversation: a process or a thread that does its part
//! until it is stopped.
//!
//! It never outlives the party that measures, however that one ends, and it
//! never leaves a zombie.

use std::thread::JoinHandle;

use oscost_harness::child::Child;
use oscost_harness::{During as _, Failure};
use oscost_record::Peers;

/// The other party. Dropped, it ends: a process is killed; a thread is waited
/// for, so that whatever keeps it must have been taken away before.
#[derive(Debug)]
pub(crate) enum Partner {
    /// Killed and reaped.
    Process(Child),
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
        let child = Child::bound(|| {
            drop(near.take());
            part(far)
        })?;
        let partner = Self::Process(child);
        match near {
            Some(near) => Ok((near, partner)),
            None => Err(Failure::Fail("the near end is gone".into())),
        }
    }

    /// Whether it has ended, for whatever reason. It is not reaped yet.
    pub(crate) fn has_ended(&self) -> bool {
        match self {
            Self::Process(child) => child.has_ended(),
            Self::Thread(thread) => thread.as_ref().is_none_or(JoinHandle::is_finished),
        }
    }
}

impl Drop for Partner {
    fn drop(&mut self) {
        if let Self::Thread(thread) = self
            && let Some(thread) = thread.take()
        {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use nix::errno::Errno;
    use nix::sys::signal::kill;
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
            let pid = match &partner {
                Partner::Process(child) => Some(child.pid()),
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
