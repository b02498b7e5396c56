//! A free-for-all: every thread offers the CPU again and again, and each return
//! from the call is a turn. Tickets, one for a turn, make the number of turns
//! exact; taking one costs some nanoseconds of each.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, AtomicUsize};

use nix::sched::sched_yield;
use oscost_harness::usage::this_cpu;
use oscost_harness::{Audit, During as _, Evidence, Failure, Measure, Setting, Work};
use oscost_record::Cpu;
use oscost_sys::futex::{self, Scope};
use oscost_sys::pthread::{Entry, Thread};

use super::stretch::Stretch;
use super::{LEAST, make};

/// A sample has at least so many turns for each thread: so that setting the
/// threads going is a small part of it, and shares can be compared.
const TURNS_EACH: u64 = 16;

/// Where all threads meet.
struct Arena {
    /// The number of the last free-for-all that was called; the largest number
    /// sends all home.
    called: AtomicU32,
    /// How many have come to their end.
    ended: AtomicU32,
    tickets: AtomicI64,
    taken: AtomicUsize,
    seats: Vec<Seat>,
}

const HOME: u32 = u32::MAX;

/// One thread's account, on cache lines of its own.
#[derive(Default)]
#[repr(align(128))]
struct Seat {
    turns: AtomicU64,
    /// The last free-for-all that the thread has seen the end of.
    seen: AtomicU32,
    /// Where it was then.
    cpu: AtomicU32,
}

fn take_part(arena: &'static Arena) {
    let Some(seat) = arena.seats.get(arena.taken.fetch_add(1, Relaxed)) else {
        return;
    };
    let mut seen = 0;
    loop {
        let called = arena.called.load(Acquire);
        if called == HOME {
            return;
        }
        if called == seen {
            let _ = futex::wait(&arena.called, seen, Scope::Private);
            continue;
        }
        seen = called;
        take_turns(arena, seat);
        seat.cpu
            .store(this_cpu().map_or(u32::MAX, |Cpu(cpu)| cpu), Relaxed);
        seat.seen.store(seen, Release);
    }
}

fn take_turns(arena: &Arena, seat: &Seat) {
    loop {
        let left = arena.tickets.fetch_sub(1, AcqRel);
        if left <= 0 {
            return;
        }
        // It never fails (sched_yield(2)).
        let _ = sched_yield();
        seat.turns.store(seat.turns.load(Relaxed) + 1, Relaxed);
        if left == 1 {
            arena.ended.fetch_add(1, Release);
            let _ = futex::wake(&arena.ended, 1, Scope::Private);
        }
    }
}

struct FreeForAll {
    arena: &'static Arena,
    threads: Vec<Thread>,
    /// Turns of each thread at the last audit.
    turns: Vec<u64>,
    stretch: Stretch,
}

pub(super) fn measure(setting: &Setting) -> Result<Measure, Failure> {
    let count = usize::try_from(setting.of("tasks"))
        .map_err(|_| Failure::Skip("more threads than this machine can count".into()))?;
    let arena: &'static Arena = Box::leak(Box::new(Arena {
        called: AtomicU32::new(0),
        ended: AtomicU32::new(0),
        tickets: AtomicI64::new(0),
        taken: AtomicUsize::new(0),
        seats: (0..count).map(|_| Seat::default()).collect(),
    }));
    Ok(Measure::Timed(Box::new(FreeForAll {
        arena,
        threads: make(count, Entry::new(take_part, arena))?,
        turns: vec![0; count],
        stretch: Stretch::begin()?,
    })))
}

impl FreeForAll {
    fn call(&self, number: u32) -> Result<(), Failure> {
        self.arena.called.store(number, Release);
        futex::wake(&self.arena.called, i32::MAX, Scope::Private).during("futex(FUTEX_WAKE)")?;
        Ok(())
    }

    /// Waits until no thread is in the middle of a turn.
    fn settle(&self) -> Result<(), Failure> {
        let called = self.arena.called.load(Relaxed);
        for seat in &self.arena.seats {
            while seat.seen.load(Acquire) != called {
                sched_yield().during("sched_yield")?;
            }
        }
        Ok(())
    }

    /// What the thread that got least has had for each turn of the one that got
    /// most, since the last audit.
    fn fairness(&mut self, turns: Vec<u64>) -> Option<f64> {
        let since = turns.iter().zip(&self.turns).map(|(now, then)| now - then);
        let least = since.clone().min()?;
        let most = since.max()?;
        self.turns = turns;
        (most > 0).then(|| least as f64 / most as f64)
    }
}

impl Work for FreeForAll {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        let number = self.arena.called.load(Relaxed) + 1;
        let tickets = i64::try_from(ops).unwrap_or(i64::MAX);
        // A thread that is late from the one before may take some of them: as
        // good as any.
        self.arena.tickets.store(tickets, Release);
        self.call(number)?;
        loop {
            let ended = self.arena.ended.load(Acquire);
            if ended == number {
                return Ok(());
            }
            let _ = futex::wait(&self.arena.ended, ended, Scope::Private);
        }
    }

    fn granule(&self) -> u64 {
        LEAST.max(TURNS_EACH * self.threads.len() as u64)
    }

    /// A turn for each.
    fn warming(&self) -> u64 {
        self.threads.len() as u64
    }
}

impl Evidence for FreeForAll {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.settle()?;
        let mut figures = self.stretch.end()?;
        let seats = &self.arena.seats;
        let turns: Vec<u64> = seats.iter().map(|seat| seat.turns.load(Relaxed)).collect();
        let done = turns.iter().sum();
        if let Some(share) = self.fairness(turns) {
            figures.insert("fairness_share".into(), share);
        }
        let cpus: BTreeSet<Cpu> = seats
            .iter()
            .filter(|seat| seat.seen.load(Relaxed) > 0)
            .map(|seat| Cpu(seat.cpu.load(Relaxed)))
            .collect();
        self.stretch.account(done, cpus, figures)
    }
}

impl Drop for FreeForAll {
    fn drop(&mut self) {
        if self.call(HOME).is_ok() {
            for thread in self.threads.drain(..) {
                let _ = thread.join();
            }
        }
    }
}
