//! `fork` followed by `execve`, with everything that allocates done before.
#![expect(unsafe_code, reason = "execve after fork, where nothing may allocate")]

use std::ffi::{CString, c_char};

use nix::unistd::Pid;

/// The status of a child whose `execve` failed, as shells have it.
pub const EXEC_FAILED: u8 = 127;

/// A program with its arguments, ready to be executed: no environment.
#[derive(Debug)]
pub struct Program {
    path: CString,
    argv: [*const c_char; 2],
}

impl Program {
    /// The program at `path`, with its path as the only argument.
    #[must_use]
    pub fn new(path: CString) -> Self {
        let argv = [path.as_ptr(), std::ptr::null()];
        Self { path, argv }
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &CString {
        &self.path
    }

    /// Forks; the child executes the program, or exits with [`EXEC_FAILED`].
    ///
    /// # Errors
    /// What `fork(2)` says.
    #[inline]
    pub fn fork_exec(&self) -> nix::Result<Pid> {
        let environment: [*const c_char; 1] = [std::ptr::null()];
        crate::fork::fork(|| {
            // SAFETY: path and both arrays are zero-terminated and alive; the
            // call returns only where it failed.
            unsafe { libc::execve(self.path.as_ptr(), self.argv.as_ptr(), environment.as_ptr()) };
            EXEC_FAILED
        })
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::wait::{WaitStatus, waitpid};

    use super::*;

    #[test]
    fn a_missing_program_ends_with_its_own_status() {
        let child = Program::new(c"/nonexistent/program".to_owned())
            .fork_exec()
            .unwrap();
        assert_eq!(
            waitpid(child, None),
            Ok(WaitStatus::Exited(child, EXEC_FAILED.into()))
        );
    }
}
