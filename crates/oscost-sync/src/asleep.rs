//! Whether a thread is asleep, as the kernel says it: so that a case about
//! waking never wakes somebody who was awake. Never asked while the clock runs.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::time::{Duration, Instant};

use nix::sched::sched_yield;
use nix::unistd::Pid;
use oscost_harness::{During as _, Failure};

/// The state of a thread of this process (`/proc/self/task/TID/stat`, see
/// `proc_pid_stat(5)`).
#[derive(Debug)]
pub(crate) struct State {
    file: File,
}

/// More than the kernel writes before the state: a number and a name of 15
/// bytes at most.
const ROOM: usize = 64;

impl State {
    /// Of a living thread.
    pub(crate) fn of(thread: Pid) -> Result<Self, Failure> {
        let path = format!("/proc/self/task/{thread}/stat");
        let file = File::open(&path).during(&format!("open({path})"))?;
        Ok(Self { file })
    }

    /// Whether it waits for something and would be woken by it.
    fn is_asleep(&self) -> Result<bool, Failure> {
        let mut text = [0; ROOM];
        let length = self.file.read_at(&mut text, 0).during("read(stat)")?;
        Ok(state(&text[..length]) == Some(b'S'))
    }

    /// Lets others have the CPU until the thread has fallen asleep. `false`:
    /// it has not, for as long as `patience`.
    pub(crate) fn await_sleep(&self, patience: Duration) -> Result<bool, Failure> {
        eventually(patience, || self.is_asleep())
    }
}

/// The letter behind the name, which stands in parentheses and may have some
/// in it.
fn state(stat: &[u8]) -> Option<u8> {
    let end = stat.iter().rposition(|&byte| byte == b')')?;
    stat.get(end + 2).copied()
}

/// Lets others have the CPU until something has come true. `false`: it has
/// not, for as long as `patience`.
pub(crate) fn eventually(
    patience: Duration,
    mut come_true: impl FnMut() -> Result<bool, Failure>,
) -> Result<bool, Failure> {
    let begin = Instant::now();
    while !come_true()? {
        if begin.elapsed() > patience {
            return Ok(false);
        }
        sched_yield().during("sched_yield")?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn the_state_stands_behind_the_name() {
        assert_eq!(state(b"12 (a thread) S 1 2"), Some(b'S'));
        assert_eq!(state(b"12 (odd) S) R 1 2"), Some(b'R'));
        assert_eq!(state(b"12 (cut off"), None);
    }

    #[test]
    fn a_thread_is_seen_to_sleep_and_not_to_work() {
        let (asleep, wake_up) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let sleeper = std::thread::spawn(move || {
            tell.send(nix::unistd::gettid()).unwrap();
            wake_up.recv().unwrap();
        });
        let state = State::of(told.recv().unwrap()).unwrap();
        assert!(state.await_sleep(Duration::from_secs(20)).unwrap());
        let mine = State::of(nix::unistd::gettid()).unwrap();
        assert!(!mine.await_sleep(Duration::from_millis(1)).unwrap());
        asleep.send(()).unwrap();
        sleeper.join().unwrap();
    }
}
