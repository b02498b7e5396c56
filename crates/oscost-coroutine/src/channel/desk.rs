//! Where what comes over a channel is checked and counted, and where the count
//! is posted when it is asked for.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use oscost_harness::posted::Posted;
use oscost_harness::{During as _, Failure, Party};
use oscost_sys::map::SharedPage;

/// Not a number like the others: the far side is to post its account.
pub(super) const ACCOUNT: u64 = u64::MAX;

/// The answer that is due to a number.
pub(super) fn answer_to(number: u64) -> u64 {
    number.wrapping_add(1)
}

/// One listener's: what it has received so far.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    received: u64,
    board: Arc<Board>,
}

impl Desk {
    /// A desk at which nothing has come in yet. Its clones are other listeners'.
    pub(super) fn new(board: &Arc<Board>) -> Self {
        Self {
            received: 0,
            board: Arc::clone(board),
        }
    }

    /// Takes what has come in, and gives the answer.
    ///
    /// # Errors
    /// Where it is not the number that is due.
    #[inline]
    pub(super) fn take(&mut self, number: u64) -> Result<u64, Failure> {
        if number == self.received {
            self.received += 1;
        } else if number == ACCOUNT {
            self.board.post(self.received)?;
        } else {
            let due = self.received;
            return Err(Failure::Fail(format!("{number} came in place of {due}")));
        }
        Ok(answer_to(number))
    }
}

/// Where the listeners post what they have received.
#[derive(Debug)]
pub(super) struct Board {
    page: SharedPage,
    fewest: AtomicU64,
    most: AtomicU64,
}

impl Board {
    /// An empty board.
    ///
    /// # Errors
    /// What `mmap(2)` says.
    pub(super) fn new() -> Result<Arc<Self>, Failure> {
        let board = Self {
            page: SharedPage::new().during("mmap(MAP_SHARED)")?,
            fewest: AtomicU64::default(),
            most: AtomicU64::default(),
        };
        board.clear();
        Ok(Arc::new(board))
    }

    /// Wipes the board before an account is asked for.
    pub(super) fn clear(&self) {
        self.fewest.store(u64::MAX, Relaxed);
        self.most.store(0, Release);
    }

    fn post(&self, received: u64) -> Result<(), Failure> {
        Posted::at(&self.page, 0).write(received)?;
        self.fewest.fetch_min(received, Relaxed);
        self.most.fetch_max(received, Release);
        Ok(())
    }

    /// What every listener has received, and the account of their thread.
    ///
    /// # Errors
    /// Where they have not received the same.
    pub(super) fn account(&self) -> Result<(u64, Party), Failure> {
        let (most, fewest) = (self.most.load(Acquire), self.fewest.load(Relaxed));
        let (_, party) = Posted::at(&self.page, 0).read();
        if fewest == most {
            Ok((most, party))
        } else {
            Err(Failure::Fail(format!(
                "of the listeners one received {most} numbers, another {fewest}"
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_in_order_is_counted() {
        let board = Board::new().unwrap();
        assert!(board.account().is_err(), "nobody has posted");
        let mut desk = Desk::new(&board);
        let mut other = desk.clone();
        for number in 0..10 {
            assert_eq!(desk.take(number), Ok(number + 1));
        }
        for again in [9, 11] {
            assert!(desk.take(again).is_err());
        }
        assert_eq!(desk.take(ACCOUNT), Ok(answer_to(ACCOUNT)));
        assert_eq!(board.account().unwrap().0, 10);
        other.take(ACCOUNT).unwrap();
        assert!(board.account().is_err(), "one has received nothing");
    }
}
