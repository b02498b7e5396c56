//! Messages through UNIX sockets: a stream, datagrams, sequenced packets.

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use oscost_harness::{During as _, Failure, Row};
use oscost_record::Tier;

use super::bytes::{Asleep, Bytes, Ends, Kind, Polling, Spinning, Wavering};
use crate::talk::messages;

pub(crate) const ROWS: &[Row] = messages! {
    Bytes<Stream, Asleep>: "unix-stream" / "block", "UNIX stream socket",
        "through a UNIX stream socket, asleep in read,"
        { control: Some("control/unix-stream") } { tier: Tier::Core };
    Bytes<Stream, Polling>: "unix-stream" / "poll", "UNIX stream socket, poll",
        "through a UNIX stream socket, asleep in poll before each read,"
        { control: Some("control/unix-stream") };
    Bytes<Stream, Spinning>: "unix-stream" / "spin", "UNIX stream socket, spinning",
        "through a UNIX stream socket, reading with O_NONBLOCK until it comes,"
        { control: Some("control/unix-stream") };
    Bytes<Stream, Wavering>: "unix-stream" / "spin-poll", "UNIX stream, spin, then poll",
        "through a UNIX stream socket, reading with O_NONBLOCK a hundred times and then asleep in poll,"
        { control: Some("control/unix-stream") };
    Bytes<Datagram, Asleep>: "unix-datagram", "UNIX datagram socket",
        "through a UNIX datagram socket, asleep in read,"
        { control: Some("control/unix-datagram") };
    Bytes<Packet, Asleep>: "unix-seqpacket", "UNIX seqpacket socket",
        "through a UNIX socket of sequenced packets, asleep in read,"
        { control: Some("control/unix-seqpacket") };
};

/// `SOCK_STREAM`.
#[derive(Debug)]
pub(crate) struct Stream;

/// `SOCK_DGRAM`, which loses nothing within a machine.
#[derive(Debug)]
pub(crate) struct Datagram;

/// `SOCK_SEQPACKET`.
#[derive(Debug)]
pub(crate) struct Packet;

impl Kind for Stream {
    const NAME: &'static str = "UNIX stream";

    fn open() -> Result<(Ends, Ends), Failure> {
        pair(SockType::Stream)
    }
}

impl Kind for Datagram {
    const NAME: &'static str = "UNIX datagram";
    const IS_DATAGRAM: bool = true;

    fn open() -> Result<(Ends, Ends), Failure> {
        pair(SockType::Datagram)
    }
}

impl Kind for Packet {
    const NAME: &'static str = "UNIX seqpacket";
    const IS_DATAGRAM: bool = true;

    fn open() -> Result<(Ends, Ends), Failure> {
        pair(SockType::SeqPacket)
    }
}

fn pair(kind: SockType) -> Result<(Ends, Ends), Failure> {
    let sockets = socketpair(AddressFamily::Unix, kind, None, SockFlag::SOCK_CLOEXEC);
    let (near, far) = sockets.during("socketpair")?;
    Ok((Ends::of_socket(near)?, Ends::of_socket(far)?))
}
