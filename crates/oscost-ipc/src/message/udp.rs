//! Messages through UDP datagrams of the machine to itself.
//!
//! Nobody is told of a datagram that is lost. So a party waits for a second
//! and then counts it as lost; it is never left out silently.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::Duration;

use oscost_harness::{During as _, Failure, Row};

use super::bytes::{Asleep, Bytes, Ends, Kind};
use crate::talk::messages;

pub(crate) const ROWS: &[Row] = messages! {
    Bytes<Udp, Asleep>: "udp", "UDP loopback",
        "in a UDP datagram over the loopback, asleep in read,"
        { control: Some("control/udp") };
};

/// Two sockets on 127.0.0.1 that are connected with each other: the kernel
/// keeps strangers' datagrams away.
#[derive(Debug)]
pub(crate) struct Udp;

/// Longer than any answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(1);

impl Kind for Udp {
    const NAME: &'static str = "UDP";
    const IS_DATAGRAM: bool = true;
    const IS_LOSSY: bool = true;

    fn open() -> Result<(Ends, Ends), Failure> {
        let near = socket()?;
        let far = socket()?;
        for (one, other) in [(&near, &far), (&far, &near)] {
            let address = other.local_addr().during("getsockname")?;
            one.connect(address).during("connect(127.0.0.1)")?;
        }
        Ok((Ends::of_socket(near.into())?, Ends::of_socket(far.into())?))
    }
}

fn socket() -> Result<UdpSocket, Failure> {
    let socket = super::on_loopback(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let patience = socket.set_read_timeout(Some(PATIENCE));
    patience.during("setsockopt(SO_RCVTIMEO)")?;
    Ok(socket)
}
