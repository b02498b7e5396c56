//! Threads that sleep until they are woken, and the one that wakes them: the
//! body of every wake-up that is not a game of two, whatever they sleep on.
//!
//! The waker makes sure that its sleepers sleep before it wakes them, and that
//! all whom it woke have run before it goes on; neither is ever timed. A wake-up
//! that is lost is a failure that says who did not run.

use std::sync::OnceLock;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::time::{Duration, Instant};

use nix::sched::sched_yield;
use oscost_harness::posted::{self, Posted};
use oscost_harness::{During as _, Failure};
use oscost_sys::counter::Ticks;
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::{SharedPage, Slot};

/// What the sleepers of a room sleep on.
pub(crate) trait Bell: Send + Sync + 'static {
    /// Whether every turn of a sleeper begins with a real sleep. Where the
    /// kernel may let it spin, how often it slept is told instead.
    const SLEEPS: bool = true;

    /// Sleeps until it is rung for the caller, for the `turn`th time counted
    /// from 1.
    fn sleep(&self, turn: u32) -> Result<(), Failure>;

    /// Wakes `count` of the sleepers; tells how many the kernel says that it
    /// woke, where it says.
    fn ring(&self, count: usize) -> Result<Option<u64>, Failure>;

    /// Makes the bell ready to be rung again.
    fn take_up(&self) -> Result<(), Failure> {
        Ok(())
    }

    /// Whether so many are where only the bell can wake them, as far as the
    /// bell knows. That they are asleep the room finds out.
    fn awaited_by(&self, _sleepers: usize) -> Result<bool, Failure> {
        Ok(true)
    }
}

/// What a sleeper is to do when it is woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Note the time and count.
    Run,
    /// Post its account.
    Post,
    /// Leave.
    Leave,
}

/// Where the sleepers are.
pub(crate) struct Room<B> {
    pub(crate) bell: B,
    /// Slot 0: the order. Slot 1: how many have yet to run. Then the sleepers,
    /// each with a slot in which it notes its turns and the time, and its
    /// account.
    page: SharedPage,
    now: OnceLock<fn() -> Ticks>,
}

const ORDER: usize = 0;
const MISSING: usize = 1;
const FIRST: usize = 2;
const SLOTS: usize = 1 + posted::SLOTS;

impl<B: Bell> Room<B> {
    /// A room that lives as long as the process, since a sleeper whose
    /// wake-up is lost never leaves it.
    pub(crate) fn new(bell: B, sleepers: usize) -> Result<&'static Self, Failure> {
        let page = SharedPage::with_slots(FIRST + sleepers * SLOTS).during("mmap(MAP_SHARED)")?;
        Ok(Box::leak(Box::new(Self {
            bell,
            page,
            now: OnceLock::new(),
        })))
    }

    /// By which clock the sleepers note the time. Until they are told, they
    /// note nothing.
    pub(crate) fn tell_time_by(&self, now: fn() -> Ticks) {
        self.now.get_or_init(|| now);
    }

    fn notes(&self, sleeper: usize) -> &Slot {
        self.page.slot(FIRST + sleeper * SLOTS)
    }

    /// How often a sleeper has been woken; the number wraps.
    pub(crate) fn turns(&self, sleeper: usize) -> u32 {
        self.notes(sleeper).word.load(Relaxed)
    }

    /// When a sleeper last ran.
    pub(crate) fn woke(&self, sleeper: usize) -> Ticks {
        Ticks(self.notes(sleeper).long.load(Relaxed))
    }

    /// The account that a sleeper has posted.
    pub(crate) fn account(&self, sleeper: usize) -> Posted<'_> {
        Posted::at(&self.page, FIRST + sleeper * SLOTS + 1)
    }

    /// What the next `count` sleepers that are woken shall do.
    pub(crate) fn order(&self, order: Order, count: u32) {
        self.page.slot(MISSING).word.store(count, Relaxed);
        self.page.slot(ORDER).word.store(order as u32, Release);
    }

    /// Waits until all for whom the order was have done it; tells how many
    /// have not, for as long as `patience`.
    ///
    /// At first it only offers the CPU: a sleeper that was woken on this very
    /// CPU runs then, and no more than a system call stands between it and the
    /// bell.
    pub(crate) fn await_done(&self, patience: Duration) -> Result<u32, Failure> {
        let missing = &self.page.slot(MISSING).word;
        sched_yield().during("sched_yield")?;
        let begin = Instant::now();
        loop {
            let left = missing.load(Acquire);
            // Below nothing where a sleeper ran too often: its count will tell.
            if left.cast_signed() <= 0 {
                return Ok(0);
            }
            let rest = patience.saturating_sub(begin.elapsed());
            if rest.is_zero() {
                return Ok(left);
            }
            // Woken, late or interrupted: look again in every case.
            let _ = futex::wait_for(missing, left, Scope::Private, rest);
        }
    }

    /// What a sleeper does until it is told to leave.
    pub(crate) fn be_sleeper(&self, sleeper: usize) -> Result<(), Failure> {
        let notes = self.notes(sleeper);
        let mut turn = 0_u32;
        let mut done = 0;
        loop {
            turn = turn.wrapping_add(1);
            self.bell.sleep(turn)?;
            let woke = self.now.get().map(|now| now());
            let order = self.page.slot(ORDER).word.load(Acquire);
            if order == Order::Run as u32 {
                done += 1;
                notes.long.store(woke.unwrap_or_default().0, Relaxed);
            } else if order == Order::Post as u32 {
                self.account(sleeper).write(done)?;
            }
            notes.word.store(turn, Relaxed);
            let missing = &self.page.slot(MISSING).word;
            if missing.fetch_sub(1, AcqRel) == 1 {
                futex::wake(missing, 1, Scope::Private).during("futex(FUTEX_WAKE)")?;
            }
            if order == Order::Leave as u32 {
                return Ok(());
            }
        }
    }
}
