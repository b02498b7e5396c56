//! The board on which the two parties write what is not part of a message:
//! orders, the partner's account, and why it left.
//!
//! It is looked at when a message has come, so that posting is never part of
//! what is timed.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;
use oscost_harness::last_words::{self, LastWords};
use oscost_harness::posted::{self, Posted};
use oscost_harness::{During as _, Failure, Party};
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::SharedPage;

use super::watch;
use crate::partner::Partner;

/// Lives as long as the process, as nobody can tell how long a thread looks
/// at it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Board(&'static SharedPage);

const ORDER: usize = 0;
const THREAD: usize = 1;
const ENDED: usize = 2;
const DAMAGED: usize = 3;
const REPEATED: usize = 4;
const POSTED: usize = 5;
const LAST_WORDS: usize = POSTED + posted::SLOTS;

/// What the partner may find with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Count it.
    GoOn,
    /// Do not count it, but post an account.
    Post,
    /// Leave, without an answer.
    Stop,
}

/// What the partner has found, by its own count.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// Messages that were right.
    pub(crate) done: u64,
    /// Messages that were not.
    pub(crate) damaged: u64,
    /// Messages that came once more.
    pub(crate) repeated: u64,
    /// What the kernel says.
    pub(crate) party: Party,
}

impl Board {
    pub(crate) fn new() -> Result<Self, Failure> {
        let page =
            SharedPage::with_slots(LAST_WORDS + last_words::SLOTS).during("mmap(MAP_SHARED)")?;
        Ok(Self(Box::leak(Box::new(page))))
    }

    fn word(self, slot: usize) -> &'static AtomicU32 {
        &self.0.slot(slot).word
    }

    /// Gives an order, to be found with the next message.
    pub(crate) fn order(self, order: Order) {
        let order = match order {
            Order::GoOn => 0,
            Order::Post => 1,
            Order::Stop => 2,
        };
        self.word(ORDER).store(order, Release);
    }

    /// The order of the day.
    #[inline]
    pub(crate) fn ordered(self) -> Order {
        match self.word(ORDER).load(Acquire) {
            0 => Order::GoOn,
            1 => Order::Post,
            _ => Order::Stop,
        }
    }

    /// The partner is there, and this is its thread.
    pub(crate) fn arrive(self, thread: Pid) -> Result<(), Failure> {
        let word = self.word(THREAD);
        word.store(thread.as_raw().unsigned_abs(), Release);
        futex::wake(word, 1, Scope::Shared).during("futex(FUTEX_WAKE)")?;
        Ok(())
    }

    /// Waits for the partner to be there.
    pub(crate) fn await_thread(self) -> Result<Pid, Failure> {
        let word = self.word(THREAD);
        loop {
            match word.load(Acquire) {
                0 if watch::is_gone() => {
                    return Err(Failure::Fail("the partner never came".into()));
                }
                0 => {
                    let _ = futex::wait(word, 0, Scope::Shared);
                }
                thread => return Ok(Pid::from_raw(thread.cast_signed())),
            }
        }
    }

    /// Posts the calling party's account.
    pub(crate) fn post(self, done: u64, damaged: u64, repeated: u64) -> Result<(), Failure> {
        self.0.slot(DAMAGED).long.store(damaged, Relaxed);
        self.0.slot(REPEATED).long.store(repeated, Relaxed);
        Posted::at(self.0, POSTED).write(done)
    }

    /// The account that was posted last.
    pub(crate) fn account(self) -> Account {
        let (done, party) = Posted::at(self.0, POSTED).read();
        Account {
            done,
            damaged: self.0.slot(DAMAGED).long.load(Relaxed),
            repeated: self.0.slot(REPEATED).long.load(Relaxed),
            party,
        }
    }

    /// The partner leaves, and says why where something was wrong.
    pub(crate) fn leave(self, why: Option<&Failure>) {
        if let Some(failure) = why {
            self.last_words().leave(failure);
        }
        self.word(ENDED).store(1, Release);
    }

    /// Whether the partner has left by itself.
    pub(crate) fn is_left(self) -> bool {
        self.word(ENDED).load(Acquire) != 0
    }

    fn last_words(self) -> LastWords<'static> {
        LastWords::at(self.0, LAST_WORDS)
    }

    /// Why the partner ended, if it has: what it said, or else how it went.
    /// One that is about to end is given a moment.
    pub(crate) fn obituary(self, partner: &Partner) -> Option<Failure> {
        for _ in 0..100 {
            if self.is_left() || partner.has_ended() {
                let words = self.last_words().read();
                return Some(words.unwrap_or_else(|| end_of(partner)));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        None
    }
}

fn end_of(partner: &Partner) -> Failure {
    let how = match partner {
        Partner::Process(child) => {
            // It stays to be reaped by its owner.
            match waitid(
                Id::Pid(child.pid()),
                WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT,
            ) {
                Ok(WaitStatus::Exited(_, status)) => {
                    format!("process ended with status {status}")
                }
                Ok(WaitStatus::Signaled(_, signal, _)) => {
                    format!("process was ended by {signal}")
                }
                other => format!("process ended: {other:?}"),
            }
        }
        Partner::Thread(_) => "thread ended".into(),
    };
    Failure::Fail(format!("the partner {how} in the middle"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_are_read_as_they_were_left() {
        let board = Board::new().unwrap();
        assert_eq!(board.last_words().read(), None);
        assert!(!board.is_left());
        board.leave(Some(&Failure::Skip("no permission, sadly".into())));
        let words = Failure::Skip("the partner: no permission, sadly".into());
        assert_eq!(board.last_words().read(), Some(words));
        assert!(board.is_left());
    }

    #[test]
    fn orders_stand_until_the_next() {
        let board = Board::new().unwrap();
        assert_eq!(board.ordered(), Order::GoOn);
        for order in [Order::Post, Order::Stop, Order::GoOn] {
            board.order(order);
            assert_eq!(board.ordered(), order);
        }
    }
}
