//! A stream of chunks from the measuring party to a partner, by whatever
//! means, and the proof that each of them arrived.
//!
//! A sample ends when the receiver has seen its last chunk, not when the
//! sender has got rid of it: what is still in a buffer is not moved.

use std::sync::Arc;
use std::time::Duration;

use nix::errno::Errno;
use oscost_harness::{Audit, Evidence, Failure, Measure, Setting, Work, pin, usage};
use oscost_record::{Cpu, Peers};
use oscost_sys::counter::read_monotonic;
use oscost_sys::futex::Scope;

use super::mark::{self, Chunk};
use super::rate::Rate;
use super::table::{Fault, Table};
use crate::partner::Partner;

/// The end that bytes go in.
pub(crate) trait Sender: Send + 'static {
    /// The call, for the sentence of a failure.
    const CALL: &'static str;

    /// Hands over some of the bytes, and tells how many. 0: no room came for
    /// as long as [`PATIENCE`]. A call that blocks for ever must end by itself
    /// when the receiver is gone.
    fn send(&mut self, bytes: &[u8]) -> nix::Result<usize>;

    /// How many further chunks must be sent before a chunk of `length` bytes
    /// may be written to again. 0: it was copied.
    fn keeps(&self, length: usize) -> usize {
        let _ = length;
        0
    }

    /// Makes the receiver see the end, where dropping the sender does not.
    fn close(&mut self) {}
}

/// The end that bytes come out.
pub(crate) trait Receiver: Send + 'static {
    /// The call, for the sentence of a failure.
    const CALL: &'static str;

    /// Receives some bytes, and tells how many. 0: the sender is gone.
    fn receive(&mut self, bytes: &mut [u8]) -> nix::Result<usize>;
}

/// How long a party sleeps before it looks whether the other is still there.
pub(crate) const PATIENCE: Duration = Duration::from_millis(100);

/// A sample spans at least so many bytes, the largest pipe four times over, so
/// that the wake-up at its end hardly shows; as long as that is not more than
/// so many chunks.
const BYTES_PER_SAMPLE: usize = 4 << 20;
const CHUNKS_PER_SAMPLE: (usize, usize) = (8, 8192);

/// The length of a setting's chunks.
pub(crate) fn chunk_length(setting: &Setting) -> Result<usize, Failure> {
    usize::try_from(setting.of("chunk"))
        .ok()
        .filter(|&length| length >= mark::SMALLEST)
        .ok_or_else(|| Failure::Fail("chunks of an impossible length".into()))
}

/// The measuring party: it sends.
struct Flow<S: Sender> {
    // Dropped before the partner, who may be waiting for its end.
    sender: S,
    partner: Partner,
    table: Arc<Table>,
    /// As many as may be on their way at once, and one to write to.
    chunks: Vec<Chunk>,
    /// Which of them is written to next.
    turn: usize,
    sent: u64,
    rate: Rate,
    receives_by: &'static str,
}

/// Streams to a partner through the two ends.
///
/// # Errors
/// What starting the partner says.
pub(crate) fn stream<S: Sender, R: Receiver>(
    setting: &Setting,
    peers: Peers,
    (sender, receiver): (S, R),
) -> Result<Measure, Failure> {
    Ok(Measure::Timed(Box::new(start(
        setting,
        peers,
        (sender, receiver),
    )?)))
}

fn start<S: Sender, R: Receiver>(
    setting: &Setting,
    peers: Peers,
    (sender, receiver): (S, R),
) -> Result<Flow<S>, Failure> {
    let (length, cpu) = (chunk_length(setting)?, setting.cpu(1));
    let table = Arc::new(Table::new(scope(peers))?);
    let far = (receiver, Arc::clone(&table));
    let part = move |(receiver, table): (R, Arc<Table>)| be_receiver(receiver, &table, length, cpu);
    let (sender, partner) = Partner::start(peers, sender, far, part)?;
    let chunks = (0..=sender.keeps(length)).map(|_| Chunk::new(length));
    Ok(Flow {
        chunks: chunks.collect(),
        sender,
        partner,
        table,
        turn: 0,
        sent: 0,
        rate: Rate::default(),
        receives_by: R::CALL,
    })
}

/// How far a futex between the peers has to reach.
pub(crate) fn scope(peers: Peers) -> Scope {
    match peers {
        Peers::Processes => Scope::Shared,
        Peers::Threads | Peers::Coroutines => Scope::Private,
    }
}

/// What the receiver does until the sender is gone: it checks each chunk, and
/// tells when it has reached the goal.
fn be_receiver(
    mut receiver: impl Receiver,
    table: &Table,
    length: usize,
    cpu: Option<Cpu>,
) -> Result<(), Failure> {
    if let Some(cpu) = cpu {
        pin::this_thread(cpu)?;
    }
    let mut chunk = Chunk::new(length);
    let (mut number, mut counted) = (0_u64, 0_u64);
    loop {
        let checked = match fill(&mut receiver, &mut chunk) {
            Ok(0) => return Ok(()),
            Ok(bytes) if bytes < length => Err(Fault::Cut {
                chunk: number,
                bytes: bytes as u64,
            }),
            Ok(_) => mark::check(&chunk, number).map_err(|damage| Fault::Damaged {
                chunk: number,
                damage,
            }),
            Err(errno) => Err(Fault::Refused(errno)),
        };
        if let Err(fault) = checked {
            table.report(fault);
            return Err(fault.into_failure("the receiver"));
        }
        number += 1;
        let (goal, post) = table.goal();
        counted += u64::from(!post);
        if low(number) == goal {
            if post {
                table.account().write(counted)?;
            }
            table.seen().set(goal);
        }
    }
}

/// Receives until the chunk is full or the stream has ended; tells how many
/// bytes came.
#[inline]
fn fill(receiver: &mut impl Receiver, chunk: &mut [u8]) -> nix::Result<usize> {
    let mut done = 0;
    while done < chunk.len() {
        match receiver.receive(&mut chunk[done..]) {
            Ok(0) => break,
            Ok(more) => done += more,
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(done)
}

/// The part of a number of chunks that fits into a futex.
#[inline]
fn low(number: u64) -> u32 {
    u32::try_from(number & u64::from(u32::MAX)).unwrap_or_default()
}

impl<S: Sender> Flow<S> {
    fn length(&self) -> usize {
        self.chunks[0].len()
    }

    /// Sends so many chunks and waits until the receiver has seen the last.
    fn send(&mut self, ops: u64, post: bool) -> Result<(), Failure> {
        let goal = low(self.sent.wrapping_add(ops));
        self.table.set_goal(goal, post);
        (0..ops).try_for_each(|_| self.send_one())?;
        let mut seen = self.table.seen().read();
        while seen != goal {
            seen = self.table.seen().sleep(seen, Some(PATIENCE));
            if seen != goal {
                self.check_on_receiver(goal)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn send_one(&mut self) -> Result<(), Failure> {
        mark::stamp(&mut self.chunks[self.turn], self.sent);
        let mut done = 0;
        while done < self.length() {
            match self.sender.send(&self.chunks[self.turn][done..]) {
                Ok(0) => self.check_on_receiver(low(self.sent))?,
                Ok(more) => done += more,
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(self.told(Failure::call(S::CALL, errno))),
            }
        }
        self.sent += 1;
        self.turn = if self.turn + 1 == self.chunks.len() {
            0
        } else {
            self.turn + 1
        };
        Ok(())
    }

    /// Is the receiver still there, or has it reached the goal before it left?
    fn check_on_receiver(&self, goal: u32) -> Result<(), Failure> {
        let ended = self.partner.has_ended();
        if self.table.fault().is_none() && (!ended || self.table.seen().read() == goal) {
            return Ok(());
        }
        Err(self.told(Failure::Fail("the receiver ended by itself".into())))
    }

    /// The receiver's own word on what was wrong, if it left any.
    fn told(&self, otherwise: Failure) -> Failure {
        let fault = self.table.fault();
        fault.map_or(otherwise, |fault| fault.into_failure(self.receives_by))
    }
}

impl<S: Sender> Work for Flow<S> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        let begin = read_monotonic();
        self.send(ops, false)?;
        self.rate.add(ops * self.length() as u64, begin);
        Ok(())
    }

    fn granule(&self) -> u64 {
        let (fewest, most) = CHUNKS_PER_SAMPLE;
        (BYTES_PER_SAMPLE / self.length()).clamp(fewest, most) as u64
    }
}

impl<S: Sender> Evidence for Flow<S> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        // One chunk more, which does not count.
        self.send(1, true)?;
        let (done, receiver) = self.table.account().read();
        Ok(Audit {
            done,
            parties: vec![usage::this_thread()?, receiver],
            figures: self.rate.take(),
        })
    }
}

impl<S: Sender> Drop for Flow<S> {
    fn drop(&mut self) {
        self.sender.close();
    }
}

#[cfg(test)]
#[path = "flow_tests.rs"]
mod tests;
