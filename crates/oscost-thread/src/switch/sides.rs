//! Sides of a game whose turns are numbers in memory, and which differ in how
//! a side waits for its number: it parks, or as a test wants.

use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::thread::Thread;

use oscost_harness::Failure;
use oscost_harness::pingpong::{Side, board};
use oscost_sys::map::Slot;

/// How a side waits, and how it ends the other's waiting.
pub(super) trait Manner: Send {
    /// Waits a while for another number than `seen`: `word` is looked at again
    /// in every case.
    fn wait(&self, word: &AtomicU32, seen: u32) -> Result<(), Failure>;

    /// The other's `word` is a new one.
    fn notify(&self, word: &AtomicU32) -> Result<(), Failure>;
}

/// One side: the number that it waits for, and the one that it sets.
pub(super) struct MemorySide<M> {
    from_other: &'static Slot,
    to_other: &'static Slot,
    received: u32,
    sent: u32,
    manner: M,
}

impl<M> MemorySide<M> {
    /// Both sides, with a manner each.
    pub(super) fn pair(near: M, far: M) -> Result<(Self, Self), Failure> {
        let page = board()?;
        let side = |from_other, to_other, manner| Self {
            from_other,
            to_other,
            received: 0,
            sent: 0,
            manner,
        };
        let (ping, pong) = (page.slot(0), page.slot(1));
        Ok((side(pong, ping, near), side(ping, pong, far)))
    }
}

impl<M: Manner> Side for MemorySide<M> {
    #[inline]
    fn pass(&mut self) -> Result<(), Failure> {
        self.sent = self.sent.wrapping_add(1);
        self.to_other.word.store(self.sent, Release);
        self.manner.notify(&self.to_other.word)
    }

    #[inline]
    fn await_turn(&mut self) -> Result<bool, Failure> {
        self.received = self.received.wrapping_add(1);
        let word = &self.from_other.word;
        loop {
            let seen = word.load(Acquire);
            if seen == self.received {
                return Ok(true);
            }
            self.manner.wait(word, seen)?;
        }
    }
}

/// Parks until the other unparks it.
pub(super) struct Park {
    other: &'static OnceLock<Thread>,
}

pub(super) type ParkSide = MemorySide<Park>;

impl ParkSide {
    /// The calling thread's side, and that of a partner who is named before
    /// the first turn is passed.
    pub(super) fn parking(partner: &'static OnceLock<Thread>) -> Result<(Self, Self), Failure> {
        let me = Box::leak(Box::new(OnceLock::from(std::thread::current())));
        Self::pair(Park { other: partner }, Park { other: me })
    }
}

impl Manner for Park {
    #[inline]
    fn wait(&self, _: &AtomicU32, _: u32) -> Result<(), Failure> {
        std::thread::park();
        Ok(())
    }

    #[inline]
    fn notify(&self, _: &AtomicU32) -> Result<(), Failure> {
        if let Some(other) = self.other.get() {
            other.unpark();
        }
        Ok(())
    }
}
