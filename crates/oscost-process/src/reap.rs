//! Reaping a child and checking that it ended as it should have: what makes a
//! creation a proven one.

use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use oscost_harness::{Audit, During as _, Failure, usage};

/// Waits for `child` and checks that it exited with status 0.
#[inline]
pub(crate) fn reap(child: Pid) -> Result<(), Failure> {
    match waitpid(child, None).during("waitpid")? {
        WaitStatus::Exited(_, 0) => Ok(()),
        WaitStatus::Exited(_, 127) => Err(Failure::Skip(
            "the child could not execute its program (status 127)".into(),
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
    audit.parties.push(oscost_harness::Party {
        cpu: None,
        usage: usage::reaped_children()?,
    });
    Ok(audit)
}
