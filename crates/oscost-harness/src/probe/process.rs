//! The process of a probe: started, heard, killed, reaped. Nobody waits here but
//! for a death.

use std::collections::BTreeMap;
use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Command, ExitStatus};

use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{Pid, pipe2};
use oscost_sys::exec::Program;
use oscost_sys::memory_file;
use oscost_sys::start::{Started, start};

use crate::Failure;
use crate::failure::During as _;

/// A process with a pipe to it and one from it.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) started: Started,
    /// Closed where nothing more is asked.
    pub(super) requests: Option<File>,
    pub(super) answers: File,
    complaints: File,
    ended: bool,
}

impl Process {
    /// Starts `command`, of which the program, the arguments and the variables
    /// count. It may not have begun when this returns.
    ///
    /// # Errors
    /// What the pipes and `fork(2)` say.
    pub(super) fn start(command: &Command) -> Result<Self, Failure> {
        // What a dying probe writes ends up in memory, where it can be read
        // without waiting.
        let complaints = File::from(memory_file::data(c"oscost-stderr").map_err(Failure::told)?);
        let pipe = || pipe2(OFlag::O_CLOEXEC).during("pipe2");
        let ((from, requests), (answers, to)) = (pipe()?, pipe()?);
        let standard = [from.as_fd(), to.as_fd(), complaints.as_fd()];
        let started = start(&program(command)?, standard).during("fork")?;
        Ok(Self {
            started,
            requests: Some(requests.into()),
            answers: answers.into(),
            complaints,
            ended: false,
        })
    }

    pub(super) fn id(&self) -> Pid {
        self.started.process()
    }

    /// Whether it has ended. It is not reaped yet.
    pub(super) fn is_dead(&self) -> bool {
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT | WaitPidFlag::WNOHANG;
        !matches!(
            waitid(Id::Pid(self.id()), flags),
            Ok(WaitStatus::StillAlive)
        )
    }

    /// Whether it was stopped, or let go on, since the last look (SIGSTOP,
    /// SIGCONT).
    pub(super) fn was_halted(&self) -> bool {
        was_halted(Some(self.id()))
    }

    /// The signal that has ended a child of it which it has not reaped: who waits for
    /// that one in vain does not look.
    pub(super) fn dead_child(&self) -> Option<Signal> {
        let tasks = procfs::process::Process::new(self.id().as_raw())
            .ok()?
            .tasks()
            .ok()?;
        let children = tasks
            .flatten()
            .filter_map(|task| task.children().ok())
            .flatten();
        let mut signals = children.filter_map(|child| {
            let child = procfs::process::Process::new(i32::try_from(child).ok()?).ok()?;
            let stat = child.stat().ok()?;
            // As `waitpid(2)` gives it: the number of the signal, and whether there is
            // a core file.
            let signal = stat.exit_code.filter(|_| stat.state == 'Z')? & 0x7f;
            Signal::try_from(signal).ok()
        });
        signals.next()
    }

    /// What it wrote on standard error, as far as it is of use to anybody.
    pub(super) fn complaints(&self) -> String {
        let mut words = String::new();
        let mut complaints = &self.complaints;
        if complaints.seek(SeekFrom::Start(0)).is_ok() {
            let _ = complaints.take(2000).read_to_string(&mut words);
        }
        // How to see more of a panic is no part of what happened.
        let hint = |line: &&str| !line.starts_with("note: run with `RUST_BACKTRACE");
        words.lines().filter(hint).collect::<Vec<_>>().join("\n")
    }

    /// Kills it and all that it started, and reaps it.
    pub(super) fn kill(&mut self) {
        if !self.ended {
            let _ = kill(self.id(), Signal::SIGKILL);
            self.reap();
        }
    }

    /// Waits for it, ends and reaps whatever is left of its group.
    pub(super) fn reap(&mut self) -> Option<ExitStatus> {
        self.requests = None;
        if self.ended {
            return None;
        }
        self.ended = true;
        let leader = self.id();
        // Dead, it is left unreaped until its group is gone, so that nobody else
        // can get the group's number meanwhile.
        let _ = waitid(Id::Pid(leader), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT);
        let _ = killpg(leader, Signal::SIGKILL);
        let status = self.started.wait().ok();
        // Its orphans are ours, since we adopt them.
        let group = Pid::from_raw(-leader.as_raw());
        while let Ok(WaitStatus::Exited(..) | WaitStatus::Signaled(..)) = waitpid(group, None) {}
        crate::guard::reap_orphans();
        status
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whether this child, or any, was stopped, or let go on, since the last look.
/// However short a stop was: the kernel keeps a note that a child goes on until
/// somebody asks (`waitid(2)`).
pub(super) fn was_halted(child: Option<Pid>) -> bool {
    let flags = WaitPidFlag::WSTOPPED | WaitPidFlag::WCONTINUED | WaitPidFlag::WNOHANG;
    let next = || waitid(child.map_or(Id::All, Id::Pid), flags);
    let mut halted = false;
    while let Ok(WaitStatus::Stopped(..) | WaitStatus::Continued(..)) = next() {
        halted = true;
    }
    halted
}

/// What is to be executed, with the environment of this process.
fn program(command: &Command) -> Result<Program, Failure> {
    let text = |text: &OsStr| {
        CString::new(text.as_bytes()).map_err(|error| Failure::Fail(error.to_string()))
    };
    let mut variables: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => variables.insert(name.to_owned(), value.to_owned()),
            None => variables.remove(name),
        };
    }
    let environment = variables.into_iter().map(|(mut variable, value)| {
        variable.push("=");
        variable.push(value);
        text(&variable)
    });
    let arguments = command.get_args().map(text);
    Ok(Program::new(text(command.get_program())?)
        .with_arguments(arguments.collect::<Result<_, _>>()?)
        .with_environment(environment.collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests {
    use nix::unistd::pause;
    use oscost_sys::fork::fork;

    use super::*;

    #[test]
    fn a_child_that_stood_still_is_noticed_once_it_goes_on() {
        // In a process of its own: other tests have children, too.
        let parent = fork(|| {
            let child = fork(|| {
                loop {
                    pause();
                }
            });
            let Ok(child) = child else { return 1 };
            assert!(!was_halted(None));
            for _ in 0..3 {
                kill(child, Signal::SIGSTOP).unwrap();
                // It must have stopped for the other signal to be a note.
                let stopped = WaitPidFlag::WSTOPPED | WaitPidFlag::WNOWAIT;
                waitid(Id::Pid(child), stopped).unwrap();
                kill(child, Signal::SIGCONT).unwrap();
                assert!(was_halted(None));
                assert!(!was_halted(None));
            }
            kill(child, Signal::SIGKILL).unwrap();
            // An end is no halt, and it stays to be reaped.
            let ended = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
            waitid(Id::Pid(child), ended).unwrap();
            assert!(!was_halted(None));
            u8::from(waitpid(child, None).is_err())
        });
        let parent = parent.unwrap();
        assert_eq!(
            waitpid(parent, None).unwrap(),
            WaitStatus::Exited(parent, 0)
        );
    }

    #[test]
    fn a_child_that_somebody_has_ended_is_seen_and_one_that_left_is_none() {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "sh -c 'exit 9' & sh -c 'kill -KILL $$' & exec sleep 60",
        ]);
        let mut process = Process::start(&command).unwrap();
        let begin = std::time::Instant::now();
        while process.dead_child() != Some(Signal::SIGKILL) {
            assert!(begin.elapsed() < std::time::Duration::from_secs(60));
            std::thread::yield_now();
        }
        process.kill();
        assert_eq!(process.dead_child(), None);
    }

    #[test]
    fn variables_are_added_and_taken_away() {
        let mut command = Command::new("sh");
        command
            .args(["-c", "echo $WORD${CARGO_MANIFEST_DIR-gone} >&2"])
            .env("WORD", "one-")
            .env_remove("CARGO_MANIFEST_DIR");
        let mut process = Process::start(&command).unwrap();
        let status = process.reap();
        assert_eq!(status.and_then(|status| status.code()), Some(0));
        assert_eq!(process.complaints(), "one-gone");
    }
}
