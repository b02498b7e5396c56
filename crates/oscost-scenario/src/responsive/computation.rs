//! A long computation in chunks, and the tick that comes beside it.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

use oscost_harness::{During as _, Failure};
use oscost_sys::counter::read_monotonic;
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::SharedPage;

use crate::piece::Piece;

/// How much is computed between two looks at the world.
const CHUNK: Duration = Duration::from_micros(100);
/// Chunks of a computation. One in another task goes on until the tick has
/// come.
pub(super) const CHUNKS: u32 = 250;

/// When a tick was due and when it came, in nanoseconds of the kernel's clock,
/// and how many chunks of the computation were done by then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tick {
    pub(super) due: u64,
    pub(super) came: u64,
    pub(super) chunks: u32,
}

/// The computation, and what is known of it, wherever it is done.
pub(super) struct Computation {
    chunk: Piece,
    page: SharedPage,
}

// The slots of the page.
const STATE: usize = 0;
const DONE: usize = 1;

// What may stand in the word of the state.
pub(super) const IDLE: u32 = 0;
const COMPUTING: u32 = 1;
pub(super) const TICKED: u32 = 2;

impl Computation {
    pub(super) fn new() -> Result<Self, Failure> {
        Ok(Self {
            chunk: Piece::lasting(CHUNK),
            page: SharedPage::new().during("mmap(MAP_SHARED)")?,
        })
    }

    pub(super) fn state(&self) -> &AtomicU32 {
        &self.page.slot(STATE).word
    }

    /// Does a chunk, and counts it.
    pub(super) fn advance(&self) {
        let done = self.page.slot(DONE);
        done.long.fetch_add(self.chunk.work(), Relaxed);
        done.word.fetch_add(1, Release);
    }

    /// All of it, in one go.
    pub(super) fn finish(&self) {
        (0..CHUNKS).for_each(|_| self.advance());
    }

    /// All of it as another task, and on until the tick has come.
    pub(super) fn keep_on(&self) -> Result<(), Failure> {
        self.state().store(COMPUTING, Release);
        futex::wake(self.state(), 1, Scope::Shared).during("futex(FUTEX_WAKE)")?;
        self.finish();
        while self.state().load(Acquire) != TICKED {
            self.advance();
        }
        Ok(())
    }

    /// The tick that was due comes now.
    pub(super) fn tick(&self, due: u64) -> Tick {
        Tick {
            due,
            came: read_monotonic().0,
            chunks: self.page.slot(DONE).word.load(Acquire),
        }
    }

    /// Makes ready for another one.
    pub(super) fn reset(&self) {
        self.state().store(IDLE, Relaxed);
        self.page.slot(DONE).word.store(0, Relaxed);
        self.page.slot(DONE).long.store(0, Release);
    }

    /// Checks that all chunks were done, and as they should be.
    pub(super) fn check(&self) -> Result<(), Failure> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_computation_that_is_cut_short_is_noticed() {
        let computation = Computation::new().unwrap();
        computation.advance();
        assert!(computation.check().is_err());
        computation.finish();
        assert!(computation.check().is_ok());
        computation.page.slot(DONE).long.fetch_add(1, Relaxed);
        assert!(computation.check().is_err());
    }
}
