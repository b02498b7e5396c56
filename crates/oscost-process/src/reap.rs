//! From a child's exit to its parent's notice, by every way to be told.
//!
//! The child notes the time just before it exits, and does so only once its
//! parent sleeps: so what is measured is a wake-up, never a look at something
//! that had been there for a while.

use std::os::fd::AsFd as _;
use std::sync::atomic::Ordering::Relaxed;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use oscost_harness::child::Child;
use oscost_harness::posted::Posted;
use oscost_harness::sleeper::Sleeper;
use oscost_harness::{
    Audit, During as _, Evidence, Expect, Failure, Measure, Place, Row, Setting, TimedWork, pin,
    usage,
};
use oscost_record::{Aspect, Cpu, Peers, TaskKind, Tier};
use oscost_sys::counter::{self, Ticks};
use oscost_sys::map::SharedPage;
use oscost_sys::pidfd;

use crate::child::exited_well;

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Process,
        aspect: Aspect::Part,
        per: "exit",
        tier: Tier::Full,
        axes: &[],
        place: Place::Each,
        peers: Some(Peers::Processes),
        control: None,
        claims: &[],
        needs: |_| Vec::new(),
        expect: |_| Expect::tasks(1),
        build,
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "reap/waitpid",
        "waitpid",
        "How long after a child's exit does its parent return from waitpid?",
        |setting| measure(setting, by_waitpid),
    ),
    row(
        "reap/waitid-pidfd",
        "waitid on a pidfd",
        "How long after a child's exit does its parent return from waitid on a descriptor of the child?",
        |setting| measure(setting, by_waitid),
    ),
    row(
        "reap/poll-pidfd",
        "poll on a pidfd",
        "How long after a child's exit does its parent return from poll on a descriptor of the child?",
        |setting| measure(setting, by_poll),
    ),
    row(
        "reap/sigchld",
        "SIGCHLD, sigwait",
        "How long after a child's exit does its parent return from sigwait with SIGCHLD?",
        |setting| {
            // From now on nobody but sigwait takes it.
            sigprocmask(SigmaskHow::SIG_BLOCK, Some(&only_sigchld()), None)
                .during("sigprocmask")?;
            measure(setting, by_signal)
        },
    ),
];

/// Sleeps until the child has exited, tells when it noticed, and reaps it.
type Notice = fn(Child, fn() -> Ticks) -> Result<Ticks, Failure>;

fn by_waitpid(child: Child, now: fn() -> Ticks) -> Result<Ticks, Failure> {
    let status = child.wait()?;
    let noticed = now();
    exited_well(status).map(|()| noticed)
}

fn by_waitid(child: Child, now: fn() -> Ticks) -> Result<Ticks, Failure> {
    let descriptor = pidfd::open(child.pid()).during("pidfd_open")?;
    let status = waitid(Id::PIDFd(descriptor.as_fd()), WaitPidFlag::WEXITED);
    let noticed = now();
    let status = status.during("waitid")?;
    child.was_reaped();
    exited_well(status).map(|()| noticed)
}

fn by_poll(child: Child, now: fn() -> Ticks) -> Result<Ticks, Failure> {
    let descriptor = pidfd::open(child.pid()).during("pidfd_open")?;
    let mut one = [PollFd::new(descriptor.as_fd(), PollFlags::POLLIN)];
    let ready = poll(&mut one, PollTimeout::NONE);
    let noticed = now();
    match ready.during("poll")? {
        1 => exited_well(child.wait()?).map(|()| noticed),
        _ => Err(Failure::Fail("poll came back with nothing".into())),
    }
}

fn by_signal(child: Child, now: fn() -> Ticks) -> Result<Ticks, Failure> {
    let signal = only_sigchld().wait();
    let noticed = now();
    match signal.during("sigwait")? {
        Signal::SIGCHLD => exited_well(child.wait()?).map(|()| noticed),
        other => Err(Failure::Fail(format!("sigwait gave {other}"))),
    }
}

fn only_sigchld() -> SigSet {
    let mut set = SigSet::empty();
    set.add(Signal::SIGCHLD);
    set
}

struct Reaping {
    notice: Notice,
    sleeper: Sleeper,
    child_cpu: Option<Cpu>,
    /// When the last child exited, and its account.
    page: SharedPage,
    done: u64,
}

// The slots of the page.
const EXIT: usize = 0;
const ACCOUNT: usize = 1;

fn measure(setting: &Setting, notice: Notice) -> Result<Measure, Failure> {
    let mut reaping = Reaping {
        notice,
        sleeper: Sleeper::this_thread()?,
        child_cpu: setting.cpu(1),
        page: SharedPage::new().during("mmap(MAP_SHARED)")?,
        done: 0,
    };
    // So that where a child runs is known from the first audit on.
    reaping.run_once(counter::read)?;
    Ok(Measure::SelfTimed(Box::new(reaping)))
}

impl TimedWork for Reaping {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        let exit = &self.page.slot(EXIT).long;
        let child = Child::bound(|| {
            if let Some(cpu) = self.child_cpu {
                pin::this_thread(cpu)?;
            }
            Posted::at(&self.page, ACCOUNT).write(self.done + 1)?;
            self.sleeper.await_sleep()?;
            exit.store(now().0, Relaxed);
            Ok(())
        })?;
        let noticed = (self.notice)(child, now)?;
        self.done += 1;
        Ok(noticed.since(Ticks(exit.load(Relaxed))))
    }
}

impl Evidence for Reaping {
    fn audit(&mut self) -> Result<Audit, Failure> {
        let (done, mut child) = Posted::at(&self.page, ACCOUNT).read();
        // One child after the other: what the kernel counted for all of them.
        child.usage = usage::reaped_children()?;
        let mut audit = Audit::alone(done)?;
        audit.parties.push(child);
        Ok(audit)
    }
}
