//! What a conversation makes of messages that are lost, damaged or repeated,
//! of partners that fail, and of answers that no partner gave.

use std::collections::VecDeque;

use nix::sys::signal::{Signal, kill};
use oscost_harness::proof::prove;
use oscost_harness::{Audit, Evidence as _, Expect, Failure, Setting, Work as _};
use oscost_record::{Peers, Placement};

use super::{Received, Talk, Way};
use crate::message::bytes::{Asleep, Bytes, Polling, Spinning, Wavering};
use crate::message::eventfd::Counter;
use crate::message::fifo::Fifo;
use crate::message::pipe::Pipe;
use crate::message::posix_queue::PosixQueue;
use crate::message::sysv_queue::SystemVQueue;
use crate::message::tcp::Tcp;
use crate::message::udp::Udp;
use crate::message::unix::{Datagram, Packet, Stream};
use crate::partner::Partner;
use crate::ring::{Ring, Sleeps, Spins};
use crate::shared_memory::Shared;
use crate::shared_memory::kind::{Anonymous, Memfd, Posix, SystemV};
use crate::shared_memory::patience::{Eventfd, Futex, Semaphore, Spin};

fn setting(size: u64) -> Setting {
    Setting {
        values: vec![("size", size)],
        ..Setting::default()
    }
}

/// What becomes of a message on its way.
enum Fate {
    Arrives,
    Lost,
    /// The byte at this place is another one.
    Damaged(usize),
}

/// An end that does something to what it sends, by the count of messages.
struct Tampered<W> {
    way: W,
    sent: u64,
    fate: fn(u64) -> Fate,
}

impl<W: Way> Way for Tampered<W> {
    const IS_LOSSY: bool = W::IS_LOSSY;

    fn pair(_: usize, _: Peers) -> Result<(Self, Self), Failure> {
        Err(Failure::Fail("made by hand".into()))
    }

    fn send(&mut self, write: impl FnOnce(&mut [u8])) -> Result<(), Failure> {
        self.sent += 1;
        match (self.fate)(self.sent) {
            Fate::Arrives => self.way.send(write),
            Fate::Lost => Ok(()),
            Fate::Damaged(place) => self.way.send(|message| {
                write(message);
                message[place] ^= 1;
            }),
        }
    }

    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>, Failure> {
        self.way.receive(read)
    }
}

fn tampered<W: Way>(near: fn(u64) -> Fate, far: fn(u64) -> Fate) -> Talk<Tampered<W>> {
    let (near_way, far_way) = W::pair(64, Peers::Threads).unwrap();
    let end = |way, fate| Tampered { way, sent: 0, fate };
    Talk::over(
        end(near_way, near),
        end(far_way, far),
        &setting(64),
        Peers::Threads,
    )
    .unwrap()
}

/// Runs ten operations between two audits.
fn ten<W: Way>(talk: &mut Talk<W>) -> Result<(Audit, Audit), Failure> {
    let before = talk.audit()?;
    talk.run(10)?;
    Ok((before, talk.audit()?))
}

fn words<T>(result: Result<T, Failure>) -> String {
    result.err().map(|why| why.to_string()).unwrap()
}

fn converse<W: Way>(size: u64) {
    let mut talk = match Talk::<W>::new(&setting(size), Peers::Threads) {
        Err(Failure::Skip(why)) => return println!("skipped: {why}"),
        talk => talk.unwrap(),
    };
    let (before, after) = ten(&mut talk).unwrap();
    prove(10, (&before, &after), Expect::COUNT, Placement::Free).unwrap();
    assert_eq!(after.parties.len(), 2);
    assert_eq!(after.figures.contains_key("lost_count"), W::IS_LOSSY);
}

#[test]
fn every_way_carries_every_message() {
    for size in [1, 64, 8192] {
        converse::<Bytes<Pipe, Asleep>>(size);
        converse::<Bytes<Pipe, Polling>>(size);
        converse::<Bytes<Pipe, Spinning>>(size);
        converse::<Bytes<Pipe, Wavering>>(size);
        converse::<Bytes<Fifo, Asleep>>(size);
        converse::<Bytes<Stream, Asleep>>(size);
        converse::<Bytes<Datagram, Asleep>>(size);
        converse::<Bytes<Packet, Asleep>>(size);
        converse::<Bytes<Tcp, Asleep>>(size);
        converse::<Bytes<Udp, Asleep>>(size);
        converse::<PosixQueue>(size);
        converse::<SystemVQueue>(size);
        converse::<Shared<Anonymous, Futex<10>>>(size);
        converse::<Shared<Anonymous, Spin>>(size);
        converse::<Shared<Anonymous, Semaphore>>(size);
        converse::<Shared<Anonymous, Eventfd>>(size);
        converse::<Shared<Posix, Futex<0>>>(size);
        converse::<Shared<SystemV, Futex<0>>>(size);
        converse::<Shared<Memfd, Futex<0>>>(size);
        converse::<Ring<Sleeps>>(size);
        converse::<Ring<Spins>>(size);
    }
    converse::<Counter>(8);
}

#[test]
fn a_message_longer_than_a_way_carries_is_skipped_by_name() {
    for (talk, word) in [
        (
            words(Talk::<Bytes<Udp, Asleep>>::new(
                &setting(65_536),
                Peers::Threads,
            )),
            "EMSGSIZE",
        ),
        (
            words(Talk::<PosixQueue>::new(&setting(1 << 30), Peers::Threads)),
            "msgsize_max",
        ),
        (
            words(Talk::<SystemVQueue>::new(&setting(1 << 30), Peers::Threads)),
            "kernel.msgmax",
        ),
    ] {
        assert!(talk.contains(word), "{talk}");
    }
}

#[test]
fn a_damaged_message_is_not_an_operation() {
    let fate = |sent| match sent {
        7 => Fate::Damaged(33),
        _ => Fate::Arrives,
    };
    let mut talk = tampered::<Bytes<Stream, Asleep>>(fate, |_| Fate::Arrives);
    let why = words(ten(&mut talk));
    assert!(
        why.contains("1 messages reached the partner damaged"),
        "{why}"
    );
    let mut talk = tampered::<Bytes<Stream, Asleep>>(|_| Fate::Arrives, fate);
    let why = words(ten(&mut talk));
    assert!(why.contains("damaged"), "{why}");
}

#[test]
fn a_lost_message_is_sent_again_and_counted() {
    let once = |sent| match sent {
        5 => Fate::Lost,
        _ => Fate::Arrives,
    };
    // A message of the measuring side, then an answer: that one's message
    // reaches the partner twice, and is counted once.
    for (near, far) in [
        (
            once as fn(u64) -> Fate,
            (|_| Fate::Arrives) as fn(u64) -> Fate,
        ),
        (|_| Fate::Arrives, once),
    ] {
        let mut talk = tampered::<Bytes<Udp, Asleep>>(near, far);
        let (before, after) = ten(&mut talk).unwrap();
        assert_eq!(after.done - before.done, 10);
        assert_eq!(after.figures["lost_count"], 1.0);
        talk.run(3).unwrap();
        assert_eq!(talk.audit().unwrap().figures["lost_count"], 0.0);
    }
}

#[test]
fn nobody_waits_for_ever_for_what_is_lost() {
    let all_but_the_first = |sent| match sent {
        1 => Fate::Arrives,
        _ => Fate::Lost,
    };
    let mut talk = tampered::<Bytes<Udp, Asleep>>(all_but_the_first, |_| Fate::Arrives);
    let why = words(talk.run(1));
    assert!(why.contains("no answer"), "{why}");
}

/// A ring whose reader looks at the place before the right one.
struct BrokenRing {
    ring: Ring<Sleeps>,
    /// What came before.
    late: VecDeque<Vec<u8>>,
    /// So many messages are let through first.
    right: usize,
}

impl Way for BrokenRing {
    fn pair(size: usize, peers: Peers) -> Result<(Self, Self), Failure> {
        let (near, far) = Ring::pair(size, peers)?;
        let end = |ring, right| Self {
            ring,
            late: VecDeque::new(),
            right,
        };
        Ok((end(near, usize::MAX), end(far, 5)))
    }

    fn send(&mut self, write: impl FnOnce(&mut [u8])) -> Result<(), Failure> {
        self.ring.send(write)
    }

    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>, Failure> {
        match self.ring.receive(<[u8]>::to_vec)? {
            Received::Message(message) => self.late.push_back(message),
            _ => return Ok(Received::Gone),
        }
        let now = if self.right > 0 {
            self.right -= 1;
            self.late.len() - 1
        } else {
            self.late.len() - 2
        };
        Ok(Received::Message(read(&self.late[now])))
    }
}

#[test]
fn a_broken_ring_is_found_out() {
    let mut talk = Talk::<BrokenRing>::new(&setting(64), Peers::Threads).unwrap();
    let why = words(ten(&mut talk));
    assert!(why.contains("once more"), "{why}");
}

/// An end that answers its own messages.
struct Liar {
    number: u64,
    way: Bytes<Pipe, Asleep>,
}

impl Way for Liar {
    fn pair(size: usize, peers: Peers) -> Result<(Self, Self), Failure> {
        let (near, far) = Bytes::pair(size, peers)?;
        let end = |way| Self { number: 0, way };
        Ok((end(near), end(far)))
    }

    fn send(&mut self, write: impl FnOnce(&mut [u8])) -> Result<(), Failure> {
        let mut message = [0; 64];
        write(&mut message);
        self.number += 2;
        Ok(())
    }

    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>, Failure> {
        if self.number == 0 {
            // The partner, who waits for what never comes.
            return self.way.receive(read);
        }
        let mut message = [0; 64];
        super::write(&mut message, self.number);
        Ok(Received::Message(read(&message)))
    }
}

#[test]
fn what_no_partner_has_read_is_not_an_operation() {
    let mut talk = Talk::<Liar>::new(&setting(64), Peers::Threads).unwrap();
    let (before, after) = ten(&mut talk).unwrap();
    let why = words(prove(10, (&before, &after), Expect::COUNT, Placement::Free));
    assert!(why.contains("0 were done"), "{why}");
    // It would not hear that it is to leave.
    talk.settled = false;
}

/// An end that the machine refuses after some messages.
struct Refused {
    way: Bytes<Pipe, Asleep>,
    left: u64,
}

impl Way for Refused {
    fn pair(size: usize, peers: Peers) -> Result<(Self, Self), Failure> {
        let (near, far) = Bytes::pair(size, peers)?;
        let end = |way, left| Self { way, left };
        Ok((end(near, u64::MAX), end(far, 4)))
    }

    fn send(&mut self, write: impl FnOnce(&mut [u8])) -> Result<(), Failure> {
        self.way.send(write)
    }

    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>, Failure> {
        self.left -= 1;
        match self.left {
            0 => Err(Failure::Skip("no permission for that".into())),
            _ => self.way.receive(read),
        }
    }
}

#[test]
fn what_the_partner_is_refused_is_told_by_the_other() {
    for peers in [Peers::Threads, Peers::Processes] {
        let mut talk = Talk::<Refused>::new(&setting(64), peers).unwrap();
        let told = Failure::Skip("the partner: no permission for that".into());
        assert_eq!(talk.run(10), Err(told));
    }
}

#[test]
fn a_partner_that_is_killed_is_named() {
    let mut talk = Talk::<Bytes<Pipe, Asleep>>::new(&setting(64), Peers::Processes).unwrap();
    ten(&mut talk).unwrap();
    match &talk.partner {
        Some(Partner::Process(child)) => kill(child.pid(), Signal::SIGKILL).unwrap(),
        _ => panic!("no process"),
    }
    let why = words(talk.run(10));
    assert!(
        why.contains("partner process was ended by SIGKILL"),
        "{why}"
    );
}
