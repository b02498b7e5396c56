//! The count that a coroutine keeps of its own turns. The measuring side only
//! ever reads it: what was not done over there was not done.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A count that lives as long as the process, so that bodies can hold it
/// without counting references.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally(&'static AtomicU64);

impl Tally {
    /// A new count of 0, on cache lines of its own.
    pub(crate) fn new() -> Self {
        #[repr(align(128))]
        struct Alone(AtomicU64);
        let place: &'static Alone = Box::leak(Box::new(Alone(AtomicU64::new(0))));
        Self(&place.0)
    }

    /// One more. Never two count at once, so a load and a store do; they compile
    /// to one plain instruction.
    #[inline(always)]
    pub(crate) fn count(self) {
        self.0.store(self.0.load(Relaxed) + 1, Relaxed);
    }

    /// How many so far.
    pub(crate) fn so_far(self) -> u64 {
        self.0.load(Relaxed)
    }
}
