//! A child process that does its part and ends, and never outlives the task
//! that made it, however that one ends.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{Pid, getpid, getppid};
use oscost_sys::fork::fork;
use oscost_sys::map::SharedPage;

use crate::failure::{During as _, Failure};
use crate::last_words::{self, LastWords};

/// How long it may take who leaves to have ended.
const LEAVING: Duration = Duration::from_millis(30);

/// A child. Killed and reaped when dropped.
#[derive(Debug)]
pub struct Child(Option<Pid>);

impl Child {
    /// Forks a child that runs `body` and exits: with status 0 where all went
    /// well. It dies with the calling thread.
    ///
    /// # Errors
    /// What `fork(2)` says.
    pub fn bound(body: impl FnOnce() -> Result<(), Failure>) -> Result<Self, Failure> {
        let words = words()?;
        let parent = getpid();
        let child = fork(|| match bind_to(parent).and_then(|()| body()) {
            Ok(()) => 0,
            Err(failure) => {
                words.leave(&failure);
                1
            }
        });
        let child = child.during("fork").map_err(Failure::too_many)?;
        Ok(Self(Some(child)))
    }

    /// Its number; 0 once it has been reaped.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.0.unwrap_or(Pid::from_raw(0))
    }

    /// Whether it has ended, for whatever reason. It is not reaped yet.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        let quietly = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        let status = self.0.map(|pid| waitid(Id::Pid(pid), quietly));
        status != Some(Ok(WaitStatus::StillAlive))
    }

    /// Whether it has ended, or does so in a moment: who leaves closes his files, and
    /// others see that, before he has.
    #[must_use]
    pub fn ends_soon(&self) -> bool {
        let begin = Instant::now();
        while !self.has_ended() {
            if begin.elapsed() >= LEAVING {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }

    /// Waits until it ends, however it does.
    ///
    /// # Errors
    /// What `waitpid(2)` says.
    pub fn wait(mut self) -> Result<WaitStatus, Failure> {
        self.reaped()
    }

    fn reaped(&mut self) -> Result<WaitStatus, Failure> {
        match self.0.take() {
            Some(pid) => waitpid(pid, None).during("waitpid"),
            None => Err(Failure::Fail("a child cannot be reaped twice".into())),
        }
    }

    /// Why it failed, where it has said so and was the first to.
    #[must_use]
    pub fn last_words(&self) -> Option<Failure> {
        words().ok()?.read_from(self.0?)
    }

    /// Waits until it has ended well.
    ///
    /// # Errors
    /// Where it ended in any other way: why, as far as it or another child said so.
    pub fn finish(self) -> Result<(), Failure> {
        self.ends("was to do its part and end", |status| {
            matches!(status, WaitStatus::Exited(_, 0))
        })
    }

    /// Kills it and reaps it.
    ///
    /// # Errors
    /// Where it had ended before: why, as far as it or another child said so.
    pub fn end(self) -> Result<(), Failure> {
        kill(self.pid(), Signal::SIGKILL).during("kill")?;
        self.ends("was to stay until it was killed", |status| {
            matches!(status, WaitStatus::Signaled(_, Signal::SIGKILL, _))
        })
    }

    fn ends(mut self, how: &str, is_so: fn(WaitStatus) -> bool) -> Result<(), Failure> {
        let pid = self.pid();
        let status = self.reaped()?;
        let ended = match is_so(status) {
            true => Ok(()),
            false => Err(ended_otherwise(how, status)),
        };
        words()?.forget(pid);
        ended
    }

    /// Somebody has reaped it in another way, or will.
    pub fn was_reaped(mut self) {
        self.0 = None;
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if let Some(pid) = self.0.take() {
            let _ = kill(pid, Signal::SIGKILL);
            while waitpid(pid, None) == Err(Errno::EINTR) {}
            // What it may have said is in nobody's way then.
            let _ = words().map(|words| words.forget(pid));
        }
    }
}

/// Why a child did not end as it was to: what it said, or else how it ended. Where
/// several have failed, the first to has the reason of all.
#[cold]
#[must_use]
pub fn ended_otherwise(how: &str, status: WaitStatus) -> Failure {
    let said = words().ok().and_then(|words| words.read());
    said.unwrap_or_else(|| Failure::Fail(format!("a child process {how}, but: {status:?}")))
}

/// What a child that is to crash was to do.
pub const GOES_DOWN: &str = "was to go down by SIGSEGV without a core file";

/// Makes the calling process die with the thread that forked it, which may
/// have died already.
fn bind_to(parent: Pid) -> Result<(), Failure> {
    prctl::set_pdeathsig(Signal::SIGKILL).during("prctl(PR_SET_PDEATHSIG)")?;
    if getppid() == parent {
        Ok(())
    } else {
        Err(Failure::Fail("the parent is gone".into()))
    }
}

/// Where children leave their last words: all in one place, since each mapping
/// of a parent makes its next child dearer. The first to fail is heard.
fn words() -> Result<LastWords<'static>, Failure> {
    static PAGE: OnceLock<SharedPage> = OnceLock::new();
    let page = match PAGE.get() {
        Some(page) => page,
        None => {
            let page = SharedPage::with_slots(last_words::SLOTS).during("mmap(MAP_SHARED)")?;
            PAGE.get_or_init(|| page)
        }
    };
    Ok(LastWords::at(page, 0).of("a child process"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idle() -> Result<(), Failure> {
        loop {
            nix::unistd::pause();
        }
    }

    fn is_there(pid: Pid) -> bool {
        kill(pid, None).is_ok()
    }

    #[test]
    fn a_dropped_child_is_gone() {
        let child = Child::bound(idle).unwrap();
        let pid = child.pid();
        assert!(is_there(pid) && !child.has_ended());
        drop(child);
        assert!(!is_there(pid));
        Child::bound(idle).unwrap().end().unwrap();
    }

    #[test]
    fn a_child_that_left_by_itself_did_not_stay() {
        let child = Child::bound(|| Ok(())).unwrap();
        while !child.has_ended() {
            std::thread::yield_now();
        }
        // The kill comes too late.
        assert!(child.end().is_err());
    }

    #[test]
    fn who_has_not_done_its_part_says_why() {
        let outcome = |body: fn() -> Result<(), Failure>| Child::bound(body).unwrap().finish();
        assert_eq!(outcome(|| Ok(())), Ok(()));
        for _ in 0..2 {
            let skipped = outcome(|| Err(Failure::call("socket", Errno::EMFILE)));
            assert!(
                matches!(&skipped, Err(Failure::Skip(text)) if text.starts_with("a child process: socket: EMFILE")),
                "{skipped:?}"
            );
            // What nobody asked for is in nobody's way.
            let silent = Child::bound(|| Err(Failure::Fail("unheard".into()))).unwrap();
            while !silent.has_ended() {
                std::thread::yield_now();
            }
            drop(silent);
            let failing = Child::bound(|| Err(Failure::Fail("no".into()))).unwrap();
            while !failing.has_ended() {
                std::thread::yield_now();
            }
            let words = Failure::Fail("a child process: no".into());
            assert_eq!(failing.last_words(), Some(words.clone()));
            assert_eq!(failing.finish(), Err(words));
        }
    }
}
