//! The limits that a probe may raise for itself: each up to the hard limit, in
//! its own process alone. Nobody else's are ever touched.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::Failure;
use crate::failure::During as _;

/// Raises the calling process's soft limit on descriptors to the hard one
/// (`RLIMIT_NOFILE`); what it forks inherits that.
///
/// # Errors
/// What `getrlimit(2)` and `setrlimit(2)` say.
pub fn raise() -> Result<(), Failure> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).during("getrlimit(RLIMIT_NOFILE)")?;
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard).during("setrlimit(RLIMIT_NOFILE)")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use nix::sys::wait::{WaitStatus, waitpid};
    use oscost_sys::fork::fork;

    use super::*;

    #[test]
    fn the_soft_limit_is_raised_to_the_hard_one() {
        // In a process of its own: limits are not ours to change here.
        let child = fork(|| {
            let limit = || getrlimit(Resource::RLIMIT_NOFILE);
            let Ok((_, hard)) = limit() else { return 1 };
            if setrlimit(Resource::RLIMIT_NOFILE, hard.min(64), hard).is_err() || raise().is_err() {
                return 2;
            }
            u8::from(limit() != Ok((hard, hard)))
        })
        .unwrap();
        assert_eq!(waitpid(child, None), Ok(WaitStatus::Exited(child, 0)));
    }
}
