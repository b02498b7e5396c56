//! Mutex and condition variable of three libraries in one shape: a number that
//! is raised under the lock and waited for. A wake-up without a reason is not
//! taken for a change.

use std::sync::PoisonError;

use oscost_harness::{During as _, Failure};
use oscost_sys::condvar;

/// What the lock protects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Board {
    /// Raised by one each time.
    pub(crate) turn: u32,
    /// To be taken, one each, by those who wait for one.
    pub(crate) tokens: usize,
    /// How many wait: they have given the lock back and can only be woken.
    pub(crate) waiting: usize,
}

/// Whom a change of the turn wakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// One of those who wait.
    One,
    /// Everybody.
    All,
}

/// A mutex and a condition variable around a [`Board`].
pub(crate) trait Monitor: Send + Sync + 'static {
    /// With the turn 0.
    fn new() -> Self;

    /// Changes the board under the lock.
    fn change(&self, change: impl FnOnce(&mut Board)) -> Result<(), Failure>;

    /// Wakes those who wait, without the lock.
    fn notify(&self, notice: Notice) -> Result<(), Failure>;

    /// Sleeps until the board, looked at under the lock, is as it must be.
    fn await_that(&self, is_so: impl FnMut(&mut Board) -> bool) -> Result<(), Failure>;

    /// Sleeps until the turn is `turn`.
    #[inline]
    fn await_turn(&self, turn: u32) -> Result<(), Failure> {
        self.await_that(|board| board.turn == turn)
    }

    /// Sleeps until the turn changes, or until there is a token, and takes it.
    #[inline]
    fn await_token(&self) -> Result<(), Failure> {
        let mut turn = None;
        self.await_that(|board| {
            if *turn.get_or_insert(board.turn) != board.turn {
                return true;
            }
            let left = board.tokens.checked_sub(1);
            board.tokens = left.unwrap_or_default();
            left.is_some()
        })
    }

    /// The next turn begins.
    #[inline]
    fn raise(&self, notice: Notice) -> Result<(), Failure> {
        self.change(|board| board.turn = board.turn.wrapping_add(1))?;
        self.notify(notice)
    }

    /// How many wait.
    fn waiting(&self) -> Result<usize, Failure> {
        let mut waiting = 0;
        self.change(|board| waiting = board.waiting)?;
        Ok(waiting)
    }
}

/// Of the C library.
pub(crate) struct Pthread(condvar::Monitor<Board>);

impl Monitor for Pthread {
    fn new() -> Self {
        Self(condvar::Monitor::new(Board::default()))
    }

    #[inline]
    fn change(&self, change: impl FnOnce(&mut Board)) -> Result<(), Failure> {
        change(&mut *self.0.lock().during("pthread_mutex_lock")?);
        Ok(())
    }

    #[inline]
    fn notify(&self, notice: Notice) -> Result<(), Failure> {
        match notice {
            Notice::One => self.0.signal().during("pthread_cond_signal"),
            Notice::All => self.0.broadcast().during("pthread_cond_broadcast"),
        }
    }

    #[inline]
    fn await_that(&self, mut is_so: impl FnMut(&mut Board) -> bool) -> Result<(), Failure> {
        let mut board = self.0.lock().during("pthread_mutex_lock")?;
        board.waiting += 1;
        while !is_so(&mut board) {
            board.wait().during("pthread_cond_wait")?;
        }
        board.waiting -= 1;
        Ok(())
    }
}

/// Of Rust's standard library.
pub(crate) struct Std {
    board: std::sync::Mutex<Board>,
    changed: std::sync::Condvar,
}

impl Monitor for Std {
    fn new() -> Self {
        Self {
            board: std::sync::Mutex::default(),
            changed: std::sync::Condvar::new(),
        }
    }

    #[inline]
    fn change(&self, change: impl FnOnce(&mut Board)) -> Result<(), Failure> {
        change(&mut self.board.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }

    #[inline]
    fn notify(&self, notice: Notice) -> Result<(), Failure> {
        match notice {
            Notice::One => self.changed.notify_one(),
            Notice::All => self.changed.notify_all(),
        }
        Ok(())
    }

    #[inline]
    fn await_that(&self, mut is_so: impl FnMut(&mut Board) -> bool) -> Result<(), Failure> {
        let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        board.waiting += 1;
        while !is_so(&mut board) {
            let woken = self.changed.wait(board);
            board = woken.unwrap_or_else(PoisonError::into_inner);
        }
        board.waiting -= 1;
        Ok(())
    }
}

/// Of the crate `parking_lot`.
pub(crate) struct ParkingLot {
    board: parking_lot::Mutex<Board>,
    changed: parking_lot::Condvar,
}

impl Monitor for ParkingLot {
    fn new() -> Self {
        Self {
            board: parking_lot::Mutex::default(),
            changed: parking_lot::Condvar::new(),
        }
    }

    #[inline]
    fn change(&self, change: impl FnOnce(&mut Board)) -> Result<(), Failure> {
        change(&mut self.board.lock());
        Ok(())
    }

    #[inline]
    fn notify(&self, notice: Notice) -> Result<(), Failure> {
        match notice {
            Notice::One => {
                self.changed.notify_one();
            }
            Notice::All => {
                self.changed.notify_all();
            }
        }
        Ok(())
    }

    #[inline]
    fn await_that(&self, mut is_so: impl FnMut(&mut Board) -> bool) -> Result<(), Failure> {
        let mut board = self.board.lock();
        board.waiting += 1;
        while !is_so(&mut board) {
            self.changed.wait(&mut board);
        }
        board.waiting -= 1;
        Ok(())
    }
}
