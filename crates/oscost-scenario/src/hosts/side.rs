//! Both ends of a talk: messages of 64 bytes, each with its number.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};

use oscost_harness::pingpong::Side;
use oscost_harness::{During as _, Failure};

/// The bytes of a message.
const SIZE: usize = 64;

type Message = [u8; SIZE];

/// The message of a number: it, again and again.
fn message(number: u64) -> Message {
    let mut message = [0; SIZE];
    let (places, _) = message.as_chunks_mut();
    places.fill(number.to_ne_bytes());
    message
}

fn check(came: &Message, number: u64) -> Result<bool, Failure> {
    if *came == message(number) {
        Ok(true)
    } else {
        Err(Failure::Fail(format!("message {number} came out wrong")))
    }
}

/// How many messages went either way.
#[derive(Debug, Default)]
struct Count {
    sent: u64,
    received: u64,
}

/// An end of a TCP connection.
#[derive(Debug)]
pub(super) struct TcpSide {
    socket: TcpStream,
    count: Count,
}

impl TcpSide {
    /// # Errors
    /// What `setsockopt(2)` says.
    pub(super) fn new(socket: TcpStream) -> Result<Self, Failure> {
        socket.set_nodelay(true).during("setsockopt(TCP_NODELAY)")?;
        Ok(Self {
            socket,
            count: Count::default(),
        })
    }
}

impl Side for TcpSide {
    #[inline]
    fn pass(&mut self) -> Result<(), Failure> {
        self.count.sent += 1;
        let message = message(self.count.sent);
        self.socket.write_all(&message).during("write(TCP)")
    }

    #[inline]
    fn await_turn(&mut self) -> Result<bool, Failure> {
        let mut came = [0; SIZE];
        match self.socket.read_exact(&mut came) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
            read => read.during("read(TCP)")?,
        }
        self.count.received += 1;
        check(&came, self.count.received)
    }
}

/// An end of two channels.
#[derive(Debug)]
pub(super) struct ChannelSide {
    to_other: Sender<Message>,
    from_other: Receiver<Message>,
    count: Count,
}

impl ChannelSide {
    /// Both ends.
    pub(super) fn pair() -> (Self, Self) {
        let (near_to, far_from) = channel();
        let (far_to, near_from) = channel();
        let side = |to_other, from_other| Self {
            to_other,
            from_other,
            count: Count::default(),
        };
        (side(near_to, near_from), side(far_to, far_from))
    }
}

impl Side for ChannelSide {
    #[inline]
    fn pass(&mut self) -> Result<(), Failure> {
        self.count.sent += 1;
        let sent = self.to_other.send(message(self.count.sent));
        sent.map_err(|_| Failure::Fail("the other thread is gone".into()))
    }

    #[inline]
    fn await_turn(&mut self) -> Result<bool, Failure> {
        let Ok(came) = self.from_other.recv() else {
            return Ok(false);
        };
        self.count.received += 1;
        check(&came, self.count.received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_out_of_turn_is_noticed() {
        let (mut near, mut far) = ChannelSide::pair();
        near.pass().unwrap();
        assert_eq!(far.await_turn(), Ok(true));
        near.to_other.send(message(1)).unwrap();
        assert!(far.await_turn().is_err());
        drop(near);
        assert_eq!(far.await_turn(), Ok(false));
    }
}
