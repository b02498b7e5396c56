//! Workers that the kernel knows: processes, and threads of one process. Both
//! do the same in the same shared memory.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;
use oscost_harness::child::{Child, GOES_DOWN, ended_otherwise};
use oscost_harness::sleeper::Sleeper;
use oscost_harness::{During as _, Failure};
use oscost_sys::counter::Ticks;
use oscost_sys::crash;
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::SharedPage;

use super::{Crew, Toll, WORKERS};
use crate::piece::Piece;

/// What workers and the one who waits for them share.
pub(super) struct Board {
    page: SharedPage,
    piece: Piece,
    /// Who is to know of the crash.
    waiting: Sleeper,
}

// The slots of the page.
const BEGUN: usize = 0;
const ORDER: usize = 1;
const FINISHED: usize = 2;
const CRASH: usize = 3;

/// The order to finish.
const FINISH: u32 = 1;
/// Some of what a worker does is left for after the crash.
const PIECE: Duration = Duration::from_micros(50);
const PATIENCE: Duration = Duration::from_millis(100);

impl Board {
    /// A board whose maker is to know of the crashes.
    pub(super) fn new() -> Result<Self, Failure> {
        Ok(Self {
            page: SharedPage::new().during("mmap(MAP_SHARED)")?,
            piece: Piece::lasting(PIECE),
            waiting: Sleeper::this_thread()?,
        })
    }

    fn word(&self, slot: usize) -> &AtomicU32 {
        &self.page.slot(slot).word
    }

    fn reset(&self) {
        for slot in [BEGUN, ORDER, FINISHED, CRASH] {
            self.word(slot).store(0, Relaxed);
            self.page.slot(slot).long.store(0, Release);
        }
    }

    /// What a worker does: half of its piece, and the other half when all are
    /// told to. The last one goes down in between.
    fn be_worker(&self, number: u32, now: fn() -> Ticks) -> Result<(), Failure> {
        let first = self.piece.work();
        self.word(BEGUN).fetch_add(1, Release);
        futex::wake(self.word(BEGUN), i32::MAX, Scope::Shared).during("futex(FUTEX_WAKE)")?;
        if number == WORKERS {
            self.await_word(BEGUN, WORKERS);
            self.waiting.await_sleep()?;
            self.page.slot(CRASH).long.store(now().0, Release);
            crash::bad_access();
        }
        self.await_word(ORDER, FINISH);
        if first == self.piece.result() && self.piece.work() == first {
            self.word(FINISHED).fetch_add(1, Release);
        }
        Ok(())
    }

    fn await_word(&self, slot: usize, value: u32) {
        loop {
            let seen = self.word(slot).load(Acquire);
            if seen == value {
                return;
            }
            let _ = futex::wait_for(self.word(slot), seen, Scope::Shared, PATIENCE);
        }
    }

    /// Has those who are left finish.
    fn order_to_finish(&self) -> Result<(), Failure> {
        self.word(ORDER).store(FINISH, Release);
        futex::wake(self.word(ORDER), i32::MAX, Scope::Shared).during("futex(FUTEX_WAKE)")?;
        Ok(())
    }

    fn toll(&self, known: Ticks) -> Toll {
        let crash = Ticks(self.page.slot(CRASH).long.load(Acquire));
        Toll {
            known_after: known.since(crash),
            begun: self.word(BEGUN).load(Acquire),
            finished: self.word(FINISHED).load(Acquire),
        }
    }
}

/// Waits for a process that goes down. Gives the time at which that was known.
fn await_crash(child: Child, now: fn() -> Ticks) -> Result<Ticks, Failure> {
    let status = child.wait()?;
    let known = now();
    match status {
        WaitStatus::Signaled(_, Signal::SIGSEGV, false) => Ok(known),
        other => Err(ended_otherwise(GOES_DOWN, other)),
    }
}

/// Each worker is a process.
pub(super) struct Processes(pub(super) Board);

impl Crew for Processes {
    fn crash(&mut self, now: fn() -> Ticks) -> Result<Toll, Failure> {
        let board = &self.0;
        board.reset();
        let worker = |number| {
            Child::bound(|| {
                crash::prepare().during("prctl or sigaction")?;
                board.be_worker(number, now)
            })
        };
        let others: Vec<Child> = (1..WORKERS).map(worker).collect::<Result<_, _>>()?;
        let known = await_crash(worker(WORKERS)?, now)?;
        board.order_to_finish()?;
        others.into_iter().try_for_each(Child::finish)?;
        Ok(board.toll(known))
    }
}

/// All workers are threads of one process.
pub(super) struct Threads(pub(super) Board);

impl Crew for Threads {
    fn crash(&mut self, now: fn() -> Ticks) -> Result<Toll, Failure> {
        let board = &self.0;
        board.reset();
        let program = Child::bound(|| {
            crash::prepare().during("prctl or sigaction")?;
            std::thread::scope(|scope| {
                for number in 2..=WORKERS {
                    std::thread::Builder::new()
                        .spawn_scoped(scope, move || board.be_worker(number, now))
                        .during("std::thread::spawn")?;
                }
                board.be_worker(1, now)
            })
        })?;
        let known = await_crash(program, now)?;
        board.order_to_finish()?;
        // Whoever were still there would finish within this.
        std::thread::sleep(4 * PIECE);
        Ok(board.toll(known))
    }
}

#[cfg(test)]
mod tests {
    use oscost_sys::counter::read_monotonic;

    use super::*;

    #[test]
    fn the_other_processes_live_on_and_no_thread_does() {
        if std::env::var_os("OSCOST_PROBE_RUNNER").is_some() {
            // It ends a program that crashes in a way of its own.
            return;
        }
        let mut crews: [(Box<dyn Crew>, u32); 2] = [
            (Box::new(Processes(Board::new().unwrap())), WORKERS - 1),
            (Box::new(Threads(Board::new().unwrap())), 0),
        ];
        for (crew, survivors) in &mut crews {
            for _ in 0..2 {
                let toll = crew.crash(read_monotonic).unwrap();
                assert_eq!((toll.begun, toll.finished), (WORKERS, *survivors));
                assert!(toll.known_after > Ticks(0));
            }
        }
    }
}
