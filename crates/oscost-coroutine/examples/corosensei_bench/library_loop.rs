//! The loop of corosensei's own benchmark, `coroutine_switch`, written again
//! without criterion: a coroutine that gives back what it is given, resumed
//! over and over. It knows nothing of oscost.

use std::hint::black_box;

use corosensei::{Coroutine, CoroutineResult};

/// A coroutine of the library on its default stack.
pub(crate) struct Identity(Coroutine<usize, usize, ()>);

impl Identity {
    /// Makes it; it begins with the first round trip.
    pub(crate) fn new() -> Self {
        Self(Coroutine::new(|yielder, mut input| {
            loop {
                input = yielder.suspend(input);
            }
        }))
    }

    /// Resumes it `ops` times, and counts those that gave back what was given.
    #[inline(never)]
    pub(crate) fn round_trips(&mut self, ops: u64) -> u64 {
        let mut done = 0;
        for _ in 0..ops {
            let given = self.0.resume(black_box(0_usize));
            done += u64::from(given == CoroutineResult::Yield(0));
        }
        done
    }
}
