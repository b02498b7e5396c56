//! A tick every ten milliseconds beside a long computation: how late it comes,
//! by where the computation is done.
//!
//! All is on one CPU, so that whoever is to tick has to get it from whoever
//! computes.

mod computation;

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use oscost_harness::child::Child;
use oscost_harness::{Audit, During as _, Evidence, Failure, Measure, Place, Row, TimedWork};
use oscost_record::{Aspect, TaskKind, Tier};
use oscost_sys::counter::{Ticks, read_monotonic};
use oscost_sys::futex::{self, Scope};
use tokio::runtime::Runtime;
use tokio::task::yield_now;

use crate::pace::Moment;
use crate::{account, row, runtime};
use computation::{CHUNKS, Computation, IDLE, TICKED, Tick};

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
        title: "the task itself computes",
        question: "How late does a tick come that is due 10 ms into a computation of 25 ms which the same thread has to finish first?",
        task: TaskKind::Thread,
        build: |_| beside(Neighbour::SameThread),
        ..ROW
    },
    Row {
        operation: "responsive/coroutine-hog",
        title: "another task computes",
        question: "How late does a coroutine's tick come that is due 10 ms into a computation of 25 ms in which another coroutine of the thread never yields?",
        task: TaskKind::Coroutine,
        build: |_| beside(Neighbour::Hog),
        ..ROW
    },
    Row {
        operation: "responsive/coroutine-polite",
        title: "another computes, and yields",
        question: "How late does a coroutine's tick come that is due 10 ms into a computation of 25 ms in which another coroutine of the thread yields every 100 µs?",
        task: TaskKind::Coroutine,
        build: |_| beside(Neighbour::Polite),
        ..ROW
    },
    Row {
        operation: "responsive/thread",
        title: "another task computes",
        question: "How late does a thread's tick come while another thread computes on the same CPU?",
        task: TaskKind::Thread,
        build: |_| beside(Neighbour::Thread),
        ..ROW
    },
    Row {
        operation: "responsive/process",
        title: "another task computes",
        question: "How late does a process's tick come while another process computes on the same CPU?",
        task: TaskKind::Process,
        build: |_| beside(Neighbour::Process),
        ..ROW
    },
];

/// When the tick is due.
const TICK: Duration = Duration::from_millis(10);
/// Who computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Neighbour {
    SameThread,
    Hog,
    Polite,
    Thread,
    Process,
}

impl Neighbour {
    /// Checks that the tick came no sooner than it was due, and found the
    /// computation as it must: ended where it cannot be interrupted, and else
    /// under way.
    fn check(self, tick: Tick) -> Result<(), Failure> {
        let interrupts = !matches!(self, Self::SameThread | Self::Hog);
        let is_over = match self {
            // It goes on until the tick has come.
            Self::Thread | Self::Process => false,
            _ => tick.chunks >= CHUNKS,
        };
        if tick.came >= tick.due && is_over != interrupts {
            Ok(())
        } else {
            Err(Failure::Fail(format!(
                "a tick came out of order, when {} chunks of {CHUNKS} were done",
                tick.chunks
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

impl Beside {
    fn new(neighbour: Neighbour) -> Result<Self, Failure> {
        Ok(Self {
            neighbour,
            computation: Arc::new(Computation::new()?),
            runtime: runtime::on_this_thread()?,
            ticks: 0,
        })
    }

    /// A tick in the one thread that computes as well.
    fn after_the_computation(&self) -> Tick {
        let due = due();
        self.computation.finish();
        sleep_until(due);
        self.computation.tick(due)
    }

    /// A tick in a coroutine beside another one.
    fn beside_a_coroutine(&self, is_polite: bool) -> Result<Tick, Failure> {
        let computation = Arc::clone(&self.computation);
        self.runtime.block_on(async move {
            // Spawned first, it is on its way before the other begins.
            let beside = Arc::clone(&computation);
            let ticks = tokio::spawn(async move {
                let due = due();
                tokio::time::sleep(TICK).await;
                beside.tick(due)
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
        let tick = self.computation.tick(due);
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
        self.neighbour.check(tick)?;
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

    const ALL: [Neighbour; 5] = [
        Neighbour::SameThread,
        Neighbour::Hog,
        Neighbour::Polite,
        Neighbour::Thread,
        Neighbour::Process,
    ];

    #[test]
    fn every_arrangement_ticks_and_computes() {
        for neighbour in ALL {
            let mut beside = Beside::new(neighbour).unwrap();
            for _ in 0..2 {
                beside.run_once(read_monotonic).unwrap();
            }
            assert_eq!(beside.audit().unwrap().done, 2);
        }
    }

    #[test]
    fn a_tick_out_of_order_is_noticed() {
        let tick = |came, chunks| Tick {
            due: 10,
            came,
            chunks,
        };
        for neighbour in ALL {
            assert!(neighbour.check(tick(9, CHUNKS)).is_err());
        }
        // Who does not yield is not interrupted, and who yields is.
        for neighbour in [Neighbour::SameThread, Neighbour::Hog] {
            assert!(neighbour.check(tick(10, CHUNKS)).is_ok());
            assert!(neighbour.check(tick(10, CHUNKS - 1)).is_err());
        }
        assert!(Neighbour::Polite.check(tick(10, CHUNKS - 1)).is_ok());
        assert!(Neighbour::Polite.check(tick(10, CHUNKS)).is_err());
    }
}
