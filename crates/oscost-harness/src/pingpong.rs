//! Two parties passing a turn to and fro: the body of every two-party switch,
//! the same for processes and threads.
//!
//! A shared page is the board on which the partner posts, when asked, what it
//! has done and what the kernel counted for it. It is asked by an order that
//! it finds with its next turn, so posting is never part of what is timed.

use std::os::fd::OwnedFd;
use std::sync::atomic::Ordering::{Acquire, Release};

use nix::unistd::{pipe, read, write};
use oscost_record::Cpu;
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::SharedPage;

use crate::failure::During as _;
use crate::last_words::{self, LastWords};
use crate::posted::{self, Posted};
use crate::work::{Audit, Evidence, Work};
use crate::{Failure, pin, usage};

/// One end of a way to pass turns.
pub trait Side: Send {
    /// Passes the turn to the other side.
    ///
    /// # Errors
    /// What the call says.
    fn pass(&mut self) -> Result<(), Failure>;

    /// Waits for the turn. `false`: the other side has gone.
    ///
    /// # Errors
    /// What the call says.
    fn await_turn(&mut self) -> Result<bool, Failure>;
}

/// A byte through a pipe each way.
#[derive(Debug)]
pub struct PipeSide {
    from_other: OwnedFd,
    to_other: OwnedFd,
}

const TOKEN: u8 = 0x5a;

impl PipeSide {
    /// Both ends.
    ///
    /// # Errors
    /// What `pipe(2)` says.
    pub fn pair() -> Result<(Self, Self), Failure> {
        let (near_reads, far_writes) = pipe().during("pipe")?;
        let (far_reads, near_writes) = pipe().during("pipe")?;
        let side = |from_other, to_other| Self {
            from_other,
            to_other,
        };
        Ok((side(near_reads, near_writes), side(far_reads, far_writes)))
    }
}

impl Side for PipeSide {
    #[inline]
    fn pass(&mut self) -> Result<(), Failure> {
        match write(&self.to_other, &[TOKEN]).during("write(pipe)")? {
            1 => Ok(()),
            _ => Err(Failure::Fail("write(pipe) wrote nothing".into())),
        }
    }

    #[inline]
    fn await_turn(&mut self) -> Result<bool, Failure> {
        let mut token = [0];
        match read(&self.from_other, &mut token).during("read(pipe)")? {
            0 => Ok(false),
            _ if token == [TOKEN] => Ok(true),
            _ => Err(Failure::Fail(
                "read(pipe) gave another byte than was written".into(),
            )),
        }
    }
}

/// A number in shared memory each way, with a futex to sleep on.
#[derive(Debug)]
pub struct FutexSide {
    board: &'static SharedPage,
    from_other: usize,
    to_other: usize,
    received: u32,
    sent: u32,
    scope: Scope,
}

impl FutexSide {
    /// Both ends, on a board.
    ///
    /// # Errors
    /// What `futex(2)` says. The C library ends a process that makes a thread, or
    /// waits for one, where the call is refused: it is asked before.
    pub fn pair(board: &'static SharedPage, scope: Scope) -> Result<(Self, Self), Failure> {
        futex::wake(&board.slot(PING).word, 1, scope).during("futex(FUTEX_WAKE)")?;
        let side = |from_other, to_other| Self {
            board,
            from_other,
            to_other,
            received: 0,
            sent: 0,
            scope,
        };
        Ok((side(PONG, PING), side(PING, PONG)))
    }
}

impl Side for FutexSide {
    #[inline]
    fn pass(&mut self) -> Result<(), Failure> {
        self.sent = self.sent.wrapping_add(1);
        let word = &self.board.slot(self.to_other).word;
        word.store(self.sent, Release);
        futex::wake(word, 1, self.scope).during("futex(FUTEX_WAKE)")?;
        Ok(())
    }

    #[inline]
    fn await_turn(&mut self) -> Result<bool, Failure> {
        self.received = self.received.wrapping_add(1);
        let word = &self.board.slot(self.from_other).word;
        loop {
            let seen = word.load(Acquire);
            if seen == self.received {
                return Ok(true);
            }
            // Woken, interrupted or too late: look again in every case.
            let _ = futex::wait(word, seen, self.scope);
        }
    }
}

// The slots of the board.
const PING: usize = 0;
const PONG: usize = 1;
const ORDER: usize = 2;
const POSTED: usize = 3;
const LAST_WORDS: usize = POSTED + posted::SLOTS;

// What the partner may find in the slot of orders.
const GO_ON: u32 = 0;
const POST: u32 = 1;
const STOP: u32 = 2;

/// A board that lives as long as the process.
///
/// # Errors
/// What `mmap(2)` says.
pub fn board() -> Result<&'static SharedPage, Failure> {
    let slots = LAST_WORDS + last_words::SLOTS;
    let page = SharedPage::with_slots(slots).during("mmap(MAP_SHARED)")?;
    Ok(Box::leak(Box::new(page)))
}

/// What the partner does until it is stopped, or the other side is gone. Where it
/// has to leave, it tells the other side why, by the board.
///
/// # Errors
/// What pinning or a call of the side says.
pub fn be_partner(
    side: &mut impl Side,
    board: &SharedPage,
    cpu: Option<Cpu>,
) -> Result<(), Failure> {
    let served = serve(side, board, cpu);
    if let Err(failure) = &served {
        LastWords::at(board, LAST_WORDS).leave(failure);
    }
    served
}

fn serve(side: &mut impl Side, board: &SharedPage, cpu: Option<Cpu>) -> Result<(), Failure> {
    if let Some(cpu) = cpu {
        pin::this_thread(cpu)?;
    }
    let mut done = 0;
    while side.await_turn()? {
        match board.slot(ORDER).word.load(Acquire) {
            GO_ON => done += 1,
            POST => {
                account(board).write(done)?;
                board.slot(ORDER).word.store(GO_ON, Release);
            }
            _ => break,
        }
        side.pass()?;
    }
    Ok(())
}

/// The same for a thread, which tells why it leaves, should it have to, by a
/// panic: that ends a probe, where else the other side would wait for ever.
///
/// # Panics
/// With what [`be_partner`] says.
pub fn be_partner_thread(side: &mut impl Side, board: &SharedPage, cpu: Option<Cpu>) {
    if let Err(failure) = be_partner(side, board, cpu) {
        panic!("the partner: {failure}");
    }
}

/// The partner's account on the board.
fn account(board: &SharedPage) -> Posted<'_> {
    Posted::at(board, POSTED)
}

/// The measuring party. One operation is a round trip: the turn goes to the
/// partner and comes back.
#[derive(Debug)]
pub struct PingPong<S> {
    side: S,
    board: &'static SharedPage,
}

impl<S: Side> PingPong<S> {
    /// The near side of a pair whose far side a partner holds.
    pub fn new(side: S, board: &'static SharedPage) -> Self {
        Self { side, board }
    }

    #[inline]
    fn round_trip(&mut self) -> Result<(), Failure> {
        self.side.pass()?;
        if self.side.await_turn()? {
            Ok(())
        } else {
            Err(Failure::Fail("the partner ended in the middle".into()))
        }
    }

    /// Tells the partner to leave. It does not pass the turn back.
    pub fn stop(&mut self) {
        self.board.slot(ORDER).word.store(STOP, Release);
        let _ = self.side.pass();
    }
}

impl<S: Side> Work for PingPong<S> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        let all = (0..ops).try_for_each(|_| self.round_trip());
        all.map_err(|failure| LastWords::at(self.board, LAST_WORDS).rather_than(failure))
    }
}

impl<S: Side> Evidence for PingPong<S> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.board.slot(ORDER).word.store(POST, Release);
        self.run(1)?;
        let (done, partner) = account(self.board).read();
        Ok(Audit {
            done,
            parties: vec![usage::this_thread()?, partner],
            ..Audit::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play<S: Side + 'static>(
        (near, mut far): (S, S),
        board: &'static SharedPage,
    ) -> (Audit, Audit) {
        let mut game = PingPong::new(near, board);
        let partner = std::thread::spawn(move || be_partner(&mut far, board, None));
        let before = game.audit().unwrap();
        game.run(1000).unwrap();
        let after = game.audit().unwrap();
        game.stop();
        partner.join().unwrap().unwrap();
        (before, after)
    }

    #[test]
    fn every_turn_is_counted_by_the_partner() {
        let pipes = board().unwrap();
        let futexes = board().unwrap();
        for (before, after) in [
            play(PipeSide::pair().unwrap(), pipes),
            play(FutexSide::pair(futexes, Scope::Private).unwrap(), futexes),
        ] {
            assert_eq!(after.done - before.done, 1000);
            assert_eq!(after.parties.len(), 2);
            assert!(after.parties[1].usage.voluntary_switches.is_some());
        }
    }

    #[test]
    fn a_partner_that_has_to_leave_is_heard() {
        let board = board().unwrap();
        let (near, far) = PipeSide::pair().unwrap();
        struct Refused(PipeSide);
        impl Side for Refused {
            fn pass(&mut self) -> Result<(), Failure> {
                self.0.pass()
            }
            fn await_turn(&mut self) -> Result<bool, Failure> {
                Err(Failure::call("accept", nix::errno::Errno::EPERM))
            }
        }
        let mut game = PingPong::new(near, board);
        let partner = std::thread::spawn(move || be_partner(&mut Refused(far), board, None));
        assert!(partner.join().unwrap().is_err());
        let failure = game.run(1).unwrap_err();
        assert!(matches!(&failure, Failure::Skip(_)), "{failure}");
        assert!(failure.to_string().contains("the partner: accept: EPERM"));
    }

    #[test]
    fn a_partner_that_is_gone_is_noticed() {
        let (near, far) = PipeSide::pair().unwrap();
        drop(far);
        let mut game = PingPong::new(near, board().unwrap());
        assert!(game.run(1).is_err());
    }
}
