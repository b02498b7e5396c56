//! Connections between processes: on the loopback device of one host, and
//! over a wire between two hosts, each of which is a network namespace.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;

use nix::sched::{CloneFlags, unshare};
use nix::unistd::Pid;
use oscost_harness::child::Child;
use oscost_harness::{During as _, Failure};

use super::netlink::{Netlink, Prefix};
use super::side::TcpSide;

/// What the process at the far end does with its end.
type Part<'a> = &'a dyn Fn(TcpSide) -> Result<(), Failure>;

/// Two processes on the loopback device.
///
/// # Errors
/// What the sockets and `fork(2)` say.
pub(super) fn on_loopback(part: Part<'_>) -> Result<(TcpSide, Child), Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).during("bind(127.0.0.1)")?;
    let address = listener.local_addr().during("getsockname")?;
    let partner = Child::bound(|| part(accepted(&listener)?))?;
    let socket = TcpStream::connect(address).during("connect(127.0.0.1)")?;
    Ok((TcpSide::new(socket)?, partner))
}

fn accepted(listener: &TcpListener) -> Result<TcpSide, Failure> {
    let (socket, _) = listener.accept().during("accept")?;
    TcpSide::new(socket)
}

/// The ends of the wire. Nobody else is in these networks.
const NEAR: (&str, Ipv4Addr) = ("oscost-near", Ipv4Addr::new(10, 0, 0, 1));
const FAR: (&str, Ipv4Addr) = ("oscost-far", Ipv4Addr::new(10, 0, 0, 2));
const PREFIX: Prefix = Prefix(24);
const PORT: u16 = 7000;

/// Two processes in a network namespace each, with a wire between them. The
/// calling process leaves the network that it was in for good.
///
/// # Errors
/// What making the namespaces or the wire says: without privilege, that it is
/// not permitted.
pub(super) fn between_hosts(part: Part<'_>) -> Result<(TcpSide, Child), Failure> {
    // UNIX sockets know no networks.
    let (mut near, mut far) = UnixStream::pair().during("socketpair")?;
    // Before there is a child: where it is refused, this side can say with what.
    enter_a_network()?;
    let partner = Child::bound(|| {
        enter_a_network()?;
        tell(&mut far)?;
        hear(&mut far)?;
        wire_up(FAR)?;
        let listener = TcpListener::bind((FAR.1, PORT)).during("bind(10.0.0.2)")?;
        tell(&mut far)?;
        part(accepted(&listener)?)
    })?;
    drop(far);
    let connected = connect(&mut near, partner.pid());
    match connected {
        Ok(side) => Ok((side, partner)),
        // Where the partner is the one who could not, it says why.
        Err(_) if partner.ends_soon() => {
            partner.finish()?;
            Err(Failure::Fail("the other host left".into()))
        }
        Err(failure) => Err(failure),
    }
}

/// What the near host does: it lays the wire to the far one, and connects.
fn connect(near: &mut UnixStream, partner: Pid) -> Result<TcpSide, Failure> {
    hear(near)?;
    Netlink::open()?.add_wire(NEAR.0, FAR.0, partner)?;
    wire_up(NEAR)?;
    tell(near)?;
    hear(near)?;
    let socket = TcpStream::connect((FAR.1, PORT)).during("connect(10.0.0.2)")?;
    TcpSide::new(socket)
}

fn enter_a_network() -> Result<(), Failure> {
    unshare(CloneFlags::CLONE_NEWNET).during("unshare(CLONE_NEWNET)")
}

fn wire_up((name, address): (&str, Ipv4Addr)) -> Result<(), Failure> {
    let mut netlink = Netlink::open()?;
    netlink.add_address(name, address, PREFIX)?;
    netlink.set_up(name)
}

fn tell(other: &mut UnixStream) -> Result<(), Failure> {
    other.write_all(&[1]).during("sendto(the other host)")
}

fn hear(other: &mut UnixStream) -> Result<(), Failure> {
    let mut byte = [0];
    other
        .read_exact(&mut byte)
        .during("recvfrom(the other host)")
}
