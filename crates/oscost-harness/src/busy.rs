//! Work that does nothing but take time: the inside of a critical section, and
//! what is done between two of them.
//!
//! A chain of integer operations, each of which needs the result of the one
//! before, so that no compiler and no processor can shorten it. How many steps
//! take how long is found out on the CPU at hand; no memory is touched.

use std::hint::black_box;
use std::time::Instant;

use oscost_record::Nanos;

/// A stretch of work of a fixed number of steps.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Busy {
    steps: u64,
    length: Nanos,
}

/// Where every walk begins: anything but 0.
pub(crate) const SEED: u64 = 0x2545_f491_4f6c_dd1d;
/// Steps of a try: some microseconds, which any clock can tell.
const STEPS: u64 = 2_000;
/// Tries of which the fastest counts: what disturbs only ever adds.
const TRIES: usize = 200;

impl Busy {
    /// Work that takes so long where nobody disturbs it. Finding out takes a
    /// few milliseconds.
    #[must_use]
    pub fn lasting(length: Nanos) -> Self {
        if length.0 <= 0.0 {
            return Self::default();
        }
        let step = fastest(1, STEPS).0 / STEPS as f64;
        let steps = steps_in(length, Nanos(step));
        // As many in a row as take a try's time, so that the clock is no part
        // of what is told.
        let row = (STEPS / steps).max(1);
        let all = fastest(row, steps);
        Self {
            steps,
            length: Nanos(all.0 / row as f64),
        }
    }

    /// Does the work.
    #[inline]
    pub fn run(&self) {
        if self.steps > 0 {
            black_box(walk(black_box(SEED), self.steps));
        }
    }

    /// How long it takes, as measured after the number of steps was chosen.
    #[must_use]
    pub fn length(&self) -> Nanos {
        self.length
    }
}

/// The number of steps that come closest to a length; one at least.
fn steps_in(length: Nanos, step: Nanos) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive quotient, far below 2^63; `as` saturates"
    )]
    let steps = (length.0 / step.0).round() as u64;
    steps.max(1)
}

/// Not inlined, so that what was calibrated is what is run.
#[inline(never)]
pub(crate) fn walk(state: u64, steps: u64) -> u64 {
    chain(state, steps)
}

/// Marsaglia's xorshift generator with the shifts 13, 7 and 17 (Journal of
/// Statistical Software 8/14, 2003).
#[inline]
fn chain(mut state: u64, steps: u64) -> u64 {
    let mut left = steps;
    while left > 0 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        left -= 1;
    }
    state
}

/// The time of a row of walks. Each goes on where the one before ended: a CPU
/// would begin walks that do not hang together before the last one has ended,
/// which it cannot do with a lock between them.
fn fastest(row: u64, steps: u64) -> Nanos {
    let mut fastest = Nanos(f64::INFINITY);
    for _ in 0..TRIES {
        let begin = Instant::now();
        black_box((0..row).fold(black_box(SEED), |state, _| walk(state, steps)));
        let spent = Nanos(begin.elapsed().as_secs_f64() * 1e9);
        if spent < fastest {
            fastest = spent;
        }
    }
    fastest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_in_proportion_to_the_length() {
        let step = Nanos(2.0);
        assert_eq!(steps_in(Nanos(100.0), step), 50);
        assert_eq!(steps_in(Nanos(1_000.0), step), 500);
        assert_eq!(steps_in(Nanos(10_000.0), step), 5_000);
        // Less than a step is a step.
        assert_eq!(steps_in(Nanos(0.1), step), 1);
    }

    #[test]
    fn every_step_is_gone() {
        // As many steps in two walks end where one walk ends, and nowhere else.
        assert_eq!(chain(chain(1, 300), 700), chain(1, 1_000));
        assert_ne!(chain(1, 999), chain(1, 1_000));
        assert_eq!(chain(1, 1), 0x4082_2041);
    }

    #[test]
    fn the_length_that_is_told_was_measured() {
        let busy = Busy::lasting(Nanos(1_000.0));
        assert!(busy.steps > 0 && busy.length().0 > 0.0);
        busy.run();
        let nothing = Busy::lasting(Nanos(0.0));
        assert_eq!((nothing.steps, nothing.length()), (0, Nanos(0.0)));
        nothing.run();
    }
}
