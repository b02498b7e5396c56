//! A worker process goes down by a bad access: how soon its parent knows, and
//! how soon another serves in its place.
//!
//! The worker waits until its parent sleeps, notes the time, and writes where
//! nothing is mapped. It leaves no core file. The kernel may put a line into
//! its log, which is part of what a crash costs.

use std::os::fd::OwnedFd;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;
use nix::unistd::{pipe, read, write};
use oscost_harness::child::{Child, GOES_DOWN, ended_otherwise};
use oscost_harness::sleeper::Sleeper;
use oscost_harness::{
    Audit, During as _, Evidence, Expect, Failure, Measure, Need, Place, Row, TimedWork,
};
use oscost_record::{Aspect, TaskKind, Tier};
use oscost_sys::counter::Ticks;
use oscost_sys::crash;
use oscost_sys::map::SharedPage;

use crate::child;

const ROW: Row = Row {
    operation: "crash/known",
    title: "SIGSEGV known",
    question: "How long after a worker process's bad access does its parent know of it?",
    task: TaskKind::Process,
    aspect: Aspect::Crash,
    per: "crash",
    tier: Tier::Core,
    axes: &[],
    place: Place::OneCpu,
    peers: None,
    control: None,
    claims: &[12],
    needs: |_| {
        vec![Need::Native(
            "it ends a program that crashes in a way of its own",
        )]
    },
    expect: |_| Expect::tasks(1),
    build: |_| measure(false),
};

pub(crate) const ROWS: &[Row] = &[
    ROW,
    Row {
        operation: "crash/replaced",
        title: "SIGSEGV, another serves",
        question: "How long after a worker process's bad access has another, forked in its place, answered a request?",
        build: |_| measure(true),
        ..ROW
    },
];

/// A worker is asked through a pipe and answers through another.
struct Pipes {
    asks: OwnedFd,
    hears: OwnedFd,
    answers: OwnedFd,
    receives: OwnedFd,
}

impl Pipes {
    fn new() -> Result<Self, Failure> {
        let (hears, asks) = pipe().during("pipe")?;
        let (receives, answers) = pipe().during("pipe")?;
        Ok(Self {
            asks,
            hears,
            answers,
            receives,
        })
    }
}

/// The order to crash. Everything else is a request, answered with the number
/// after it.
const CRASH: u8 = 0;
const REQUEST: u8 = 41;

struct Crashing {
    pipes: Pipes,
    page: SharedPage,
    sleeper: Sleeper,
    /// The one that serves, between two crashes.
    worker: Option<Child>,
    /// Whether the time goes on until another worker has answered.
    replaced: bool,
}

fn measure(replaced: bool) -> Result<Measure, Failure> {
    Ok(Measure::SelfTimed(Box::new(Crashing {
        pipes: Pipes::new()?,
        page: SharedPage::new().during("mmap(MAP_SHARED)")?,
        sleeper: Sleeper::this_thread()?,
        worker: None,
        replaced,
    })))
}

impl Crashing {
    /// When the last worker crashed.
    fn moment(&self) -> &AtomicU64 {
        &self.page.slot(0).long
    }

    /// How many have crashed, by their own count.
    fn crashed(&self) -> &AtomicU64 {
        &self.page.slot(1).long
    }

    fn hire(&self, now: fn() -> Ticks) -> Result<Child, Failure> {
        Child::bound(|| {
            crash::prepare().during("prctl or sigaction")?;
            loop {
                let mut request = [0];
                read(&self.pipes.hears, &mut request).during("read(pipe)")?;
                if request == [CRASH] {
                    break;
                }
                write(&self.pipes.answers, &[request[0] + 1]).during("write(pipe)")?;
            }
            self.sleeper.await_sleep()?;
            self.crashed().fetch_add(1, Relaxed);
            self.moment().store(now().0, Relaxed);
            crash::bad_access()
        })
    }

    /// Has a worker answer a request.
    fn serve(&self) -> Result<(), Failure> {
        let mut answer = [0];
        write(&self.pipes.asks, &[REQUEST]).during("write(pipe)")?;
        read(&self.pipes.receives, &mut answer).during("read(pipe)")?;
        if answer == [REQUEST + 1] {
            Ok(())
        } else {
            Err(Failure::Fail(format!("a worker answered {answer:?}")))
        }
    }
}

impl TimedWork for Crashing {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        let worker = match self.worker.take() {
            Some(worker) => worker,
            None => self.hire(now)?,
        };
        self.serve()?;
        write(&self.pipes.asks, &[CRASH]).during("write(pipe)")?;
        let status = worker.wait()?;
        let mut end = now();
        if !matches!(status, WaitStatus::Signaled(_, Signal::SIGSEGV, false)) {
            return Err(ended_otherwise(GOES_DOWN, status));
        }
        if self.replaced {
            let worker = self.hire(now)?;
            self.serve()?;
            end = now();
            self.worker = Some(worker);
        }
        Ok(end.since(Ticks(self.moment().load(Relaxed))))
    }
}

impl Evidence for Crashing {
    fn audit(&mut self) -> Result<Audit, Failure> {
        child::audit(self.crashed().load(Relaxed))
    }
}
