//! A child process at its end: reaped with proof, counted.

use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use oscost_harness::child::ended_otherwise;
use oscost_harness::{Audit, During as _, Failure, Party, usage};

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
        other => Err(ended_otherwise("was to exit with status 0", other)),
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

#[cfg(test)]
mod tests {
    use oscost_sys::fork::fork;

    use super::*;

    #[test]
    fn only_status_0_is_a_good_end() {
        reap(fork(|| 0).unwrap()).unwrap();
        assert!(matches!(reap(fork(|| 127).unwrap()), Err(Failure::Skip(_))));
        assert!(matches!(reap(fork(|| 1).unwrap()), Err(Failure::Fail(_))));
    }
}
