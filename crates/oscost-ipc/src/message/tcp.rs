//! Messages through a TCP connection of the machine with itself.
//!
//! Without `TCP_NODELAY` the kernel may keep a small message back in the hope
//! of more; it is set on both sides, and looked at afterwards.

use std::net::{Ipv4Addr, TcpListener, TcpStream};

use oscost_harness::{During as _, Failure, Row};
use oscost_record::Tier;

use super::bytes::{Asleep, Bytes, Ends, Kind, Polling, Spinning, Wavering};
use crate::talk::messages;

pub(crate) const ROWS: &[Row] = messages! {
    Bytes<Tcp, Asleep>: "tcp" / "block", "TCP loopback, TCP_NODELAY",
        "through a TCP loopback connection with TCP_NODELAY, asleep in read,"
        { control: Some("control/tcp") } { tier: Tier::Core };
    Bytes<Tcp, Polling>: "tcp" / "poll", "TCP loopback, TCP_NODELAY, poll",
        "through a TCP loopback connection with TCP_NODELAY, asleep in poll before each read,"
        { control: Some("control/tcp") };
    Bytes<Tcp, Spinning>: "tcp" / "spin", "TCP loopback, TCP_NODELAY, spin",
        "through a TCP loopback connection with TCP_NODELAY, reading with O_NONBLOCK until it comes,"
        { control: Some("control/tcp") };
    Bytes<Tcp, Wavering>: "tcp" / "spin-poll", "TCP loopback, spin, then poll",
        "through a TCP loopback connection with TCP_NODELAY, reading with O_NONBLOCK a hundred times and then asleep in poll,"
        { control: Some("control/tcp") };
};

/// A connection over 127.0.0.1.
#[derive(Debug)]
pub(crate) struct Tcp;

impl Kind for Tcp {
    const NAME: &'static str = "TCP";

    fn open() -> Result<(Ends, Ends), Failure> {
        let (near, far) = connection()?;
        Ok((Ends::of_socket(near.into())?, Ends::of_socket(far.into())?))
    }
}

fn connection() -> Result<(TcpStream, TcpStream), Failure> {
    let listener = super::on_loopback(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let near = TcpStream::connect(listener.local_addr().during("getsockname")?);
    let near = near.during("connect(127.0.0.1)")?;
    let (far, from) = listener.accept().during("accept")?;
    if from != near.local_addr().during("getsockname")? {
        return Err(Failure::Fail("somebody else connected first".into()));
    }
    for side in [&near, &far] {
        side.set_nodelay(true).during("setsockopt(TCP_NODELAY)")?;
        if !side.nodelay().during("getsockopt(TCP_NODELAY)")? {
            return Err(Failure::Fail("TCP_NODELAY was set, and is not".into()));
        }
    }
    Ok((near, far))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_send_at_once_and_stay_on_this_machine() {
        let (near, far) = connection().unwrap();
        for side in [near, far] {
            assert!(side.nodelay().unwrap());
            assert!(side.local_addr().unwrap().ip().is_loopback());
            assert!(side.peer_addr().unwrap().ip().is_loopback());
        }
    }
}
