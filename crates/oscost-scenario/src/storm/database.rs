//! The database: a process that answers every question after the same delay,
//! however many are waiting.
//!
//! It is one thread on epoll. As the delay is the same for all, answers are due
//! in the order of the questions.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr as UnixAddr, UnixListener};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::socket::{Backlog, listen};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use nix::unistd::{read, write};
use oscost_harness::child::Child;
use oscost_harness::{During as _, Failure, names};

use super::ledger::Ledger;
use super::office::Way;

/// Where it is reached.
#[derive(Clone, Debug)]
pub(super) enum Address {
    /// An abstract name, which goes with its socket (`unix(7)`). It has no mode:
    /// strangers are told by the count of those who came.
    Unix(UnixAddr),
    /// A port of the loopback device.
    Tcp(SocketAddr),
}

/// What it answers to a question.
pub(super) type Answer = fn(u64) -> u64;

enum Listener {
    Unix(UnixListener),
    Tcp(TcpListener),
}

/// Starts a database for so many tasks at once. It has as many addresses as it
/// takes queues for all of them to connect before it has accepted one: nobody is
/// ever turned away, which would cost a second until the next try.
///
/// # Errors
/// What the sockets and `fork(2)` say.
pub(super) fn start(
    way: Way,
    tasks: u64,
    ledger: &Ledger,
    (delay, answer): (Duration, Answer),
) -> Result<(Vec<Address>, Child), Failure> {
    let queues = tasks.div_ceil(backlog()).max(1);
    let mut addresses = Vec::new();
    let mut listeners = Vec::new();
    for _ in 0..queues {
        let (address, listener) = open(way)?;
        addresses.push(address);
        listeners.push(listener);
    }
    let database = Child::bound(|| {
        let mut desk = Desk::new(listeners, ledger, delay, answer)?;
        loop {
            desk.work()?;
        }
    })?;
    Ok((addresses, database))
}

/// Connections that may wait to be accepted, of each listener.
fn backlog() -> u64 {
    let most = u64::try_from(i32::from(Backlog::MAXCONN)).unwrap_or(128);
    let text = std::fs::read_to_string("/proc/sys/net/core/somaxconn");
    let allowed = text.ok().and_then(|text| text.trim().parse().ok());
    most.min(allowed.unwrap_or(128)).max(1)
}

fn open(way: Way) -> Result<(Address, Listener), Failure> {
    let (address, listener) = if way == Way::Tcp {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).during("bind(127.0.0.1)")?;
        let address = listener.local_addr().during("getsockname")?;
        listener.set_nonblocking(true).during("ioctl(FIONBIO)")?;
        (Address::Tcp(address), Listener::Tcp(listener))
    } else {
        let address =
            UnixAddr::from_abstract_name(names::unpredictable()).during("a socket's name")?;
        let listener = UnixListener::bind_addr(&address).during("bind(abstract name)")?;
        listener.set_nonblocking(true).during("ioctl(FIONBIO)")?;
        (Address::Unix(address), Listener::Unix(listener))
    };
    // The library asks for a shorter queue.
    listen(&listener, Backlog::MAXCONN).during("listen")?;
    Ok((address, listener))
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Unix(listener) => listener.as_fd(),
            Self::Tcp(listener) => listener.as_fd(),
        }
    }
}

impl Listener {
    /// The next connection; `None` where nobody waits.
    fn accept(&self) -> Result<Option<OwnedFd>, Failure> {
        let accepted = match self {
            Self::Unix(listener) => listener.accept().map(|(socket, _)| socket.into()),
            Self::Tcp(listener) => listener.accept().map(|(socket, _)| socket.into()),
        };
        match accepted {
            Ok(socket) => Ok(Some(socket)),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error).during("accept"),
        }
    }
}

/// A question whose answer is due.
struct Due {
    at: Instant,
    client: usize,
    question: u64,
}

/// The one thread's view.
struct Desk<'a> {
    epoll: Epoll,
    timer: TimerFd,
    listeners: Vec<Listener>,
    clients: Vec<Option<OwnedFd>>,
    free: Vec<usize>,
    due: VecDeque<Due>,
    ledger: &'a Ledger,
    delay: Duration,
    answer: Answer,
}

/// By this the events of the timer are known; then come the listeners and the
/// clients.
const TIMER: usize = 0;
/// While nobody is answered it looks so often whether that has changed.
const WHILE_HELD: Duration = Duration::from_millis(1);

impl<'a> Desk<'a> {
    fn new(
        listeners: Vec<Listener>,
        ledger: &'a Ledger,
        delay: Duration,
        answer: Answer,
    ) -> Result<Self, Failure> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).during("epoll_create1")?;
        let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, flags).during("timerfd_create")?;
        watch(&epoll, &timer, TIMER)?;
        for (index, listener) in listeners.iter().enumerate() {
            watch(&epoll, listener, TIMER + 1 + index)?;
        }
        Ok(Self {
            epoll,
            timer,
            listeners,
            clients: Vec::new(),
            free: Vec::new(),
            due: VecDeque::new(),
            ledger,
            delay,
            answer,
        })
    }

    /// Waits for something to happen, and does what is to be done then.
    fn work(&mut self) -> Result<(), Failure> {
        let mut events = [EpollEvent::empty(); 256];
        let count = match self.epoll.wait(&mut events, EpollTimeout::NONE) {
            Err(Errno::EINTR) => 0,
            count => count.during("epoll_wait")?,
        };
        for event in &events[..count] {
            let token = usize::try_from(event.data()).unwrap_or(usize::MAX);
            let first_client = TIMER + 1 + self.listeners.len();
            match token {
                TIMER => self.ring()?,
                client if client >= first_client => self.hear(client - first_client)?,
                listener => self.admit(listener - TIMER - 1)?,
            }
        }
        Ok(())
    }

    /// Accepts whoever waits.
    fn admit(&mut self, listener: usize) -> Result<(), Failure> {
        while let Some(socket) = self.listeners[listener].accept()? {
            self.ledger.admit();
            let client = self.free.pop().unwrap_or(self.clients.len());
            watch(
                &self.epoll,
                &socket,
                TIMER + 1 + self.listeners.len() + client,
            )?;
            match self.clients.get_mut(client) {
                Some(place) => *place = Some(socket),
                None => self.clients.push(Some(socket)),
            }
        }
        Ok(())
    }

    /// Reads a client's question, or sees it leave.
    fn hear(&mut self, client: usize) -> Result<(), Failure> {
        let Some(Some(socket)) = self.clients.get(client) else {
            return Ok(());
        };
        let mut question = [0; 8];
        match read(socket, &mut question) {
            Ok(8) => {
                self.ledger.wait();
                if self.due.is_empty() {
                    self.set(self.delay)?;
                }
                self.due.push_back(Due {
                    at: Instant::now() + self.delay,
                    client,
                    question: u64::from_ne_bytes(question),
                });
                Ok(())
            }
            Ok(0) | Err(Errno::ECONNRESET) => {
                // Closed, it is watched no more.
                self.clients[client] = None;
                self.free.push(client);
                Ok(())
            }
            Ok(_) => Err(Failure::Fail("half a question".into())),
            Err(errno) => Err(Failure::call("read(question)", errno)),
        }
    }

    /// The timer went off: gives the answers that are due.
    fn ring(&mut self) -> Result<(), Failure> {
        match self.timer.wait() {
            Ok(()) | Err(Errno::EAGAIN | Errno::EINTR) => {}
            Err(errno) => return Err(Failure::call("read(timerfd)", errno)),
        }
        if self.ledger.is_held() {
            return self.set(WHILE_HELD);
        }
        while let Some(next) = self.due.front() {
            let left = next.at.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                return self.set(left);
            }
            if let Some(next) = self.due.pop_front() {
                self.reply(&next)?;
            }
        }
        Ok(())
    }

    fn reply(&self, due: &Due) -> Result<(), Failure> {
        let Some(Some(socket)) = self.clients.get(due.client) else {
            return Ok(());
        };
        // Counted first: whoever has the answer may look at the count.
        self.ledger.answer();
        let answer = (self.answer)(due.question).to_ne_bytes();
        match write(socket, &answer).during("write(answer)")? {
            8 => Ok(()),
            _ => Err(Failure::Fail("half an answer".into())),
        }
    }

    fn set(&self, after: Duration) -> Result<(), Failure> {
        // Nothing would switch it off.
        let after = TimeSpec::from_duration(after.max(Duration::from_nanos(1)));
        self.timer
            .set(Expiration::OneShot(after), TimerSetTimeFlags::empty())
            .during("timerfd_settime")
    }
}

fn watch(epoll: &Epoll, what: impl AsFd, token: usize) -> Result<(), Failure> {
    let event = EpollEvent::new(EpollFlags::EPOLLIN, token as u64);
    epoll.add(what, event).during("epoll_ctl(EPOLL_CTL_ADD)")
}
