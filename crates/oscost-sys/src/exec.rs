//! `execve` after `fork` or `vfork`, with everything that allocates done
//! before.
#![expect(
    unsafe_code,
    reason = "execve in a child, where nothing may allocate, or even return"
)]

use std::ffi::{CString, c_char};

use nix::errno::Errno;
use nix::unistd::Pid;

use crate::fork::{Note, pid};

/// The status of a child whose `execve` failed, as shells have it.
pub const EXEC_FAILED: u8 = 127;

/// A program with its arguments and its environment, ready to be executed.
#[derive(Debug)]
pub struct Program {
    path: CString,
    argv: Strings,
    environment: Strings,
}

impl Program {
    /// The program at `path`, with its path as the only argument, and no
    /// environment.
    #[must_use]
    pub fn new(path: CString) -> Self {
        Self {
            argv: Strings::new(vec![path.clone()]),
            environment: Strings::new(Vec::new()),
            path,
        }
    }

    /// With these arguments after the path.
    #[must_use]
    pub fn with_arguments(self, arguments: Vec<CString>) -> Self {
        let all = std::iter::once(self.path.clone()).chain(arguments);
        Self {
            argv: Strings::new(all.collect()),
            ..self
        }
    }

    /// With these `NAME=value` as its environment.
    #[must_use]
    pub fn with_environment(self, environment: Vec<CString>) -> Self {
        Self {
            environment: Strings::new(environment),
            ..self
        }
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &CString {
        &self.path
    }

    /// Executes the program in place of the caller. Returns only where it
    /// failed, with [`EXEC_FAILED`].
    #[must_use]
    #[inline]
    pub fn exec(&self) -> u8 {
        let (argv, environment) = (self.argv.pointers(), self.environment.pointers());
        // SAFETY: path, both arrays and all their strings are zero-terminated
        // and alive; the call returns only where it failed.
        unsafe { libc::execve(self.path.as_ptr(), argv, environment) };
        EXEC_FAILED
    }

    /// The same, but the program is looked for in `PATH` where its name has no slash
    /// (`execvpe(3)`), with the reason where it failed.
    pub(crate) fn exec_from_path(&self) -> Errno {
        let (argv, environment) = (self.argv.pointers(), self.environment.pointers());
        // SAFETY: as above. The call takes what memory it needs from the stack.
        unsafe { libc::execvpe(self.path.as_ptr(), argv, environment) };
        Errno::last()
    }

    /// Forks; the child executes the program, or exits with [`EXEC_FAILED`].
    ///
    /// # Errors
    /// What `fork(2)` says.
    #[inline]
    pub fn fork_exec(&self) -> nix::Result<Pid> {
        crate::fork::fork(|| self.exec())
    }

    /// The same by `vfork(2)`. The child notes the counter and counts itself
    /// before it executes the program.
    ///
    /// # Errors
    /// What `vfork(2)` says.
    #[inline]
    pub fn vfork_exec(&self, note: &mut Note) -> nix::Result<Pid> {
        // The kernel follows these numbers as the pointers that they were.
        let arguments = [
            self.path.as_ptr().expose_provenance(),
            self.argv.pointers().expose_provenance(),
            self.environment.pointers().expose_provenance(),
        ];
        let execve = (libc::SYS_execve, arguments);
        // SAFETY: the call of vfork(2), whose parent sleeps until the child has
        // executed the program or left, and that of execve(2) with arguments
        // that are zero-terminated and alive. Nobody else has the note.
        pid(unsafe { crate::arch::spawn_noting(crate::arch::VFORK, note, execve) })
    }
}

/// Strings, and the array of pointers to them that ends in a null one.
#[derive(Debug)]
struct Strings {
    _strings: Vec<CString>,
    pointers: Vec<*const c_char>,
}

impl Strings {
    fn new(strings: Vec<CString>) -> Self {
        // A string stays where it is when its owner is moved.
        let pointers = strings.iter().map(|string| string.as_ptr());
        Self {
            pointers: pointers.chain([std::ptr::null()]).collect(),
            _strings: strings,
        }
    }

    #[inline]
    fn pointers(&self) -> *const *const c_char {
        self.pointers.as_ptr()
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::wait::{WaitStatus, waitpid};

    use super::*;

    #[test]
    fn a_missing_program_ends_with_its_own_status() {
        let program = Program::new(c"/nonexistent/program".to_owned());
        for child in [
            program.fork_exec(),
            program.vfork_exec(&mut Note::default()),
        ] {
            let child = child.unwrap();
            assert_eq!(
                waitpid(child, None),
                Ok(WaitStatus::Exited(child, EXEC_FAILED.into()))
            );
        }
    }

    #[test]
    fn arguments_and_environment_arrive() {
        // Under user-mode emulation too: the shell is the machine's own.
        let script = c"test \"$1 $WORD\" = 'one two'";
        let arguments = [c"-c", script, c"sh", c"one"].map(|word| word.to_owned());
        let program = Program::new(c"/bin/sh".to_owned())
            .with_arguments(arguments.to_vec())
            .with_environment(vec![c"WORD=two".to_owned()]);
        for child in [
            program.fork_exec(),
            program.vfork_exec(&mut Note::default()),
        ] {
            let child = child.unwrap();
            assert_eq!(waitpid(child, None), Ok(WaitStatus::Exited(child, 0)));
        }
    }
}
