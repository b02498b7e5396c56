//! A process that stands by to remove what outlives the probe: System V
//! semaphores, queues and segments, names in `/dev/shm` and `/dev/mqueue`.
//!
//! It makes the object and it removes it, when its owner drops the guard or
//! dies, however that happens. It leaves the probe's process group, so that
//! what ends the group passes it by, and it must never stay a moment longer
//! than the object.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{Pid, close, setsid};
use oscost_sys::fork::fork;
use procfs::process::Process;

use crate::Failure;
use crate::failure::During as _;

/// Keeps an object of the kernel alive: with the guard, or its owner, the
/// object goes.
#[derive(Debug)]
#[must_use = "what it guards is removed when it is dropped"]
pub struct Guard {
    /// Absent once it is reaped.
    process: Option<Pid>,
    tie: File,
}

impl Guard {
    /// Guards something that has a name before it is made: first the guard,
    /// then the object. `remove` finds nothing where it was never made.
    ///
    /// # Errors
    /// See [`Guard::holding`].
    pub fn new(remove: impl FnOnce()) -> Result<Self, Failure> {
        let (guard, _) = Self::holding("fork", || Ok(0), |_| remove())?;
        Ok(guard)
    }

    /// Guards something whose name the kernel gives: the guard makes it by
    /// `call`, and tells its number. There is no moment at which a kill could
    /// leave it behind. Call it while the process has one thread, as both
    /// closures run in a child.
    ///
    /// # Errors
    /// What `make` says, under the name of `call`; what `fork(2)` and
    /// `socketpair(2)` say.
    pub fn holding(
        call: &str,
        make: impl FnOnce() -> nix::Result<i32>,
        remove: impl FnOnce(i32),
    ) -> Result<(Self, i32), Failure> {
        let (mut tie, far) = tie().during("socketpair")?;
        let process = fork(|| {
            stand_by(&far, make, remove);
            0
        })
        .during("fork")?;
        drop(far);
        let mut message = Message::default();
        let heard = tie.read_exact(&mut message);
        // From here on whatever goes wrong lets the guard go.
        let guard = Self {
            process: Some(process),
            tie,
        };
        if heard.is_err() {
            return Err(guard.obituary(call));
        }
        let (errno, made) = decode(message);
        match errno {
            0 => Ok((guard, made)),
            errno => Err(Failure::call(call, Errno::from_raw(errno))),
        }
    }
}

impl Guard {
    /// Why it said nothing: somebody has ended it before it could.
    fn obituary(mut self, call: &str) -> Failure {
        let how = match self.end() {
            Some(WaitStatus::Signaled(_, signal, _)) => format!("was ended by {signal}"),
            Some(WaitStatus::Exited(_, status)) => format!("ended with status {status}"),
            other => format!("ended: {other:?}"),
        };
        Failure::Fail(format!(
            "{call}: the guard, a process beside the probe, {how} before it stood by"
        ))
    }

    /// Lets it go, and reaps it.
    fn end(&mut self) -> Option<WaitStatus> {
        let process = self.process.take()?;
        // Not just closed: a child of the owner may hold a copy.
        let _ = self.tie.write_all(&[0]);
        loop {
            match waitpid(process, None) {
                Err(Errno::EINTR) => {}
                ended => return ended.ok(),
            }
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.end();
    }
}

/// Both ends of what ties a guard to its owner. Read and written as files are: no
/// sandbox refuses that, while it may refuse `sendto` and `shutdown`, and they would
/// wait for each other for ever.
fn tie() -> std::io::Result<(File, File)> {
    let (near, far) = UnixStream::pair()?;
    let file = |end: UnixStream| File::from(OwnedFd::from(end));
    Ok((file(near), file(far)))
}

/// An errno or 0, then the number of what was made.
type Message = [u8; 8];

fn encode(errno: i32, made: i32) -> Message {
    let ([a, b, c, d], [e, f, g, h]) = (errno.to_ne_bytes(), made.to_ne_bytes());
    [a, b, c, d, e, f, g, h]
}

fn decode([a, b, c, d, made @ ..]: Message) -> (i32, i32) {
    (i32::from_ne_bytes([a, b, c, d]), i32::from_ne_bytes(made))
}

/// By this name the driver knows guards among its children.
const NAME: &str = "oscost-guard";

/// The life of a guard.
fn stand_by(mut owner: &File, make: impl FnOnce() -> nix::Result<i32>, remove: impl FnOnce(i32)) {
    // Nothing but SIGKILL, sent to it alone, shall end it before its time.
    let _ = SigSet::all().thread_block();
    // In this order: one that is in no group of a probe's has its name.
    let _ = prctl::set_name(c"oscost-guard");
    let _ = setsid();
    // Copies of the owner's descriptors would keep others from seeing its end.
    close_all_but(owner.as_raw_fd());
    let made = make();
    let message = match made {
        Ok(made) => encode(0, made),
        Err(errno) => encode(errno as i32, 0),
    };
    // An owner that is gone already is no reason to leave the object behind.
    let _ = owner.write_all(&message);
    if let Ok(made) = made {
        // A word, or the end of the last who could say one.
        let _ = owner.read_exact(&mut [0]);
        remove(made);
    }
}

fn close_all_but(kept: RawFd) {
    let Ok(entries) = std::fs::read_dir("/proc/self/fd") else {
        return;
    };
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let numbers: Vec<RawFd> = numbers.collect();
    for number in numbers {
        if number != kept {
            let _ = close(number);
        }
    }
}

/// Waits for guards whose owners have died, and which this process has
/// adopted: they are about to end.
pub fn reap_orphans() {
    let Ok(tasks) = Process::myself().and_then(|myself| myself.tasks()) else {
        return;
    };
    let children = tasks.flatten().filter_map(|task| task.children().ok());
    for child in children.flatten() {
        let Ok(child) = i32::try_from(child) else {
            continue;
        };
        let stat = Process::new(child).and_then(|process| process.stat());
        if stat.is_ok_and(|stat| stat.comm == NAME) {
            let guard = Pid::from_raw(child);
            // One that somebody has stopped would have the driver wait for ever.
            let _ = kill(guard, Signal::SIGCONT);
            let _ = waitpid(guard, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};

    use nix::sys::signal::killpg;
    use nix::unistd::{pause, setpgid};

    use super::*;

    /// A guard of a file, which stands for any object.
    fn over_a_file(file: &Path) -> (Guard, i32) {
        Guard::holding(
            "open",
            || {
                std::fs::write(file, "").map_err(|_| Errno::EIO)?;
                Ok(-42)
            },
            |number| {
                assert_eq!(number, -42);
                std::fs::remove_file(file).unwrap();
            },
        )
        .unwrap()
    }

    fn place() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("object");
        (folder, file)
    }

    fn wait_until(condition: impl Fn() -> bool) {
        let begin = Instant::now();
        while !condition() {
            assert!(begin.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn what_is_guarded_goes_with_its_guard() {
        let (_folder, file) = place();
        let (guard, number) = over_a_file(&file);
        assert_eq!(number, -42);
        assert!(file.exists());
        drop(guard);
        assert!(!file.exists());
    }

    #[test]
    fn what_is_guarded_goes_with_a_killed_group() {
        let (_folder, file) = place();
        let owner = fork(|| {
            let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
            let _guard = over_a_file(&file);
            // A child that holds a copy of everything, and dies with the group.
            let _ = fork(|| {
                loop {
                    pause();
                }
            });
            loop {
                pause();
            }
        })
        .unwrap();
        wait_until(|| file.exists());
        // The guard stands by before it makes anything.
        killpg(owner, Signal::SIGKILL).unwrap();
        waitpid(owner, None).unwrap();
        wait_until(|| !file.exists());
    }

    #[test]
    fn a_child_with_copies_keeps_nothing_alive() {
        let (_folder, file) = place();
        let (guard, _) = over_a_file(&file);
        let child = fork(|| {
            loop {
                pause();
            }
        })
        .unwrap();
        drop(guard);
        assert!(!file.exists());
        kill(child, Signal::SIGKILL).unwrap();
        waitpid(child, None).unwrap();
    }

    #[test]
    fn a_guard_that_was_ended_too_early_is_told() {
        let make = || {
            let _ = kill(nix::unistd::getpid(), Signal::SIGKILL);
            Ok(0)
        };
        let failure = Guard::holding("semget", make, |_| {}).unwrap_err();
        let text = failure.to_string();
        assert!(matches!(failure, Failure::Fail(_)), "{text}");
        assert!(text.contains("semget: the guard") && text.contains("was ended by SIGKILL"));
    }

    #[test]
    fn what_cannot_be_made_is_told() {
        let failure = Guard::holding("semget", || Err(Errno::ENOSPC), |_| {}).unwrap_err();
        assert_eq!(failure, Failure::call("semget", Errno::ENOSPC));
    }

    #[test]
    fn an_adopted_guard_is_reaped() {
        // In a process of its own: to adopt is a property of the whole process.
        let (_folder, file) = place();
        let driver = fork(|| {
            crate::interrupt::adopt_orphans();
            let owner = fork(|| {
                std::mem::forget(over_a_file(&file));
                0
            });
            let Ok(owner) = owner else { return 1 };
            let _ = waitpid(owner, None);
            // Somebody has stopped it.
            let children = std::fs::read_to_string("/proc/thread-self/children");
            for guard in children.unwrap_or_default().split_whitespace() {
                let Ok(guard) = guard.parse() else { return 2 };
                let _ = kill(Pid::from_raw(guard), Signal::SIGSTOP);
            }
            reap_orphans();
            // None is left, and it has done its work.
            u8::from(waitpid(None, None) != Err(Errno::ECHILD) || file.exists())
        })
        .unwrap();
        let status = waitpid(driver, None).unwrap();
        assert_eq!(status, WaitStatus::Exited(driver, 0));
    }
}
