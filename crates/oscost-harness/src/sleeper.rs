//! Whether a thread is asleep, as the kernel tells: so that what is measured
//! begins when it waits, not while it is on its way there. Never asked while
//! the clock runs.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::time::{Duration, Instant};

use nix::sched::sched_yield;
use nix::unistd::{Pid, getpid, gettid};

use crate::Failure;
use crate::failure::During as _;

/// No party takes so long to fall asleep unless something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// A thread, by what the kernel tells of it.
#[derive(Debug)]
pub struct Sleeper {
    stat: File,
}

impl Sleeper {
    /// The calling thread.
    ///
    /// # Errors
    /// Where `/proc` cannot be read.
    pub fn this_thread() -> Result<Self, Failure> {
        Self::of(gettid())
    }

    /// A living thread of this process.
    ///
    /// # Errors
    /// Where it is gone, or `/proc` cannot be read.
    pub fn of(thread: Pid) -> Result<Self, Failure> {
        // By number: a child that inherits this looks at its parent's thread.
        let stat = File::open(format!("/proc/{}/task/{thread}/stat", getpid()));
        Ok(Self {
            stat: stat.during("open(/proc/PID/task/TID/stat)")?,
        })
    }

    /// Returns once the thread sleeps (proc_pid_stat(5), field 3). Until then
    /// the caller offers it the CPU.
    ///
    /// # Errors
    /// Where the thread is gone, or stays awake for longer than any scheduler
    /// lets it wait.
    pub fn await_sleep(&self) -> Result<(), Failure> {
        // The name before the state has at most 64 bytes (kernel threads).
        let mut stat = [0; 128];
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            let read = self.stat.read_at(&mut stat, 0);
            let read = read.during("read(/proc/PID/task/TID/stat)")?;
            if state(&stat[..read]) == Some(b'S') {
                return Ok(());
            }
            sched_yield().during("sched_yield")?;
        }
        Err(Failure::Fail(format!(
            "a party that was to go to sleep was still awake after {} s",
            PATIENCE.as_secs()
        )))
    }
}

/// The letter after the name, which ends in the last parenthesis.
fn state(stat: &[u8]) -> Option<u8> {
    let name_end = stat.iter().rposition(|&byte| byte == b')')?;
    stat.get(name_end + 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_joins_is_seen_to_sleep() {
        let me = Sleeper::this_thread().unwrap();
        std::thread::spawn(move || me.await_sleep())
            .join()
            .unwrap()
            .unwrap();
    }

    #[test]
    fn the_state_stands_after_the_name() {
        assert_eq!(state(b"12 (a) R) S 1 12"), Some(b'S'));
        assert_eq!(state(b"12 (a"), None);
    }
}
