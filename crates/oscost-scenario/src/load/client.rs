//! The connections of a load generator.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::socket::{setsockopt, sockopt};
use oscost_harness::{During as _, Failure};

use crate::server::house::House;
use crate::server::protocol::{REPLY_LENGTH, Reply, reply, request};

/// One connection: it has at most one question under way.
struct Connection {
    socket: TcpStream,
    /// What it has asked last.
    asked: Option<u64>,
    inbox: Reply,
    filled: usize,
}

/// All of them.
pub(super) struct Clients {
    epoll: Epoll,
    connections: Vec<Connection>,
    /// The next question.
    next: u64,
    replies: u64,
}

/// Connections that the server may have to accept yet: far fewer than queue
/// for it, so that none is turned away.
const UNACCEPTED: u64 = 64;
/// A server that does nothing for so long does nothing any more.
const PATIENCE: Duration = Duration::from_secs(10);

impl Clients {
    /// Connects so many times, and waits until all are accepted.
    ///
    /// # Errors
    /// What the server or a socket says.
    pub(super) fn connect(house: &mut House, count: usize) -> Result<Self, Failure> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).during("epoll_create1")?;
        let mut clients = Self {
            epoll,
            connections: Vec::with_capacity(count),
            next: 0,
            replies: 0,
        };
        for _ in 0..count {
            let made = clients.connections.len() as u64;
            await_admission(house, made.saturating_sub(UNACCEPTED))?;
            clients.add(house)?;
        }
        await_admission(house, count as u64)?;
        Ok(clients)
    }

    fn add(&mut self, house: &House) -> Result<(), Failure> {
        let socket = TcpStream::connect(house.address()).during("connect(127.0.0.1)")?;
        socket.set_nodelay(true).during("setsockopt(TCP_NODELAY)")?;
        socket.set_nonblocking(true).during("fcntl(O_NONBLOCK)")?;
        // Else the port would stay in TIME_WAIT for a minute after its end.
        let reset_at_once = nix::libc::linger {
            l_onoff: 1,
            l_linger: 0,
        };
        setsockopt(&socket, sockopt::Linger, &reset_at_once).during("setsockopt(SO_LINGER)")?;
        self.watch(&socket, self.connections.len() as u64)?;
        self.connections.push(Connection {
            socket,
            asked: None,
            inbox: [0; REPLY_LENGTH],
            filled: 0,
        });
        Ok(())
    }

    /// Has [`Clients::events`] tell of something else as well.
    pub(super) fn watch(&self, what: impl AsFd, token: u64) -> Result<(), Failure> {
        let event = EpollEvent::new(EpollFlags::EPOLLIN, token);
        self.epoll
            .add(what, event)
            .during("epoll_ctl(EPOLL_CTL_ADD)")
    }

    pub(super) fn count(&self) -> usize {
        self.connections.len()
    }

    /// How many right replies have come.
    pub(super) fn replies(&self) -> u64 {
        self.replies
    }

    /// Sends the next question on a connection, which has none under way.
    pub(super) fn ask(&mut self, connection: usize) -> Result<(), Failure> {
        let number = self.next;
        self.next += 1;
        let connection = &mut self.connections[connection];
        connection.asked = Some(number);
        connection
            .socket
            .write_all(&request(number))
            .during("write(request)")
    }

    /// Reads what has come on a connection. Tells whether that was the rest of
    /// a reply, and checks it.
    pub(super) fn hear(&mut self, connection: usize) -> Result<bool, Failure> {
        let connection = &mut self.connections[connection];
        let Some(number) = connection.asked else {
            return Err(Failure::Fail("the server spoke unasked, or left".into()));
        };
        match connection
            .socket
            .read(&mut connection.inbox[connection.filled..])
        {
            Ok(0) => return Err(Failure::Fail("the server ended a connection".into())),
            Ok(count) => connection.filled += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error).during("read(reply)"),
        }
        if connection.filled < REPLY_LENGTH {
            return Ok(false);
        }
        if connection.inbox != reply(number) {
            return Err(Failure::Fail(format!("request {number} got a wrong reply")));
        }
        connection.filled = 0;
        connection.asked = None;
        self.replies += 1;
        Ok(true)
    }

    /// Whether a connection has a question under way.
    pub(super) fn is_busy(&self, connection: usize) -> bool {
        self.connections[connection].asked.is_some()
    }

    /// Waits until something has come, and gives the tokens of what it came
    /// on: the number of a connection, or whatever else is watched.
    ///
    /// # Errors
    /// Where nothing comes any more.
    pub(super) fn events(&self, tokens: &mut Vec<u64>) -> Result<(), Failure> {
        let mut events = [EpollEvent::empty(); 256];
        let patience = EpollTimeout::try_from(PATIENCE).unwrap_or(EpollTimeout::NONE);
        tokens.clear();
        match self.epoll.wait(&mut events, patience) {
            Ok(0) => Err(Failure::Fail(format!(
                "no reply came for {} s",
                PATIENCE.as_secs()
            ))),
            Ok(count) => {
                tokens.extend(events[..count].iter().map(EpollEvent::data));
                Ok(())
            }
            Err(Errno::EINTR) => Ok(()),
            Err(errno) => Err(Failure::call("epoll_wait", errno)),
        }
    }
}

/// Waits until the server has accepted so many connections.
fn await_admission(house: &mut House, count: u64) -> Result<(), Failure> {
    let begin = Instant::now();
    while house.books().admitted() < count {
        house.check()?;
        if begin.elapsed() > PATIENCE {
            return Err(Failure::Fail(format!(
                "the server has accepted {} connections, and no more for {} s",
                house.books().admitted(),
                PATIENCE.as_secs()
            )));
        }
        std::thread::sleep(Duration::from_micros(50));
    }
    Ok(())
}
