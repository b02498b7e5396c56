//! What contenders and their referee share: the start, the finish, and the
//! notes that each contender keeps of its own race.
//!
//! All of it is memory that threads and processes see alike. Whatever is
//! written while others wait for the lock has cache lines of its own.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use oscost_harness::{ClockKind, During as _, Failure};
use oscost_sys::counter::{Ticks, read_monotonic};
use oscost_sys::futex::{self, Scope};
use oscost_sys::lasting::numbers;
use oscost_sys::map::{SharedPage, Slot, page_size};

use super::notes::{self, Notes};
use super::places::cpus;

// The common slots.
/// The number of the race; to sleep on. Beside it the turns to be measured.
const RACE: usize = 0;
/// By which clock, and who goes first where turns cannot be shared evenly.
const RULES: usize = 1;
/// When nobody begins another turn, in nanoseconds; 0 for never.
const DEADLINE: usize = 7;
/// How many have come to the start; to sleep on.
const ARRIVED: usize = 2;
/// How many have begun.
const BEGUN: usize = 3;
/// How many have done their share. Beside it the fairness when the first had.
const FINISHED: usize = 4;
/// How many have left the race, or not begun one; to sleep on.
const PARKED: usize = 5;
/// The first error of anybody, by its number.
const ERROR: usize = 6;
/// The first slot of the first contender.
const CONTENDERS: usize = 8;

/// How long a race may take: less than a driver waits for its end.
const PATIENCE: Duration = Duration::from_secs(20);

/// In place of a race: go home.
const HOME: u64 = u64::MAX;

/// Where a contest takes place.
#[derive(Debug)]
pub(super) struct Board {
    page: SharedPage,
    /// The waiting times of a race, those of one contender after the other.
    pub(super) tape: &'static [AtomicU64],
    contenders: usize,
    /// How many of them can run at a time.
    abreast: u32,
}

/// Turns that one race can measure: with the shortest turns that is as long
/// as a burst.
pub(super) const LONGEST: usize = 1 << 17;

/// One race, as a contender is told of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Race {
    pub(super) now: fn() -> Ticks,
    /// Where it writes down how long it waited, once for each turn.
    pub(super) share: &'static [AtomicU64],
    /// When it begins no other turn, in nanoseconds, where the race is to end
    /// before all turns are done.
    pub(super) deadline: Option<u64>,
}

impl Race {
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.deadline
            .is_some_and(|deadline| read_monotonic().0 >= deadline)
    }
}

impl Board {
    /// A board for so many contenders, for as long as the process lives.
    pub(super) fn new(contenders: usize) -> Result<&'static Self, Failure> {
        let page = SharedPage::with_slots(CONTENDERS + contenders * notes::SLOTS);
        let board = Self {
            page: page.during("mmap(MAP_SHARED)")?,
            tape: numbers(LONGEST).during("mmap(MAP_SHARED)")?,
            contenders,
            abreast: u32::try_from(contenders.min(cpus())).unwrap_or(u32::MAX),
        };
        Ok(Box::leak(Box::new(board)))
    }

    fn word(&self, slot: usize) -> &AtomicU32 {
        &self.page.slot(slot).word
    }

    pub(super) fn notes(&self, who: usize) -> Notes<'_> {
        Notes::at(&self.page, CONTENDERS + who * notes::SLOTS)
    }

    /// How many there are, as the words count them.
    fn all(&self) -> u32 {
        u32::try_from(self.contenders).unwrap_or(u32::MAX)
    }
}

/// What the referee does.
impl Board {
    /// Starts a race over so many turns, in which `first` gets the first of
    /// what is left over when they are shared; over fewer where they take longer
    /// than `within`.
    pub(super) fn start(
        &self,
        turns: usize,
        first: usize,
        clock: ClockKind,
        within: Option<Duration>,
    ) -> Result<(), Failure> {
        for slot in [ARRIVED, BEGUN, FINISHED, PARKED, ERROR] {
            self.word(slot).store(0, Relaxed);
        }
        self.page
            .slot(FINISHED)
            .long
            .store(f64::NAN.to_bits(), Relaxed);
        self.word(RULES).store(clock as u32, Relaxed);
        self.page.slot(RULES).long.store(first as u64, Relaxed);
        let deadline = within.map_or(0, |within| {
            let nanos = u64::try_from(within.as_nanos()).unwrap_or(u64::MAX);
            read_monotonic().0.saturating_add(nanos)
        });
        self.page.slot(DEADLINE).long.store(deadline, Relaxed);
        self.call(turns as u64)
    }

    /// Sends the contenders home.
    pub(super) fn send_home(&self) -> Result<(), Failure> {
        self.call(HOME)
    }

    fn call(&self, turns: u64) -> Result<(), Failure> {
        let Slot { word, long } = self.page.slot(RACE);
        long.store(turns, Relaxed);
        word.fetch_add(1, Release);
        futex::wake(word, i32::MAX, Scope::Shared).during("futex(FUTEX_WAKE)")?;
        Ok(())
    }

    /// Sleeps until all have left the race, or are ready for the first. A race
    /// that takes too long is ended, and has failed.
    pub(super) fn await_parked(&self, call: &str) -> Result<(), Failure> {
        let word = self.word(PARKED);
        let begin = Instant::now();
        let mut kept_out = None;
        loop {
            let parked = word.load(Acquire);
            if parked == self.all() {
                break;
            }
            if kept_out.is_none() && begin.elapsed() > PATIENCE {
                kept_out = Some(self.all() - self.word(FINISHED).load(Relaxed));
                self.abandon(Errno::ETIMEDOUT);
            }
            // Woken, late or interrupted: look again in every case.
            let _ = futex::wait_for(word, parked, Scope::Shared, PATIENCE);
        }
        match (kept_out, self.word(ERROR).load(Relaxed).cast_signed()) {
            (None, 0) => Ok(()),
            (None, errno) => Err(Failure::call(call, Errno::from_raw(errno))),
            (Some(count), _) => Err(Failure::Fail(format!(
                "{call}: {count} of {} contenders were kept out until, after {} s, the others were sent away",
                self.contenders,
                PATIENCE.as_secs()
            ))),
        }
    }

    /// The fewest turns of a contender as a share of the most, when the first
    /// had done what it was to do; unknown where that was nothing.
    pub(super) fn fairness(&self) -> Option<f64> {
        let share = f64::from_bits(self.page.slot(FINISHED).long.load(Relaxed));
        Some(share).filter(|share| share.is_finite())
    }
}

/// What a contender does.
impl Board {
    /// Writes to every page of the tape, so that nobody does so for the first
    /// time in the middle of a race.
    pub(super) fn touch_the_tape(&self) {
        let page = page_size() / size_of::<AtomicU64>();
        for cell in self.tape.iter().step_by(page) {
            cell.fetch_add(0, Relaxed);
        }
    }

    /// Leaves the race numbered `race` and sleeps until the next. `None`: there
    /// is none.
    pub(super) fn park(&self, who: usize, race: u32) -> Option<Race> {
        let parked = self.word(PARKED);
        if parked.fetch_add(1, AcqRel) + 1 == self.all() {
            let _ = futex::wake(parked, 1, Scope::Shared);
        }
        let Slot { word, long } = self.page.slot(RACE);
        while word.load(Acquire) == race {
            let _ = futex::wait(word, race, Scope::Shared);
        }
        let turns = usize::try_from(long.load(Relaxed)).ok()?;
        if turns > self.tape.len() {
            return None;
        }
        let rules = self.page.slot(RULES);
        let first = usize::try_from(rules.long.load(Relaxed)).ok()?;
        let (from, to) = share(turns, self.contenders, who, first);
        Some(Race {
            now: ClockKind::numbered(rules.word.load(Relaxed)).reader(),
            share: &self.tape[from..to],
            deadline: Some(self.page.slot(DEADLINE).long.load(Relaxed)).filter(|&at| at > 0),
        })
    }

    /// Comes to the start and sleeps until all have come.
    pub(super) fn await_all(&self) {
        let word = self.word(ARRIVED);
        let mut arrived = word.fetch_add(1, AcqRel) + 1;
        if arrived == self.all() {
            let _ = futex::wake(word, i32::MAX, Scope::Shared);
        }
        while arrived < self.all() {
            let _ = futex::wait(word, arrived, Scope::Shared);
            arrived = word.load(Acquire);
        }
    }

    /// Begins.
    pub(super) fn begin(&self) {
        self.word(BEGUN).fetch_add(1, Release);
    }

    /// Whether as many have begun as can run at a time.
    #[inline]
    pub(super) fn are_abreast(&self) -> bool {
        self.word(BEGUN).load(Acquire) >= self.abreast
    }

    /// Has done its share. The first who has looks how far the others are.
    pub(super) fn finish(&self) {
        let Slot { word, long } = self.page.slot(FINISHED);
        if word.fetch_add(1, AcqRel) == 0 {
            let tallies = (0..self.contenders).map(|who| self.notes(who).tally().load(Relaxed));
            let (fewest, most) = tallies.fold((u64::MAX, 0), |(fewest, most), tally| {
                (fewest.min(tally), most.max(tally))
            });
            long.store((fewest as f64 / most as f64).to_bits(), Relaxed);
        }
    }

    /// Whether all have done their share.
    #[inline]
    pub(super) fn all_finished(&self) -> bool {
        self.word(FINISHED).load(Relaxed) >= self.all()
    }

    /// Ends the race for all because of an error.
    pub(super) fn abandon(&self, errno: Errno) {
        self.word(ERROR)
            .store((errno as i32).cast_unsigned(), Relaxed);
        self.word(FINISHED).fetch_add(self.all(), AcqRel);
    }
}

/// From where to where on the tape the share of `who` lies. What cannot be
/// shared evenly goes to `first` and those after it.
fn share(turns: usize, contenders: usize, who: usize, first: usize) -> (usize, usize) {
    let (each, left) = (turns / contenders, turns % contenders);
    let place = (who + contenders - first % contenders) % contenders;
    let from = place * each + place.min(left);
    (from, from + each + usize::from(place < left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_cover_the_tape_once() {
        for (turns, contenders) in [(0, 3), (1, 8), (8, 8), (100, 7)] {
            for first in [0, 1, 6, 20] {
                let mut shares: Vec<_> = (0..contenders)
                    .map(|who| share(turns, contenders, who, first))
                    .collect();
                shares.sort_unstable();
                let ends = shares.iter().map(|&(_, to)| to);
                let begins = shares.iter().map(|&(from, _)| from).skip(1);
                assert!(begins.chain([turns]).eq(ends));
                assert_eq!(shares[0].0, 0);
            }
        }
    }

    #[test]
    fn what_is_left_over_goes_round() {
        assert_eq!(share(1, 4, 2, 2), (0, 1));
        assert_eq!(share(1, 4, 1, 2), (1, 1));
    }
}
