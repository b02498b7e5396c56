//! Starting a program without waiting until it has begun. The `Command` of the
//! standard library sleeps until its child has executed the program: for ever
//! where somebody has stopped the child before that.
#![expect(
    unsafe_code,
    reason = "resets a signal in a child, and gives a status as the kernel has it"
)]

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::prctl;
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, signal, sigprocmask};
use nix::unistd::{Pid, dup2_stderr, dup2_stdin, dup2_stdout, pipe2, read, setpgid, write};

use crate::exec::{EXEC_FAILED, Program};

/// A process that is to execute a program. It has to be reaped: see
/// [`Started::wait`].
#[derive(Debug)]
pub struct Started {
    process: Pid,
    /// Closed by `exec`; what comes before is which of [`STEPS`] went wrong, and its
    /// errno.
    report: OwnedFd,
}

/// What a process does before it is the program.
const STEPS: [&str; 4] = ["setpgid", "dup2", "sigprocmask", "execve"];

/// How far a started process has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It has not executed the program yet.
    Starting,
    /// It has, or it has died.
    Begun,
    /// It could not: the call that was refused, `execve` or one before it, and what
    /// it said.
    Refused(&'static str, Errno),
}

/// Starts `program`, which is looked for in `PATH` where its name has no slash, in
/// a process group of its own, with these descriptors as its standard input, output
/// and error; they must not be among the first three themselves. It blocks no
/// signal, and dies with the calling thread.
///
/// # Errors
/// What `pipe2(2)` and `fork(2)` say. What goes wrong in the child is told by
/// [`Started::progress`].
pub fn start(program: &Program, standard: [BorrowedFd<'_>; 3]) -> nix::Result<Started> {
    let (report, far) = pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?;
    // What runs in the child is a row of system calls, as the caller may have
    // other threads, whose locks nobody opens there.
    let process = crate::fork::fork(|| {
        let (step, errno) = become_it(program, standard);
        let [a, b, c, d] = (errno as i32).to_ne_bytes();
        let _ = write(&far, &[step, a, b, c, d]);
        EXEC_FAILED
    })?;
    Ok(Started { process, report })
}

/// Executes the program in place of the calling process. Returns only where that
/// fails, with the place of what did in [`STEPS`], and the reason.
fn become_it(program: &Program, [input, output, error]: [BorrowedFd<'_>; 3]) -> (u8, Errno) {
    // Whoever may not do that tells so itself.
    let _ = prctl::set_pdeathsig(Signal::SIGKILL);
    let copied = || {
        dup2_stdin(input)
            .and_then(|()| dup2_stdout(output))
            .and_then(|()| dup2_stderr(error))
    };
    let prepared = setpgid(Pid::from_raw(0), Pid::from_raw(0))
        .map_err(|errno| (0, errno))
        .and_then(|()| copied().map_err(|errno| (1, errno)))
        .and_then(|()| {
            let unblocked = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None);
            unblocked.map_err(|errno| (2, errno))
        });
    if let Err(refused) = prepared {
        return refused;
    }
    // SAFETY: the default action runs no code of this process.
    let _ = unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) };
    (3, program.exec_from_path())
}

impl Started {
    /// Its number.
    #[must_use]
    pub fn process(&self) -> Pid {
        self.process
    }

    /// How far it has come. Each answer but `Starting` is given once; `Begun` from
    /// then on.
    ///
    /// # Errors
    /// What `read(2)` says.
    pub fn progress(&self) -> nix::Result<Progress> {
        let mut report = [0; 5];
        match read(&self.report, &mut report) {
            Ok(5) => {
                let [step, errno @ ..] = report;
                let call = STEPS.get(usize::from(step)).copied().unwrap_or("a call");
                let errno = Errno::from_raw(i32::from_ne_bytes(errno));
                Ok(Progress::Refused(call, errno))
            }
            Ok(_) => Ok(Progress::Begun),
            Err(Errno::EAGAIN | Errno::EINTR) => Ok(Progress::Starting),
            Err(errno) => Err(errno),
        }
    }

    /// Waits until it ends, and reaps it (`waitpid(2)`).
    ///
    /// # Errors
    /// What `waitpid(2)` says: `ECHILD` where it is reaped already.
    pub fn wait(&self) -> nix::Result<ExitStatus> {
        let mut status = 0;
        loop {
            // SAFETY: the status is a number that the kernel may write.
            match Errno::result(unsafe { libc::waitpid(self.process.as_raw(), &raw mut status, 0) })
            {
                Ok(_) => return Ok(ExitStatus::from_raw(status)),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
    }
}

/// Readable when [`Started::progress`] has something else to say than `Starting`.
impl AsFd for Started {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.report.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read as _, Write as _};

    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use nix::unistd::getpgid;

    use super::*;

    /// A program that is started, and what it says on standard output and error.
    fn started(program: &Program, says: &str) -> (Started, String) {
        let pipe = || pipe2(OFlag::O_CLOEXEC).unwrap();
        let ((from, to_it), (from_it, to)) = (pipe(), pipe());
        let started = start(program, [from.as_fd(), to.as_fd(), to.as_fd()]).unwrap();
        drop((from, to));
        // It may have gone without reading it.
        let _ = File::from(to_it).write_all(says.as_bytes());
        let mut text = String::new();
        File::from(from_it).read_to_string(&mut text).unwrap();
        (started, text)
    }

    fn await_progress(started: &Started) -> Progress {
        let mut ready = [PollFd::new(started.as_fd(), PollFlags::POLLIN)];
        assert_eq!(poll(&mut ready, PollTimeout::NONE), Ok(1));
        started.progress().unwrap()
    }

    #[test]
    fn a_program_has_its_descriptors_and_its_group() {
        let script = c"read word; echo $word; echo $PPID >&2; kill -PIPE $$";
        // Found in PATH.
        let program = Program::new(c"sh".to_owned())
            .with_arguments(vec![c"-c".to_owned(), script.to_owned()]);
        let (started, text) = started(&program, "one\n");
        assert_eq!(text, format!("one\n{}\n", std::process::id()));
        assert_eq!(await_progress(&started), Progress::Begun);
        assert_eq!(getpgid(Some(started.process())), Ok(started.process()));
        // Rust's programs ignore this signal.
        let status = started.wait().unwrap();
        assert_eq!(status.signal(), Some(Signal::SIGPIPE as i32));
        assert_eq!(started.wait().err(), Some(Errno::ECHILD));
    }

    #[test]
    fn a_missing_program_is_told_by_its_errno() {
        let program = Program::new(c"/nonexistent/program".to_owned());
        let (started, text) = started(&program, "");
        assert_eq!(text, "");
        assert_eq!(
            await_progress(&started),
            Progress::Refused("execve", Errno::ENOENT)
        );
        assert_eq!(started.wait().unwrap().code(), Some(EXEC_FAILED.into()));
    }

    #[test]
    fn who_is_stopped_before_it_begins_is_not_waited_for() {
        // A process that has the other end of the report and never executes
        // anything is what a stopped one looks like.
        let (report, far) = pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK).unwrap();
        let process = crate::fork::fork(|| {
            loop {
                nix::unistd::pause();
            }
        })
        .unwrap();
        drop(far);
        let started = Started { process, report };
        assert_eq!(started.progress(), Ok(Progress::Starting));
        nix::sys::signal::kill(process, Signal::SIGKILL).unwrap();
        assert_eq!(await_progress(&started), Progress::Begun);
        assert_eq!(started.wait().unwrap().signal(), Some(9));
    }
}
