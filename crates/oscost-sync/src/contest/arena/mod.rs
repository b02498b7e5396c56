//! What is contended for, and the proof that goes with it: a turn leaves a mark
//! that is missing, or wrong, where the lock let in somebody too many.

mod counted;
mod exclusive;
mod lock_free;
mod marks;
mod mixed;

use oscost_harness::Failure;
use oscost_harness::busy::Busy;
use oscost_sys::counter::Ticks;

pub(crate) use counted::Counted;
pub(crate) use exclusive::Exclusive;
pub(crate) use lock_free::{Adding, LockFree};
pub(crate) use mixed::Mixed;

/// A lock and its proof.
pub(crate) trait Arena: Clone + Send + 'static {
    /// The call that may refuse, for the sentence that says so.
    const CALL: &'static str;

    /// The `number`th turn of `who`: waits for the lock, is inside for as long
    /// as the section takes, and leaves.
    fn turn(
        &self,
        who: usize,
        number: u64,
        now: fn() -> Ticks,
        section: &Busy,
    ) -> nix::Result<Turn>;

    /// Called while nobody is inside: how many turns there were, as far as
    /// they left their mark.
    fn settle(&self) -> Result<u64, Failure>;
}

/// What a turn was like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    /// From wanting the lock to having it.
    pub(crate) waited: Ticks,
    /// Somebody was inside when it was wanted, or got in first.
    pub(crate) met: bool,
}
