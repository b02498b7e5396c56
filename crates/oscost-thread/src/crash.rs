//! One thread of a worker process goes down by a bad access and takes all the
//! others with it: until the parent knows, and until another worker serves.
//!
//! The probe itself has one thread; the workers that it forks have more. A
//! worker has a death signal and leaves no core file. The kernel may put a line
//! into its log, which is part of what a crash costs.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;
use oscost_harness::child::{Child, GOES_DOWN, ended_otherwise};
use oscost_harness::sleeper::Sleeper;
use oscost_harness::{
    Audit, During as _, Evidence, Expect, Failure, Measure, Need, Place, Row, TimedWork,
};
use oscost_record::{Aspect, TaskKind, Tier};
use oscost_sys::counter::Ticks;
use oscost_sys::crash;
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::{SharedPage, Slot};

/// Threads of a worker.
const THREADS: u32 = 4;

const ROW: Row = Row {
    operation: "crash/known",
    title: "SIGSEGV in a thread, known",
    question: "How long after a bad access in one of four threads does the parent know that their whole process is gone?",
    task: TaskKind::Thread,
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
    expect: |_| Expect::tasks(THREADS as u64),
    build: |_| measure(false),
};

pub(crate) const ROWS: &[Row] = &[
    ROW,
    Row {
        operation: "crash/replaced",
        title: "SIGSEGV in a thread, replaced",
        question: "How long after a bad access in one of four threads has each of the four threads of another process answered a request?",
        per: "replacement",
        build: |_| measure(true),
        ..ROW
    },
];

/// What worker and parent share.
struct Board {
    page: SharedPage,
    parent: Sleeper,
}

// The slots of the page.
const ORDER: usize = 0;
const ANSWERS: usize = 1;
const CRASHES: usize = 2;

/// In place of a count of answers: there are too few threads for more.
const TOO_FEW: u32 = 1000;

// What a thread may find in the slot of orders.
const SERVE: u32 = 0;
const CRASH: u32 = 1;

impl Board {
    /// Its word: what to do. Its long number: the request to answer.
    fn order(&self) -> &Slot {
        self.page.slot(ORDER)
    }

    /// How many answers there are, and their sum.
    fn answers(&self) -> &Slot {
        self.page.slot(ANSWERS)
    }

    /// How many threads are about to crash, and when the last one was.
    fn crashes(&self) -> &Slot {
        self.page.slot(CRASHES)
    }

    /// Says so to the parent.
    fn answer(&self, count: u32) -> Result<(), Failure> {
        let answers = &self.answers().word;
        answers.fetch_add(count, Release);
        futex::wake(answers, 1, Scope::Shared).during("futex(FUTEX_WAKE)")?;
        Ok(())
    }

    /// What a thread of a worker does: it answers a request and waits. The last
    /// one goes down when it is told to.
    fn be_worker(&self, number: u32, now: fn() -> Ticks) -> Result<(), Failure> {
        let order = self.order();
        let request = order.long.load(Acquire);
        let answer = request * u64::from(number);
        self.answers().long.fetch_add(answer, Relaxed);
        self.answer(1)?;
        loop {
            match order.word.load(Acquire) {
                CRASH if number == THREADS => break,
                other => drop(futex::wait(&order.word, other, Scope::Shared)),
            }
        }
        self.parent.await_sleep()?;
        let crashes = self.crashes();
        crashes.word.fetch_add(1, Relaxed);
        crashes.long.store(now().0, Release);
        crash::bad_access()
    }

    /// What a worker does, in a process of its own.
    fn be_process(&self, now: fn() -> Ticks) -> Result<(), Failure> {
        crash::prepare().during("prctl(PR_SET_DUMPABLE)")?;
        std::thread::scope(|scope| {
            for number in 2..=THREADS {
                let thread = std::thread::Builder::new()
                    .spawn_scoped(scope, move || self.be_worker(number, now));
                if thread.is_err() {
                    self.answer(TOO_FEW)?;
                }
            }
            self.be_worker(1, now)
        })
    }
}

struct Crashing {
    board: Board,
    /// One that serves.
    worker: Option<Child>,
    request: u64,
    /// Whether the time goes on until another worker serves.
    replaced: bool,
}

fn measure(replaced: bool) -> Result<Measure, Failure> {
    let page = SharedPage::new().during("mmap(MAP_SHARED)")?;
    let parent = Sleeper::this_thread()?;
    Ok(Measure::SelfTimed(Box::new(Crashing {
        board: Board { page, parent },
        worker: None,
        request: 0,
        replaced,
    })))
}

impl Crashing {
    /// Starts a worker and waits until each of its threads has answered.
    fn start(&mut self, now: fn() -> Ticks) -> Result<Child, Failure> {
        self.request += 1;
        let board = &self.board;
        let answers = board.answers();
        board.order().word.store(SERVE, Relaxed);
        board.order().long.store(self.request, Relaxed);
        answers.word.store(0, Relaxed);
        answers.long.store(0, Release);
        let worker = Child::bound(|| board.be_process(now))?;
        loop {
            let count = answers.word.load(Acquire);
            match count {
                THREADS => break,
                TOO_FEW.. => {
                    let refused = "std::thread::spawn: a worker cannot make its threads";
                    return Err(Failure::Skip(refused.into()).too_many());
                }
                _ => drop(futex::wait(&answers.word, count, Scope::Shared)),
            }
        }
        let expected = self.request * u64::from((1..=THREADS).sum::<u32>());
        match answers.long.load(Relaxed) {
            sum if sum == expected => Ok(worker),
            sum => Err(Failure::Fail(format!(
                "the threads of a worker gave answers with the sum {sum}, not {expected}"
            ))),
        }
    }
}

impl TimedWork for Crashing {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        let worker = match self.worker.take() {
            Some(worker) => worker,
            None => self.start(now)?,
        };
        let order = &self.board.order().word;
        order.store(CRASH, Release);
        futex::wake(order, i32::MAX, Scope::Shared).during("futex(FUTEX_WAKE)")?;
        let status = worker.wait()?;
        let mut end = now();
        if !matches!(status, WaitStatus::Signaled(_, Signal::SIGSEGV, false)) {
            return Err(ended_otherwise(GOES_DOWN, status));
        }
        if self.replaced {
            self.worker = Some(self.start(now)?);
            end = now();
        }
        let crash = Ticks(self.board.crashes().long.load(Acquire));
        Ok(end.since(crash))
    }
}

impl Evidence for Crashing {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.board.crashes().word.load(Acquire).into())
    }
}
