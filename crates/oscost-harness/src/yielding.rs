//! Passing a turn by `sched_yield`: a number in shared memory each way, and a
//! CPU that is offered until the other has answered.
//!
//! A party that nobody answers for long goes to sleep: between bursts the CPU
//! belongs to whoever is measured then.

use std::sync::atomic::Ordering::{Acquire, SeqCst};

use nix::sched::sched_yield;
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::{SharedPage, Slot};

use crate::Failure;
use crate::failure::During as _;
use crate::pingpong::Side;

/// One end.
#[derive(Debug)]
pub struct YieldSide {
    board: &'static SharedPage,
    from_other: usize,
    to_other: usize,
    received: u32,
    sent: u32,
}

// The slots of the turns: the first two of the board are for the sides.
const PING: usize = 0;
const PONG: usize = 1;

/// Offers without an answer before a party goes to sleep. Some tenths of a
/// millisecond: only a pause between bursts is as long.
const PATIENCE: u32 = 1000;

impl YieldSide {
    /// Both ends, on a board.
    ///
    /// # Errors
    /// What `sched_yield(2)` says.
    pub fn pair(board: &'static SharedPage) -> Result<(Self, Self), Failure> {
        sched_yield().during("sched_yield")?;
        let side = |from_other, to_other| Self {
            board,
            from_other,
            to_other,
            received: 0,
            sent: 0,
        };
        Ok((side(PONG, PING), side(PING, PONG)))
    }
}

/// Whether whoever waits at a slot sleeps.
fn asleep(slot: &Slot) -> &std::sync::atomic::AtomicU64 {
    &slot.long
}

impl Side for YieldSide {
    #[inline]
    fn pass(&mut self) -> Result<(), Failure> {
        self.sent = self.sent.wrapping_add(1);
        let slot = self.board.slot(self.to_other);
        // In this order on both sides: one of the two sees the other.
        slot.word.store(self.sent, SeqCst);
        if asleep(slot).load(SeqCst) != 0 {
            futex::wake(&slot.word, 1, Scope::Shared).during("futex(FUTEX_WAKE)")?;
        }
        Ok(())
    }

    #[inline]
    fn await_turn(&mut self) -> Result<bool, Failure> {
        self.received = self.received.wrapping_add(1);
        let slot = self.board.slot(self.from_other);
        for _ in 0..PATIENCE {
            sched_yield().during("sched_yield")?;
            if slot.word.load(Acquire) == self.received {
                return Ok(true);
            }
        }
        asleep(slot).store(1, SeqCst);
        loop {
            let seen = slot.word.load(SeqCst);
            if seen == self.received {
                asleep(slot).store(0, SeqCst);
                return Ok(true);
            }
            // Woken, interrupted or too late: look again in every case.
            let _ = futex::wait(&slot.word, seen, Scope::Shared);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pingpong::{PingPong, be_partner, board};
    use crate::work::{Evidence as _, Work as _};

    #[test]
    fn a_partner_that_has_gone_to_sleep_is_woken() {
        let board = board().unwrap();
        let (near, mut far) = YieldSide::pair(board).unwrap();
        let partner = std::thread::spawn(move || be_partner(&mut far, board, None));
        let mut game = PingPong::new(near, board);
        game.run(100).unwrap();
        while asleep(board.slot(PING)).load(SeqCst) == 0 {
            std::thread::yield_now();
        }
        game.run(100).unwrap();
        assert_eq!(game.audit().unwrap().done, 200);
        game.stop();
        partner.join().unwrap().unwrap();
    }
}
