//! Where the pieces lie: workers take one after the other until none is left.
//! It is in memory that processes share as threads do.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::time::Duration;

use oscost_harness::{During as _, Failure, Party, pin, usage};
use oscost_record::Cpu;
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::{SharedPage, Slot};
use tokio::task::yield_now;

use crate::piece::Piece;

/// The pieces, and what was made of them.
pub(super) struct Bench {
    page: SharedPage,
    workers: u32,
    piece: Piece,
}

// The slots of the page.
const LAID_OUT: usize = 0;
const TAKEN: usize = 1;
const DONE: usize = 2;
const SUM: usize = 3;
const AT_REST: usize = 4;
/// The first of those in which each worker says where it was: the number of the
/// CPU and 1; 0 where it has not said.
const PLACES: usize = 5;

/// In place of the number of a round: the workers are to leave.
const CLOSED: u32 = u32::MAX;
/// How long somebody sleeps before he looks whether the others are still there.
const PATIENCE: Duration = Duration::from_millis(200);

impl Bench {
    pub(super) fn new(workers: u32, piece: Piece) -> Result<Self, Failure> {
        Ok(Self {
            page: SharedPage::with_slots(PLACES + workers as usize).during("mmap(MAP_SHARED)")?,
            workers,
            piece,
        })
    }

    pub(super) fn workers(&self) -> u32 {
        self.workers
    }

    /// Its word: the round. Its long number: how many pieces that has.
    fn laid_out(&self) -> &Slot {
        self.page.slot(LAID_OUT)
    }

    /// How many workers have found nothing more.
    fn at_rest(&self) -> &AtomicU32 {
        &self.page.slot(AT_REST).word
    }

    /// Lays out so many pieces. All workers are at rest.
    pub(super) fn lay_out(&self, pieces: u64) {
        self.page.slot(TAKEN).long.store(0, Relaxed);
        self.at_rest().store(0, Relaxed);
        self.laid_out().long.store(pieces, Release);
    }

    /// The same, and wakes the workers.
    pub(super) fn open(&self, pieces: u64) -> Result<(), Failure> {
        self.lay_out(pieces);
        let round = &self.laid_out().word;
        // Some four thousand million rounds are more than there will be.
        round.fetch_add(1, Release);
        futex::wake(round, i32::MAX, Scope::Shared).during("futex(FUTEX_WAKE)")?;
        Ok(())
    }

    /// Tells workers to leave.
    pub(super) fn close(&self) {
        let round = &self.laid_out().word;
        round.store(CLOSED, Release);
        let _ = futex::wake(round, i32::MAX, Scope::Shared);
    }

    /// Waits until every worker is at rest.
    pub(super) fn await_rest(&self, is_one_gone: impl Fn() -> bool) -> Result<(), Failure> {
        let at_rest = self.at_rest();
        loop {
            let count = at_rest.load(Acquire);
            if count == self.workers {
                return Ok(());
            }
            let _ = futex::wait_for(at_rest, count, Scope::Shared, PATIENCE);
            if at_rest.load(Acquire) != self.workers && is_one_gone() {
                return Err(Failure::Fail("a worker is gone".into()));
            }
        }
    }

    /// Does the next piece; `false` where none is left.
    fn do_next(&self) -> bool {
        let taken = self.page.slot(TAKEN).long.fetch_add(1, Relaxed);
        if taken >= self.laid_out().long.load(Acquire) {
            return false;
        }
        let result = self.piece.work();
        self.page.slot(SUM).long.fetch_add(result, Relaxed);
        self.page.slot(DONE).long.fetch_add(1, Release);
        true
    }

    /// What a worker does until the bench is closed, on a CPU of its own.
    pub(super) fn be_worker(&self, number: u32, cpu: Cpu) -> Result<(), Failure> {
        pin::this_thread(cpu)?;
        let place = &self.page.slot(PLACES + number as usize).word;
        let round = &self.laid_out().word;
        let mut last = 0;
        loop {
            while round.load(Acquire) == last {
                let _ = futex::wait(round, last, Scope::Shared);
            }
            last = round.load(Acquire);
            if last == CLOSED {
                return Ok(());
            }
            while self.do_next() {}
            let here = usage::this_cpu().map_or(0, |Cpu(cpu)| cpu + 1);
            place.store(here, Relaxed);
            if self.at_rest().fetch_add(1, AcqRel) + 1 == self.workers {
                futex::wake(self.at_rest(), 1, Scope::Shared).during("futex(FUTEX_WAKE)")?;
            }
        }
    }

    /// What a coroutine does in one round: it lets others have their turn after
    /// each piece.
    pub(super) async fn be_coroutine(&self) {
        while self.do_next() {
            yield_now().await;
        }
    }

    /// Where the workers were, as far as they said.
    pub(super) fn places(&self) -> Vec<Party> {
        let slots = (0..self.workers as usize).map(|number| self.page.slot(PLACES + number));
        let places = slots.filter_map(|slot| slot.word.load(Acquire).checked_sub(1));
        let party = |cpu| Party {
            cpu: Some(Cpu(cpu)),
            ..Party::default()
        };
        places.map(party).collect()
    }

    /// How many pieces were done, all of them right.
    pub(super) fn proven(&self) -> Result<u64, Failure> {
        let done = self.page.slot(DONE).long.load(Acquire);
        let sum = self.page.slot(SUM).long.load(Acquire);
        if sum == self.piece.result().wrapping_mul(done) {
            Ok(done)
        } else {
            Err(Failure::Fail(format!(
                "{done} pieces were counted as done, but their results do not add up"
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bench() -> Bench {
        Bench::new(1, Piece::lasting(Duration::from_micros(10))).unwrap()
    }

    #[test]
    fn every_piece_is_done_once() {
        let bench = bench();
        bench.lay_out(5);
        assert_eq!(
            std::iter::from_fn(|| bench.do_next().then_some(())).count(),
            5
        );
        assert_eq!(bench.proven(), Ok(5));
        assert!(!bench.do_next());
        bench.lay_out(1);
        assert!(bench.do_next() && !bench.do_next());
        assert_eq!(bench.proven(), Ok(6));
    }

    #[test]
    fn a_piece_that_was_only_counted_is_noticed() {
        let bench = bench();
        bench.lay_out(2);
        bench.do_next();
        bench.page.slot(DONE).long.fetch_add(1, Relaxed);
        assert!(bench.proven().is_err());
    }
}
