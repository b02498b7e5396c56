//! Connections to a server that accepts and closes them at once.
//!
//! The server closes first, and its end is what the caller waits for: so the
//! operation is over when the connection has been accepted. The server's count
//! is the account.

use std::io::{self, ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{self as unix_net, UnixListener, UnixStream};

use nix::sys::socket::{setsockopt, sockopt};
use oscost_harness::pingpong::Side;
use oscost_harness::{During as _, Failure, names};

/// A kind of connection.
pub(crate) trait Connection: Read + Send + Sized + 'static {
    /// Where a server is reached.
    type Address: Send;
    /// What a server accepts with.
    type Listener: Send;

    /// Connects to a server.
    fn connect(address: &Self::Address) -> io::Result<Self>;

    /// Accepts a connection.
    fn accept(listener: &Self::Listener) -> io::Result<Self>;

    /// Makes the ready connection leave nothing behind when it is closed.
    fn leave_nothing(&self) -> nix::Result<()> {
        Ok(())
    }
}

/// The side that connects.
#[derive(Debug)]
pub(crate) struct Caller<C: Connection> {
    address: C::Address,
    connection: Option<C>,
}

/// The side that accepts.
#[derive(Debug)]
pub(crate) struct Server<C: Connection> {
    listener: C::Listener,
    connection: Option<C>,
}

/// Two sides of which one connects to the other.
type Sides<C> = (Caller<C>, Server<C>);

fn sides<C: Connection>(address: C::Address, listener: C::Listener) -> Sides<C> {
    let caller = Caller {
        address,
        connection: None,
    };
    let server = Server {
        listener,
        connection: None,
    };
    (caller, server)
}

/// A server under an abstract name that nobody can guess: such a name goes
/// with its socket (`unix(7)`). It has no mode, and `/proc/net/unix` shows it. To
/// ask each caller who he is (SO_PEERCRED) would be timed, and so would a path to a
/// private folder; but a stranger is counted as any other, and the count then belies
/// the burst.
pub(crate) fn unix() -> Result<Sides<UnixStream>, Failure> {
    let name = names::unpredictable();
    let address = unix_net::SocketAddr::from_abstract_name(name).during("a socket's name")?;
    let listener = UnixListener::bind_addr(&address).during("bind(abstract name)")?;
    Ok(sides(address, listener))
}

/// A server on a port of the loopback device that the kernel chooses.
pub(crate) fn tcp() -> Result<Sides<TcpStream>, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).during("bind(127.0.0.1)")?;
    let address = listener.local_addr().during("getsockname")?;
    Ok(sides(address, listener))
}

impl Connection for UnixStream {
    type Address = unix_net::SocketAddr;
    type Listener = UnixListener;

    #[inline]
    fn connect(address: &Self::Address) -> io::Result<Self> {
        Self::connect_addr(address)
    }

    #[inline]
    fn accept(listener: &Self::Listener) -> io::Result<Self> {
        listener.accept().map(|(connection, _)| connection)
    }
}

impl Connection for TcpStream {
    type Address = SocketAddr;
    type Listener = TcpListener;

    #[inline]
    fn connect(address: &Self::Address) -> io::Result<Self> {
        Self::connect(address)
    }

    #[inline]
    fn accept(listener: &Self::Listener) -> io::Result<Self> {
        listener.accept().map(|(connection, _)| connection)
    }

    /// Without it, the port of the side that closes first stays in `TIME_WAIT`
    /// for a minute, and after some ten thousand connections none is left. A
    /// reset from the side that closes second clears both sides.
    #[inline]
    fn leave_nothing(&self) -> nix::Result<()> {
        let reset_at_once = nix::libc::linger {
            l_onoff: 1,
            l_linger: 0,
        };
        setsockopt(self, sockopt::Linger, &reset_at_once)
    }
}

/// Tries again where a signal came in between.
#[inline]
fn undisturbed<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

impl<C: Connection> Side for Caller<C> {
    #[inline]
    fn pass(&mut self) -> Result<(), Failure> {
        let connection = undisturbed(|| C::connect(&self.address)).during("connect")?;
        self.connection = Some(connection);
        Ok(())
    }

    #[inline]
    fn await_turn(&mut self) -> Result<bool, Failure> {
        let Some(mut connection) = self.connection.take() else {
            return Ok(false);
        };
        // A connection that was never accepted ends otherwise: ECONNRESET.
        match undisturbed(|| connection.read(&mut [0])).during("read(connection)")? {
            0 => {}
            _ => return Err(Failure::Fail("the server said something".into())),
        }
        connection.leave_nothing().during("setsockopt(SO_LINGER)")?;
        Ok(true)
    }
}

impl<C: Connection> Side for Server<C> {
    #[inline]
    fn pass(&mut self) -> Result<(), Failure> {
        self.connection = None;
        Ok(())
    }

    #[inline]
    fn await_turn(&mut self) -> Result<bool, Failure> {
        let connection = undisturbed(|| C::accept(&self.listener)).during("accept")?;
        self.connection = Some(connection);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Instant;

    use oscost_harness::pingpong::{PingPong, be_partner, board};
    use oscost_harness::proof::prove;
    use oscost_harness::{Evidence as _, Expect, Work as _};
    use oscost_record::Placement;

    use super::*;

    fn once<C: Connection>((mut caller, mut server): Sides<C>) -> Sides<C> {
        caller.pass().unwrap();
        assert!(server.await_turn().unwrap());
        server.pass().unwrap();
        assert!(caller.await_turn().unwrap());
        (caller, server)
    }

    #[test]
    fn a_connection_is_made_and_ended() {
        once(unix().unwrap());
        once(tcp().unwrap());
    }

    #[test]
    fn a_burst_in_which_a_stranger_connects_is_none() {
        let (near, mut far) = unix().unwrap();
        let address = near.address.clone();
        let board = board().unwrap();
        let server = thread::spawn(move || be_partner(&mut far, board, None));
        let mut game = PingPong::new(near, board);
        let mut burst = |meanwhile: fn(&unix_net::SocketAddr)| {
            let before = game.audit().unwrap();
            meanwhile(&address);
            game.run(10).unwrap();
            let after = game.audit().unwrap();
            prove(10, (&before, &after), Expect::COUNT, Placement::Free)
        };
        burst(|_| ()).unwrap();
        let disturbed = burst(|address| drop(UnixStream::connect_addr(address).unwrap()));
        let why = disturbed.unwrap_err().to_string();
        assert!(why.contains("but 11 were done"), "{why}");
        game.stop();
        server.join().unwrap().unwrap();
    }

    #[test]
    fn a_server_that_is_gone_is_noticed() {
        let (mut caller, server) = once(unix().unwrap());
        caller.pass().unwrap();
        drop(server);
        // Queued, and never accepted.
        assert!(caller.await_turn().is_err());
        assert!(caller.pass().is_err());
        let (mut caller, server) = once(tcp().unwrap());
        drop(server);
        assert!(caller.pass().is_err());
    }

    #[test]
    fn no_port_is_left_waiting() {
        let (mut caller, mut server) = tcp().unwrap();
        for _ in 0..50 {
            (caller, server) = once((caller, server));
        }
        let port = format!(":{:04X} ", server.listener.local_addr().unwrap().port());
        // A child that another test makes meanwhile has a copy of what is open
        // here, until it ends; a port in TIME_WAIT stays for a minute.
        let begin = Instant::now();
        while states(&port) != ["0A"] {
            assert!(begin.elapsed().as_secs() < 30, "{:?}", states(&port));
            std::thread::yield_now();
        }
    }

    /// The states of the sockets on a port, 0A for one that listens.
    fn states(port: &str) -> Vec<String> {
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        let lines = table.lines().filter(|line| line.contains(port));
        lines
            .filter_map(|line| line.split_whitespace().nth(3))
            .map(str::to_owned)
            .collect()
    }
}
