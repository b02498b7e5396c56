//! The calls of a round trip made by one task that sends to itself: what to
//! subtract.
//!
//! Both messages are written and read here too. What is left of a round trip
//! is the other task: switches, sleep, caches.

use oscost_harness::alone::calls;
use oscost_harness::{Expect, Failure, Measure, Place, Row, Setting};
use oscost_record::{Aspect, Peers, Tier};

use crate::message::bytes::{Asleep, Bytes};
use crate::message::eventfd::Counter;
use crate::message::pipe::Pipe;
use crate::message::posix_queue::PosixQueue;
use crate::message::sysv_queue::SystemVQueue;
use crate::message::tcp::Tcp;
use crate::message::udp::Udp;
use crate::message::unix::{Datagram, Packet, Stream};
use crate::message::uring::{RingToRing, UringPipe, native};
use crate::ring::{Ring, Sleeps};
use crate::shared_memory::Shared;
use crate::shared_memory::kind::Anonymous;
use crate::shared_memory::patience::Futex;
use crate::talk::{ONE_NUMBER, PROCESSES, Received, Verdict, Way, judge, size_of, write};

/// A row for the calls of a way.
macro_rules! alone {
    ($($way:ty: $means:literal, $title:literal, $what:literal { $($field:ident: $value:expr),* };)+) => {
        &[$(Row {
            operation: concat!("control/", $means),
            title: concat!($title, ", one task"),
            question: concat!(
                "What do the calls of a round trip ", $what,
                " cost when one task makes them all and nobody switches?"
            ),
            build: alone::<$way>,
            $($field: $value,)*
            ..ALONE
        }),+]
    };
}

const ALONE: Row = Row {
    aspect: Aspect::Control,
    place: Place::OneCpu,
    peers: None,
    claims: &[],
    expect: |_| Expect::NO_SWITCH,
    ..PROCESSES
};

pub(crate) const ROWS: &[Row] = alone! {
    Bytes<Pipe, Asleep>: "pipe", "pipe", "through pipes" { tier: Tier::Core };
    Bytes<Stream, Asleep>: "unix-stream", "UNIX stream", "through UNIX stream sockets"
        { tier: Tier::Core };
    Bytes<Datagram, Asleep>: "unix-datagram", "UNIX datagram", "through UNIX datagram sockets" {};
    Bytes<Packet, Asleep>: "unix-seqpacket", "UNIX seqpacket",
        "through UNIX sockets of sequenced packets" {};
    Bytes<Tcp, Asleep>: "tcp", "TCP", "through a TCP loopback connection with TCP_NODELAY"
        { tier: Tier::Core };
    Bytes<Udp, Asleep>: "udp", "UDP", "in UDP datagrams over the loopback" {};
    PosixQueue: "posix-queue", "POSIX queue", "through POSIX message queues" {};
    SystemVQueue: "sysv-queue", "System V queue", "through System V message queues" {};
    Counter: "eventfd", "eventfd", "through eventfds" { axes: ONE_NUMBER };
    UringPipe: "uring-pipe", "pipe, by io_uring",
        "through pipes that are written and read by an io_uring" { needs: native };
    RingToRing: "uring-msg-ring", "msg_ring", "from io_uring to io_uring"
        { axes: ONE_NUMBER, needs: native };
    Shared<Anonymous, Futex<0>>: "shared-memory", "shared memory", "in shared memory"
        { tier: Tier::Core };
    Ring<Sleeps>: "ring", "shared ring", "through rings in shared memory" {};
};

/// One task that has both ends.
fn alone<W: Way>(setting: &Setting) -> Result<Measure, Failure> {
    let (mut near, mut far) = W::pair(size_of(setting)?, Peers::Threads)?;
    let mut number = 0;
    Ok(calls(move || {
        number += 1;
        pass(&mut near, &mut far, number)?;
        number += 1;
        pass(&mut far, &mut near, number)
    }))
}

fn pass<W: Way>(from: &mut W, to: &mut W, number: u64) -> Result<(), Failure> {
    from.send(|message| write(message, number))?;
    match to.receive(|message| judge(message, number))? {
        Received::Message(Verdict::Right) => Ok(()),
        other => Err(Failure::Fail(format!(
            "message {number} came out otherwise than it went in: {other:?}"
        ))),
    }
}
