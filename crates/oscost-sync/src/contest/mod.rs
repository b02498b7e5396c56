//! Contenders for one lock: each takes it, is inside for a while, gives it
//! back, and does something else, over and over. One operation is one
//! acquisition, timed by the one who wanted it, from wanting to having.
//!
//! The body is the same for every lock, for threads and for processes. What
//! proves it is kept inside the lock; nothing is measured that did not happen
//! while all others were contending too.

mod arena;
mod board;
mod contender;
mod crew;
mod notes;
mod places;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use oscost_harness::busy::Busy;
use oscost_harness::usage::between;
use oscost_harness::{Audit, ClockKind, Evidence, Failure, Measure, ParallelWork, Party, Setting};
use oscost_record::{Counters, Nanos};
use oscost_sys::counter::Ticks;

pub(crate) use arena::{Adding, Arena, Counted, Exclusive, LockFree, Mixed};
use board::{Board, LONGEST};
use contender::Contender;
use crew::Crew;
pub(crate) use crew::Kind;

/// How many contend, for how long each is inside, and for how long it then
/// does something else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    contenders: usize,
    section: Busy,
    outside: Busy,
}

impl Rules {
    /// As the axes of a row say; what is no axis is 0.
    pub(crate) fn of(setting: &Setting) -> Self {
        let lasting = |axis| Busy::lasting(Nanos(setting.of(axis) as f64));
        Self {
            contenders: contenders(setting),
            section: lasting("section"),
            outside: lasting("outside"),
        }
    }

    /// One who takes turns with nobody.
    pub(crate) fn solitary() -> Self {
        Self {
            contenders: 1,
            section: Busy::default(),
            outside: Busy::default(),
        }
    }
}

/// How many contend.
pub(crate) fn contenders(setting: &Setting) -> usize {
    usize::try_from(setting.of("contenders")).unwrap_or(usize::MAX)
}

/// The referee: starts the races, collects what the contenders noted.
pub(crate) struct Contest<A> {
    arena: A,
    rules: Rules,
    board: &'static Board,
    _crew: Crew,
    /// Who gets the first of the turns that cannot be shared evenly.
    first: usize,
    parties: Vec<Party>,
    seen: Seen,
}

/// What was seen since the last audit.
#[derive(Debug, Default)]
struct Seen {
    measured: u64,
    overlaps: u64,
    /// Turns of all since they began to measure, and how long that was.
    turns: u64,
    nanos: u64,
    fairness: Vec<f64>,
}

impl<A: Arena> Contest<A> {
    /// Makes the contenders and waits until all are ready.
    pub(crate) fn new(arena: A, rules: Rules, kind: Kind) -> Result<Self, Failure> {
        let board = Board::new(rules.contenders)?;
        let mut crew = Crew::new(board);
        for who in 0..rules.contenders {
            let contender = Contender {
                board,
                arena: arena.clone(),
                who,
                section: rules.section,
                outside: rules.outside,
            };
            crew.hire(contender, kind)?;
        }
        board.await_parked(A::CALL)?;
        Ok(Self {
            arena,
            rules,
            board,
            _crew: crew,
            first: 0,
            parties: vec![nothing_yet(); rules.contenders],
            seen: Seen::default(),
        })
    }

    /// The contest as a row's measure.
    pub(crate) fn measure(arena: A, rules: Rules, kind: Kind) -> Result<Measure, Failure> {
        Ok(Measure::Parallel(Box::new(Self::new(arena, rules, kind)?)))
    }

    /// One race: how many turns were measured in it, which is all of them but where
    /// there was no time.
    fn race(
        &mut self,
        turns: usize,
        clock: ClockKind,
        within: Option<Duration>,
    ) -> Result<u64, Failure> {
        self.board.start(turns, self.first, clock, within)?;
        self.first = (self.first + turns) % self.rules.contenders;
        self.board.await_parked(A::CALL)?;
        let seen = &mut self.seen;
        let (mut begin, mut end) = (u64::MAX, 0);
        let mut measured = 0;
        for (who, party) in self.parties.iter_mut().enumerate() {
            let notes = self.board.notes(who);
            let (_, before) = notes.before().read();
            let (done, after) = notes.after().read();
            measured += done;
            party.cpu = after.cpu;
            party.usage.add(&between(&before.usage, &after.usage));
            seen.overlaps += notes.overlaps().load(Relaxed);
            seen.turns += notes.tally().load(Relaxed);
            begin = begin.min(notes.begin().load(Relaxed));
            end = end.max(notes.end().load(Relaxed));
        }
        seen.measured += measured;
        seen.nanos += end.saturating_sub(begin);
        seen.fairness.extend(self.board.fairness());
        Ok(measured)
    }
}

impl<A: Arena> ParallelWork for Contest<A> {
    fn run(&mut self, ops: u64, now: fn() -> Ticks) -> Result<Vec<Ticks>, Failure> {
        let clock = ClockKind::of(now);
        let mut left = usize::try_from(ops).unwrap_or(usize::MAX);
        let mut waits = Vec::new();
        while left > 0 {
            let turns = left.min(LONGEST);
            self.race(turns, clock, None)?;
            let tape = &self.board.tape[..turns];
            waits.extend(tape.iter().map(|wait| Ticks(wait.load(Relaxed))));
            left -= turns;
        }
        Ok(waits)
    }

    /// Contenders that spin while the one whose turn it is waits for a CPU may have
    /// turns of a hundred nanoseconds until the scheduler interferes, and of ten
    /// milliseconds from then on.
    fn run_within(&mut self, time: Duration, ops: u64, now: fn() -> Ticks) -> Result<u64, Failure> {
        let turns = usize::try_from(ops).unwrap_or(usize::MAX).min(LONGEST);
        self.race(turns, ClockKind::of(now), Some(time))
    }
}

impl<A: Arena> Evidence for Contest<A> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        let extras = (0..self.rules.contenders).map(|who| self.board.notes(who).extras());
        let extras: u64 = extras.map(|extras| extras.load(Relaxed)).sum();
        let entries = self.arena.settle()?;
        let figures = std::mem::take(&mut self.seen).figures(&self.rules);
        Ok(Audit {
            // Where marks were lost this is too few, or would be below 0.
            done: entries.wrapping_sub(extras),
            parties: self.parties.clone(),
            figures,
        })
    }
}

impl Seen {
    fn figures(&self, rules: &Rules) -> BTreeMap<String, f64> {
        let mut figures = BTreeMap::from([("section_ns".to_owned(), rules.section.length().0)]);
        if self.measured > 0 {
            let share = self.overlaps as f64 / self.measured as f64;
            figures.insert("overlap_share".to_owned(), share);
        }
        if self.nanos > 0 {
            let rate = self.turns as f64 * 1e9 / self.nanos as f64;
            figures.insert("acquisitions_per_second".to_owned(), rate);
        }
        if !self.fairness.is_empty() {
            let mean = self.fairness.iter().sum::<f64>() / self.fairness.len() as f64;
            figures.insert("fairness_share".to_owned(), mean);
        }
        figures
    }
}

/// The account of a contender that has not been in any race.
fn nothing_yet() -> Party {
    let usage = Counters {
        voluntary_switches: Some(0),
        involuntary_switches: Some(0),
        minor_faults: Some(0),
        major_faults: Some(0),
        user_time: Some(Nanos(0.0)),
        system_time: Some(Nanos(0.0)),
        ..Counters::default()
    };
    Party { cpu: None, usage }
}
