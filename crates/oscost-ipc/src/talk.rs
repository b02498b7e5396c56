//! A conversation: a message goes to the partner and one comes back, written
//! and read in full by each side. The body of every round trip of this suite,
//! whatever carries the messages, between processes and between threads.
//!
//! What is timed is what stands in `exchange` and in the partner's loop, and
//! nothing else. A message that is not what it must be is never an operation.

mod board;
mod content;
mod far;
mod rows;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::BTreeMap;

use nix::unistd::{Pid, getpid, gettid};
use oscost_harness::{Audit, During as _, Evidence, Failure, Measure, Setting, Work, usage};
use oscost_record::Peers;
use oscost_sys::notice;

use self::board::{Board, Order};
use self::watch::Watched;
use crate::partner::Partner;

pub(crate) use self::content::{Verdict, judge, write};
pub(crate) use self::rows::{ONE_NUMBER, PROCESSES, THREADS, messages, never_sleeps};
pub(crate) use self::watch::{call, is_gone};

/// One end of a means to send messages of one size to and fro, in turns.
pub(crate) trait Way: Send + Sized + 'static {
    /// Whether messages may get lost without anybody being told. Then
    /// `receive` must not wait for ever.
    const IS_LOSSY: bool = false;

    /// Both ends, the measuring side's first. Whatever has a name outside this
    /// process is gone from there when this returns, or guarded.
    ///
    /// # Errors
    /// Why this machine has none, or none for messages of that size.
    fn pair(size: usize, peers: Peers) -> Result<(Self, Self), Failure>;

    /// Tells this end, in the task that will use it, who has the other.
    ///
    /// # Errors
    /// What a call says.
    fn meet(&mut self, _other: Task) -> Result<(), Failure> {
        Ok(())
    }

    /// Has a message written, all of it, and sends it.
    ///
    /// # Errors
    /// What the call says.
    fn send(&mut self, write: impl FnOnce(&mut [u8])) -> Result<(), Failure>;

    /// Waits for a message and has it read, all of it.
    ///
    /// # Errors
    /// What the call says.
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>, Failure>;
}

/// What came of waiting for a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Received<R> {
    /// A message, and what its reader says.
    Message(R),
    /// Nothing for as long as a lossy way waits.
    Silence,
    /// The other end is gone.
    Gone,
}

/// A party as the kernel knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    /// The process.
    pub(crate) process: Pid,
    /// The thread in it.
    pub(crate) thread: Pid,
}

impl Task {
    fn this() -> Self {
        Self {
            process: getpid(),
            thread: gettid(),
        }
    }
}

/// How often a message is sent before nobody is believed to listen.
const TRIES: u32 = 3;

/// The measuring party. One operation is a round trip.
struct Talk<W: Way> {
    // Dropped before the partner, who may be waiting for its end.
    way: W,
    /// Absent where it cannot be waited for any more.
    partner: Option<Partner>,
    board: Board,
    /// Of the last message that came.
    number: u64,
    /// Messages that were given up and sent again since the last audit, and
    /// before it.
    lost: u64,
    lost_before: u64,
    /// Answers that may still come to messages that were sent again.
    late: u64,
    /// No message is under way.
    settled: bool,
}

/// Round trips of messages of the setting's size over a way.
///
/// # Errors
/// What making the way or the partner says.
pub(crate) fn talk<W: Way>(setting: &Setting, peers: Peers) -> Result<Measure, Failure> {
    Ok(Measure::Timed(Box::new(Talk::<W>::new(setting, peers)?)))
}

/// The size of the messages of a setting.
pub(crate) fn size_of(setting: &Setting) -> Result<usize, Failure> {
    usize::try_from(setting.of("size"))
        .map_err(|_| Failure::Skip("more memory than this machine can address".into()))
}

impl<W: Way> Talk<W> {
    fn new(setting: &Setting, peers: Peers) -> Result<Self, Failure> {
        let (near, far) = W::pair(size_of(setting)?, peers)?;
        Self::over(near, far, setting, peers)
    }

    fn over(near: W, far: W, setting: &Setting, peers: Peers) -> Result<Self, Failure> {
        notice::watch_children().during("sigaction(SIGCHLD)")?;
        let board = Board::new()?;
        let part = far::part(board, setting.cpu(1), peers);
        let (way, partner) = Partner::start(peers, near, far, part)?;
        watch::watch(match &partner {
            Partner::Process(child) => Watched::Process(child.pid()),
            Partner::Thread(_) => Watched::Thread(board),
        });
        let mut talk = Self {
            way,
            partner: Some(partner),
            board,
            number: 0,
            lost: 0,
            lost_before: 0,
            late: 0,
            settled: true,
        };
        match talk.introduce() {
            // One message each way, so that none that counts is the first.
            Ok(()) => talk.audit().map(|_| talk),
            Err(failure) => Err(talk.reason(failure)),
        }
    }

    /// Waits until the partner is there, so that its start is never timed.
    fn introduce(&mut self) -> Result<(), Failure> {
        let thread = self.board.await_thread()?;
        let process = match &self.partner {
            Some(Partner::Process(child)) => child.pid(),
            _ => getpid(),
        };
        self.way.meet(Task { process, thread })
    }

    /// Sends the next message and waits for the partner's answer.
    #[inline]
    fn exchange(&mut self) -> Result<(), Failure> {
        let request = self.number + 1;
        let reply = request + 1;
        let mut tries = 1;
        self.settled = false;
        self.way.send(|message| content::write(message, request))?;
        loop {
            match self.way.receive(|message| content::judge(message, reply))? {
                Received::Message(Verdict::Right) => break,
                other => self.excuse(&other, request, &mut tries)?,
            }
        }
        self.number = reply;
        self.settled = true;
        Ok(())
    }

    /// Whatever is not the answer ends the conversation, unless messages may
    /// get lost: then the message is sent again, and counted.
    #[cold]
    fn excuse(
        &mut self,
        came: &Received<Verdict>,
        request: u64,
        tries: &mut u32,
    ) -> Result<(), Failure> {
        let failed = |what: &str| Err(Failure::Fail(format!("message {request}: {what}")));
        match came {
            Received::Message(Verdict::Again) if self.late > 0 => {
                self.late -= 1;
                Ok(())
            }
            Received::Silence if *tries < TRIES => {
                *tries += 1;
                self.lost += 1;
                self.late += 1;
                self.way.send(|message| content::write(message, request))
            }
            Received::Silence => failed("no answer, however often it was sent"),
            Received::Gone => failed("the partner has gone"),
            Received::Message(Verdict::Again) => {
                self.settled = true;
                failed("the answer before it came once more")
            }
            Received::Message(_) => {
                self.settled = true;
                failed("the answer was lost or damaged: it is not what the partner wrote")
            }
        }
    }

    /// Why something went wrong: the partner's end, where it has ended, since
    /// all else follows from that.
    fn reason(&self, failure: Failure) -> Failure {
        let partner = self.partner.as_ref();
        partner
            .and_then(|partner| self.board.obituary(partner))
            .unwrap_or(failure)
    }
}

impl<W: Way> Work for Talk<W> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        let all = (0..ops).try_for_each(|_| self.exchange());
        all.map_err(|failure| self.reason(failure))
    }
}

impl<W: Way> Evidence for Talk<W> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.board.order(Order::Post);
        self.run(1)?;
        let account = self.board.account();
        let all_lost = self.lost_before + self.lost;
        if account.damaged > 0 || account.repeated > all_lost {
            return Err(Failure::Fail(format!(
                "{} messages reached the partner damaged, and {} more than once",
                account.damaged, account.repeated
            )));
        }
        let mut figures = BTreeMap::new();
        if W::IS_LOSSY {
            figures.insert("lost_count".to_owned(), self.lost as f64);
        }
        self.lost_before = all_lost;
        self.lost = 0;
        Ok(Audit {
            done: account.done,
            parties: vec![usage::this_thread()?, account.party],
            figures,
        })
    }
}

impl<W: Way> Drop for Talk<W> {
    fn drop(&mut self) {
        watch::forget();
        self.board.order(Order::Stop);
        if let Some(Partner::Thread(_)) = self.partner {
            if self.settled {
                let next = self.number + 1;
                let _ = self.way.send(|message| content::write(message, next));
            } else if self.partner.as_ref().is_some_and(|it| !it.has_ended()) {
                // In the middle of something, it may wait for what never comes.
                std::mem::forget(self.partner.take());
            }
        }
    }
}
