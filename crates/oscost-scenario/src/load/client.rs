//! The connections of a load generator.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::socket::{setsockopt, sockopt};
use oscost_harness::{During as _, Failure};

use crate::answer::answer;
use crate::server::protocol::{Inbox, request};

/// One connection: it has at most one question under way.
struct Connection {
    socket: TcpStream,
    /// What it has asked last.
    asked: Option<u64>,
    inbox: Inbox,
}

/// All of them.
pub(super) struct Clients {
    epoll: Epoll,
    connections: Vec<Connection>,
    /// The next question.
    next: u64,
    replies: u64,
}

/// What has happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    /// On what: the number of a connection, or whatever else is watched.
    pub(super) token: u64,
    /// Something has come, or nothing will come any more.
    pub(super) came: bool,
    /// It takes a question.
    pub(super) takes: bool,
}

impl Event {
    fn of(event: &EpollEvent) -> Self {
        let takes = event.events().contains(EpollFlags::EPOLLOUT);
        Self {
            token: event.data(),
            came: event.events() != EpollFlags::EPOLLOUT,
            takes,
        }
    }

    /// The number of the connection.
    pub(super) fn connection(self) -> usize {
        usize::try_from(self.token).unwrap_or(usize::MAX)
    }
}

/// Connections that the server may have to accept yet: far fewer than queue
/// for it, so that none is turned away.
const UNACCEPTED: u64 = 64;
/// A server that does nothing for so long does nothing any more.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

impl Clients {
    /// Connects so many times. Before too many wait to be accepted, `accepted`
    /// waits until so many are; at the end, until all are.
    ///
    /// # Errors
    /// What `accepted` or a socket says.
    pub(super) fn connect(
        address: SocketAddr,
        count: usize,
        mut accepted: impl FnMut(u64) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).during("epoll_create1")?;
        let mut clients = Self {
            epoll,
            connections: Vec::with_capacity(count),
            next: 0,
            replies: 0,
        };
        for made in 0..count as u64 {
            accepted(made.saturating_sub(UNACCEPTED))?;
            clients.add(address)?;
        }
        accepted(count as u64)?;
        Ok(clients)
    }

    fn add(&mut self, address: SocketAddr) -> Result<(), Failure> {
        let socket = TcpStream::connect(address).during("connect(127.0.0.1)")?;
        socket.set_nodelay(true).during("setsockopt(TCP_NODELAY)")?;
        socket.set_nonblocking(true).during("ioctl(FIONBIO)")?;
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
            inbox: Inbox::new(),
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

    /// Has [`Clients::events`] tell as soon as a connection takes a question.
    pub(super) fn want(&self, connection: usize) -> Result<(), Failure> {
        self.interest(connection, EpollFlags::EPOLLIN | EpollFlags::EPOLLOUT)
    }

    /// Sends the next question on a connection that takes it now.
    pub(super) fn ask_as_wanted(&mut self, connection: usize) -> Result<(), Failure> {
        self.ask(connection)?;
        self.interest(connection, EpollFlags::EPOLLIN)
    }

    fn interest(&self, connection: usize, flags: EpollFlags) -> Result<(), Failure> {
        let mut event = EpollEvent::new(flags, connection as u64);
        self.epoll
            .modify(&self.connections[connection].socket, &mut event)
            .during("epoll_ctl(EPOLL_CTL_MOD)")
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
        match connection.socket.read(connection.inbox.room()) {
            Ok(0) => return Err(Failure::Fail("the server ended a connection".into())),
            Ok(count) => connection.inbox.add(count),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error).during("read(reply)"),
        }
        let came = connection.inbox.next_reply();
        if came == Ok(None) {
            return Ok(false);
        }
        if came != Ok(Some(answer(number))) || !connection.inbox.is_empty() {
            return Err(Failure::Fail(format!("request {number} got a wrong reply")));
        }
        connection.asked = None;
        self.replies += 1;
        Ok(true)
    }

    /// Whether a connection has a question under way.
    pub(super) fn is_busy(&self, connection: usize) -> bool {
        self.connections[connection].asked.is_some()
    }

    /// Waits until something has come, or a connection takes what is to be
    /// asked on it.
    ///
    /// # Errors
    /// Where nothing comes any more.
    pub(super) fn events(&self, found: &mut Vec<Event>) -> Result<(), Failure> {
        let mut events = [EpollEvent::empty(); 256];
        let patience = EpollTimeout::try_from(PATIENCE).unwrap_or(EpollTimeout::NONE);
        found.clear();
        match self.epoll.wait(&mut events, patience) {
            Ok(0) => Err(Failure::Fail(format!(
                "no reply came for {} s",
                PATIENCE.as_secs()
            ))),
            Ok(count) => {
                found.extend(events[..count].iter().map(Event::of));
                Ok(())
            }
            Err(Errno::EINTR) => Ok(()),
            Err(errno) => Err(Failure::call("epoll_wait", errno)),
        }
    }
}
