//! A piece of work that only the CPU does: a chain of integer operations whose
//! result tells that all of it was done.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// So many steps, and where they end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    steps: u64,
    result: u64,
}

/// Where every piece begins: anything but 0.
const SEED: u64 = 0x2545_f491_4f6c_dd1d;
/// Steps of a try, which takes some ten microseconds.
const STEPS: u64 = 10_000;
/// Tries of which the fastest counts: what disturbs only ever adds.
const TRIES: usize = 50;

impl Piece {
    /// A piece that takes so long where nobody disturbs it.
    pub(crate) fn lasting(length: Duration) -> Self {
        let tries = (0..TRIES).map(|_| {
            let begin = Instant::now();
            black_box(chain(black_box(SEED), STEPS));
            begin.elapsed()
        });
        let fastest = tries.min().unwrap_or_default().as_nanos().max(1);
        let steps = length.as_nanos() * u128::from(STEPS) / fastest;
        Self::of(u64::try_from(steps).unwrap_or(u64::MAX).max(1))
    }

    fn of(steps: u64) -> Self {
        Self {
            steps,
            result: chain(SEED, steps),
        }
    }

    /// Does it. What comes out is [`Piece::result`], if all was done.
    pub(crate) fn work(&self) -> u64 {
        black_box(chain(black_box(SEED), self.steps))
    }

    /// What must come out.
    pub(crate) fn result(&self) -> u64 {
        self.result
    }
}

/// Marsaglia's xorshift generator with the shifts 13, 7 and 17 (Journal of
/// Statistical Software 8/14, 2003): every step needs the one before.
#[inline(never)]
fn chain(mut state: u64, steps: u64) -> u64 {
    for _ in 0..steps {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_ends_where_all_its_steps_lead() {
        let piece = Piece::of(1_000);
        assert_eq!(piece.work(), piece.result());
        assert_ne!(Piece::of(999).work(), piece.result());
        assert_eq!(chain(1, 1), 0x4082_2041);
    }

    #[test]
    fn longer_pieces_have_more_steps() {
        let short = Piece::lasting(Duration::from_micros(10));
        let long = Piece::lasting(Duration::from_millis(2));
        assert!(short.steps > 0 && long.steps > short.steps);
    }
}
