//! A game of two threads: the one that measures, and a partner that lives until
//! the case is taken down.

use std::thread::{JoinHandle, Thread};

use oscost_sys::map::SharedPage;

use crate::failure::During as _;
use crate::pingpong::{PingPong, Side, be_partner_thread, board};
use crate::work::{Audit, Evidence, Measure, Work};
use crate::{Failure, Setting};

/// A game with a partner thread.
#[derive(Debug)]
pub struct ThreadPair<S: Side> {
    game: PingPong<S>,
    partner: Option<JoinHandle<()>>,
}

impl<S: Side + 'static> ThreadPair<S> {
    /// Gives the far side to a thread on the second party's CPU.
    ///
    /// # Errors
    /// Where the thread cannot be made.
    pub fn new(
        setting: &Setting,
        board: &'static SharedPage,
        (near, mut far): (S, S),
    ) -> Result<Self, Failure> {
        let cpu = setting.cpu(1);
        let partner = std::thread::Builder::new()
            .spawn(move || be_partner_thread(&mut far, board, cpu))
            .during("std::thread::spawn")?;
        Ok(Self {
            game: PingPong::new(near, board),
            partner: Some(partner),
        })
    }

    /// The partner's thread.
    #[must_use]
    pub fn partner(&self) -> Option<&Thread> {
        self.partner.as_ref().map(JoinHandle::thread)
    }

    /// As a case's measure.
    #[must_use]
    pub fn ready(self) -> Measure {
        Measure::Timed(Box::new(self))
    }

    /// A game of sides that need no board of their own.
    ///
    /// # Errors
    /// Where the board or the thread cannot be made.
    pub fn measure(setting: &Setting, sides: (S, S)) -> Result<Measure, Failure> {
        Ok(Self::new(setting, board()?, sides)?.ready())
    }
}

impl<S: Side> Work for ThreadPair<S> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        self.game.run(ops)
    }
}

impl<S: Side> Evidence for ThreadPair<S> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.game.audit()
    }
}

impl<S: Side> Drop for ThreadPair<S> {
    fn drop(&mut self) {
        self.game.stop();
        if let Some(partner) = self.partner.take() {
            let _ = partner.join();
        }
    }
}
