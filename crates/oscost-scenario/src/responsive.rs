//! A tick every ten milliseconds beside a long computation: how late it comes,
//! by where the computation is done.
//!
//! All is on one CPU, so that whoever is to tick has to get it from whoever
//! computes.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use oscost_harness::{Audit, During as _, Evidence, Failure, Measure, Place, Row, TimedWork};
use oscost_record::{Aspect, TaskKind, Tier};
use oscost_sys::counter::{Ticks, read_monotonic};
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::SharedPage;
use tokio::runtime::Runtime;
use tokio::task::yield_now;

use crate::child::Child;
use crate::pace::Moment;
use crate::piece::Piece;
use crate::{account, row, runtime};

const ROW: Row = Row {
    aspect: Aspect::Delay,
    per: "tick",
    tier: Tier::Core,
    place: Place::OneCpu,
    claims: &[18],
    ..row::ROW
};

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "responsive/same-thread",
        title: "the same thread computes",
        question: "How late does a tick come that is due 10 ms into a computation of 25 ms which the same thread has to finish first?",
        task: TaskKind::Thread,
        build: |_| beside(Neighbour::SameThread),
        ..ROW
    },
    Row {
        operation: "responsive/coroutine-hog",
        title: "a coroutine that never yields",
        question: "How late does a coroutine's tick come that is due 10 ms into a computation of 25 ms in which another coroutine of the thread never yields?",
        task: TaskKind::Coroutine,
        build: |_| beside(Neighbour::Hog),
        ..ROW
    },
    Row {
        operation: "responsive/coroutine-polite",
        title: "a coroutine that yields",
        question: "How late does a coroutine's tick come that is due 10 ms into a computation of 25 ms in which another coroutine of the thread yields every 100 µs?",
        task: TaskKind::Coroutine,
        build: |_| beside(Neighbour::Polite),
        ..ROW
    },
    Row {
        operation: "responsive/thread",
        title: "another thread computes",
        question: "How late does a thread's tick come while another thread computes on the same CPU?",
        task: TaskKind::Thread,
        build: |_| beside(Neighbour::Thread),
        ..ROW
    },
    Row {
        operation: "responsive/process",
        title: "another process computes",
        question: "How late does a process's tick come while another process computes on the same CPU?",
        task: TaskKind::Process,
        build: |_| beside(Neighbour::Process),
        ..ROW
    },
];

/// When the tick is due.
const TICK: Duration = Duration::from_millis(10);
/// How much is computed between two looks at the world.
const CHUNK: Duration = Duration::from_micros(100);
/// Chunks of a computation. One in another task goes on until the tick has
/// come.
const CHUNKS: u32 = 250;

/// Who computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Neighbour {
    SameThread,
    Hog,
    Polite,
    Thread,
    Process,
}

/// The computation, and what is known of it, wherever it is done.
struct Computation {
    chunk: Piece,
    page: SharedPage,
}

// The slots of the page.
const STATE: usize = 0;
const DONE: usize = 1;

// What may stand in the word of the state.
const IDLE: u32 = 0;
const COMPUTING: u32 = 1;
const TICKED: u32 = 2;

impl Computation {
    fn state(&self) -> &AtomicU32 {
        &self.page.slot(STATE).word
    }

    /// Does a chunk, and counts it.
    fn advance(&self) {
        let done = self.page.slot(DONE);
        done.long.fetch_add(self.chunk.work(), Relaxed);
        done.word.fetch_add(1, Release);
    }

    /// All of it, in one go.
    fn finish(&self) {
        (0..CHUNKS).for_each(|_| self.advance());
    }

    /// All of it as another task, and on until the tick has come.
    fn keep_on(&self) -> Result<(), Failure> {
        self.state().store(COMPUTING, Release);
        futex::wake(self.state(), 1, Scope::Shared).during("futex(FUTEX_WAKE)")?;
        self.finish();
        while self.state().load(Acquire) != TICKED {
            self.advance();
        }
        Ok(())
    }

    /// Makes ready for another one.
    fn reset(&self) {
        self.state().store(IDLE, Relaxed);
        self.page.slot(DONE).word.store(0, Relaxed);
        self.page.slot(DONE).long.store(0, Release);
    }

    /// Checks that all chunks were done, and as they should be.
    fn check(&self) -> Result<(), Failure> {
        let done = self.page.slot(DONE);
        let chunks = done.word.load(Acquire);
        let due = self.chunk.result().wrapping_mul(chunks.into());
        if chunks >= CHUNKS && done.long.load(Relaxed) == due {
            Ok(())
        } else {
            Err(Failure::Fail(format!(
                "the neighbour was to do {CHUNKS} chunks of a computation, but did {chunks}, or wrongly"
            )))
        }
    }
}

/// The other task that computes.
enum Other {
    Thread(JoinHandle<Result<(), Failure>>),
    Process(Child),
}

impl Other {
    fn has_ended(&self) -> bool {
        match self {
            Self::Thread(thread) => thread.is_finished(),
            Self::Process(child) => child.has_ended(),
        }
    }

    fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Thread(thread) => thread
                .join()
                .map_err(|_| Failure::Fail("the thread that computes panicked".into()))?,
            Self::Process(child) => child.finish(),
        }
    }
}

struct Beside {
    neighbour: Neighbour,
    computation: Arc<Computation>,
    runtime: Runtime,
    ticks: u64,
}

fn beside(neighbour: Neighbour) -> Result<Measure, Failure> {
    Ok(Measure::SelfTimed(Box::new(Beside::new(neighbour)?)))
}

/// When a tick was due and when it came, in nanoseconds of the kernel's clock.
#[derive(Clone, Copy)]
struct Tick {
    due: u64,
    came: u64,
}

impl Beside {
    fn new(neighbour: Neighbour) -> Result<Self, Failure> {
        Ok(Self {
            neighbour,
            computation: Arc::new(Computation {
                chunk: Piece::lasting(CHUNK),
                page: SharedPage::new().during("mmap(MAP_SHARED)")?,
            }),
            runtime: runtime::on_this_thread()?,
            ticks: 0,
        })
    }

    /// A tick in the one thread that computes as well.
    fn after_the_computation(&self) -> Tick {
        let due = due();
        self.computation.finish();
        sleep_until(due);
        came(due)
    }

    /// A tick in a coroutine beside another one.
    fn beside_a_coroutine(&self, is_polite: bool) -> Result<Tick, Failure> {
        let computation = Arc::clone(&self.computation);
        self.runtime.block_on(async move {
            // Spawned first, it is on its way before the other begins.
            let ticks = tokio::spawn(async {
                let due = due();
                tokio::time::sleep(TICK).await;
                came(due)
            });
            let computes = tokio::spawn(async move {
                for _ in 0..CHUNKS {
                    computation.advance();
                    if is_polite {
                        yield_now().await;
                    }
                }
            });
            computes.await.map_err(runtime::died)?;
            ticks.await.map_err(runtime::died)
        })
    }

    /// A tick in this task beside another one of the kernel's.
    fn beside_a_task(&self) -> Result<Tick, Failure> {
        let computation = Arc::clone(&self.computation);
        let other = if self.neighbour == Neighbour::Process {
            Other::Process(Child::bound(|| computation.keep_on())?)
        } else {
            let thread = thread::Builder::new().spawn(move || computation.keep_on());
            Other::Thread(thread.during("std::thread::spawn")?)
        };
        let state = self.computation.state();
        while state.load(Acquire) == IDLE {
            if other.has_ended() {
                break;
            }
            let _ = futex::wait_for(state, IDLE, Scope::Shared, Duration::from_secs(1));
        }
        let due = due();
        sleep_until(due);
        let tick = came(due);
        let was_there = !other.has_ended();
        state.store(TICKED, Release);
        other.finish()?;
        if was_there {
            Ok(tick)
        } else {
            Err(Failure::Fail(
                "nobody computed any more when the tick came".into(),
            ))
        }
    }
}

fn due() -> u64 {
    read_monotonic().0 + u64::try_from(TICK.as_nanos()).unwrap_or(u64::MAX)
}

fn came(due: u64) -> Tick {
    Tick {
        due,
        came: read_monotonic().0,
    }
}

fn sleep_until(due: u64) {
    let left = due.saturating_sub(read_monotonic().0);
    if left > 0 {
        thread::sleep(Duration::from_nanos(left));
    }
}

impl TimedWork for Beside {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        self.computation.reset();
        let begin = Moment::now(now);
        let tick = match self.neighbour {
            Neighbour::SameThread => self.after_the_computation(),
            Neighbour::Hog => self.beside_a_coroutine(false)?,
            Neighbour::Polite => self.beside_a_coroutine(true)?,
            Neighbour::Thread | Neighbour::Process => self.beside_a_task()?,
        };
        let end = Moment::now(now);
        self.computation.check()?;
        if tick.came < tick.due {
            return Err(Failure::Fail("a tick came before it was due".into()));
        }
        self.ticks += 1;
        Ok(end.in_ticks(&begin, tick.came - tick.due))
    }
}

impl Evidence for Beside {
    fn audit(&mut self) -> Result<Audit, Failure> {
        account::audit(self.ticks, [].into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_cannot_be_interrupted_makes_the_tick_late() {
        for neighbour in [Neighbour::SameThread, Neighbour::Hog] {
            let mut beside = Beside::new(neighbour).unwrap();
            let late = beside.run_once(read_monotonic).unwrap();
            // 25 ms of work lie before a tick that is due after 10: it was
            // measured as the fastest of many, and the machine may be faster now.
            assert!(late > Ticks(1_000_000), "{neighbour:?}: {late:?}");
            assert_eq!(beside.audit().unwrap().done, 1);
        }
    }

    #[test]
    fn every_arrangement_ticks_and_computes() {
        for neighbour in [Neighbour::Polite, Neighbour::Thread, Neighbour::Process] {
            let mut beside = Beside::new(neighbour).unwrap();
            for _ in 0..2 {
                beside.run_once(read_monotonic).unwrap();
            }
            assert_eq!(beside.audit().unwrap().done, 2);
        }
    }

    #[test]
    fn a_computation_that_is_cut_short_is_noticed() {
        let beside = Beside::new(Neighbour::SameThread).unwrap();
        beside.computation.advance();
        assert!(beside.computation.check().is_err());
        beside.computation.finish();
        assert!(beside.computation.check().is_ok());
        beside
            .computation
            .page
            .slot(DONE)
            .long
            .fetch_add(1, Relaxed);
        assert!(beside.computation.check().is_err());
    }
}
