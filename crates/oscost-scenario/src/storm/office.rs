//! Where a task pays: it asks the database, waits, and books the answer; as a
//! task of the kernel does it, which sleeps in the calls, and as a coroutine
//! does it, which awaits them.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::net::{SocketAddr as UnixAddr, UnixStream};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::socket::{setsockopt, sockopt};
use oscost_harness::child::Child;
use oscost_harness::{During as _, Failure};
use tokio::io::Interest;
use tokio::net as tokio_net;

use super::database::{self, Address, Answer};
use super::ledger::Ledger;
use crate::answer::answer;

/// How a task waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// For a timer.
    Timer,
    /// For an answer on a UNIX stream socket.
    Unix,
    /// For an answer on loopback TCP.
    Tcp,
    /// In a call that blocks its thread, coroutine or not.
    Blocking,
}

/// The office, and the database behind it.
pub(super) struct Office {
    way: Way,
    delay: Duration,
    ledger: Ledger,
    addresses: Vec<Address>,
    /// Lives as long as the office.
    database: Option<Child>,
}

/// What was booked: payments, and the sum of the answers.
pub(super) type Balance = (u64, u64);

impl Office {
    /// Opens an office for so many tasks at once.
    ///
    /// # Errors
    /// What starting the database says.
    pub(super) fn open(way: Way, delay: Duration, tasks: u64) -> Result<Self, Failure> {
        Self::with(way, delay, tasks, (delay, answer))
    }

    /// The same with a database that may not be what it should be.
    pub(super) fn with(
        way: Way,
        delay: Duration,
        tasks: u64,
        (real_delay, answer): (Duration, Answer),
    ) -> Result<Self, Failure> {
        let ledger = Ledger::new()?;
        let start = || database::start(way, tasks, &ledger, (real_delay, answer));
        let (addresses, database) = match way {
            Way::Timer | Way::Blocking => (Vec::new(), None),
            Way::Unix | Way::Tcp => {
                let (addresses, database) = start()?;
                (addresses, Some(database))
            }
        };
        Ok(Self {
            way,
            delay,
            ledger,
            addresses,
            database,
        })
    }

    /// Nobody is behind the addresses any more.
    #[cfg(test)]
    pub(super) fn close_the_database(&mut self) {
        self.database = None;
    }

    /// Somebody connects who is none of the tasks.
    #[cfg(test)]
    pub(super) fn visited_by_a_stranger(&self) -> UnixStream {
        let Ok(Address::Unix(address)) = self.address(0) else {
            panic!("no UNIX socket");
        };
        UnixStream::connect_addr(address).unwrap()
    }

    pub(super) fn delay(&self) -> Duration {
        self.delay
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// How many were ever answered, as counted by who answers: a timer has no
    /// count, and each task that waited for it counts for itself.
    pub(super) fn answered(&self) -> u64 {
        match self.way {
            Way::Timer | Way::Blocking => self.ledger.paid().0,
            Way::Unix | Way::Tcp => self.ledger.answered(),
        }
    }

    /// What is booked now.
    pub(super) fn balance(&self) -> Balance {
        self.ledger.paid()
    }

    /// Checks that `tasks` payments were booked since `before`, each with its
    /// own answer.
    ///
    /// # Errors
    /// Where the books do not balance.
    pub(super) fn check(&self, before: Balance, tasks: u64) -> Result<(), Failure> {
        if let Some(database) = self.database.as_ref().filter(|it| it.has_ended()) {
            let gone = || Failure::Fail("the database is gone".into());
            return Err(database.last_words().unwrap_or_else(gone));
        }
        let (paid, sum) = self.balance();
        let due = (0..tasks).map(answer).fold(before.1, u64::wrapping_add);
        if (paid - before.0, sum) != (tasks, due) || self.answered() != paid {
            return Err(Failure::Fail(format!(
                "{tasks} tasks were to pay, but {} did, of {} answers in all, or the answers are not theirs",
                paid - before.0,
                self.answered()
            )));
        }
        match self.ledger.admitted() {
            came if came > paid => Err(Failure::Fail(format!(
                "the database was asked by {paid} tasks, but {came} have connected: somebody else did too"
            ))),
            _ => Ok(()),
        }
    }

    fn address(&self, number: u64) -> Result<&Address, Failure> {
        let count = self.addresses.len().max(1) as u64;
        let index = usize::try_from(number % count).unwrap_or_default();
        self.addresses
            .get(index)
            .ok_or_else(|| Failure::Fail("a database without an address".into()))
    }

    /// Pays as a task of the kernel's.
    ///
    /// # Errors
    /// The call that refused, or a wrong answer.
    pub(super) fn pay(&self, number: u64) -> Result<(), Failure> {
        let paid = self
            .ask(number)
            .and_then(|answer| self.book(number, answer));
        if paid.is_err() {
            self.ledger.fail();
        }
        paid
    }

    fn ask(&self, number: u64) -> Result<u64, Failure> {
        match self.way {
            Way::Timer | Way::Blocking => {
                let begin = Instant::now();
                self.ledger.wait();
                if self.ledger.is_held() {
                    self.ledger.await_release();
                    return Ok(answer(number));
                }
                thread::sleep(self.delay);
                self.timed(begin, number)
            }
            Way::Unix | Way::Tcp => match self.address(number)? {
                Address::Unix(address) => {
                    let mut socket = UnixStream::connect_addr(address).during("connect(UNIX)")?;
                    converse(&mut socket, number)
                }
                Address::Tcp(address) => {
                    let mut socket = TcpStream::connect(address).during("connect(127.0.0.1)")?;
                    leave_nothing(&socket)?;
                    converse(&mut socket, number)
                }
            },
        }
    }

    /// The answer of the timer, if it has kept its time.
    fn timed(&self, begin: Instant, number: u64) -> Result<u64, Failure> {
        let waited = begin.elapsed();
        if waited >= self.delay {
            Ok(answer(number))
        } else {
            Err(Failure::Fail(format!("a timer went off after {waited:?}")))
        }
    }

    fn book(&self, number: u64, told: u64) -> Result<(), Failure> {
        if told != answer(number) {
            return Err(Failure::Fail(format!(
                "payment {number} got a wrong answer"
            )));
        }
        self.ledger.pay(told);
        Ok(())
    }

    /// Pays as a coroutine.
    ///
    /// # Errors
    /// The call that refused, or a wrong answer.
    pub(super) async fn pay_in_turn(&self, number: u64) -> Result<(), Failure> {
        let asked = self.ask_in_turn(number).await;
        let paid = asked.and_then(|answer| self.book(number, answer));
        if paid.is_err() {
            self.ledger.fail();
        }
        paid
    }

    async fn ask_in_turn(&self, number: u64) -> Result<u64, Failure> {
        match self.way {
            Way::Timer | Way::Blocking => {
                let begin = Instant::now();
                self.ledger.wait();
                if self.ledger.is_held() {
                    while self.ledger.is_held() {
                        tokio::time::sleep(self.delay).await;
                    }
                    return Ok(answer(number));
                }
                if self.way == Way::Blocking {
                    thread::sleep(self.delay);
                } else {
                    tokio::time::sleep(self.delay).await;
                }
                self.timed(begin, number)
            }
            Way::Unix | Way::Tcp => match self.address(number)? {
                Address::Unix(address) => converse_on_unix(address, number).await,
                Address::Tcp(address) => converse_on_tcp(*address, number).await,
            },
        }
    }
}

/// Without it, the port of the side that closes first stays in `TIME_WAIT` for
/// a minute, and after some ten thousand connections none is left. A reset
/// clears both sides.
fn leave_nothing(socket: &impl AsFd) -> Result<(), Failure> {
    let reset_at_once = nix::libc::linger {
        l_onoff: 1,
        l_linger: 0,
    };
    setsockopt(socket, sockopt::Linger, &reset_at_once).during("setsockopt(SO_LINGER)")
}

fn converse(socket: &mut (impl Read + Write), question: u64) -> Result<u64, Failure> {
    socket
        .write_all(&question.to_ne_bytes())
        .during("write(question)")?;
    let mut answer = [0; 8];
    socket.read_exact(&mut answer).during("read(answer)")?;
    Ok(u64::from_ne_bytes(answer))
}

async fn converse_on_unix(address: &UnixAddr, question: u64) -> Result<u64, Failure> {
    // It waits for nothing but room in the queue, of which there is enough.
    let socket = UnixStream::connect_addr(address).during("connect(UNIX)")?;
    socket.set_nonblocking(true).during("ioctl(FIONBIO)")?;
    let socket = tokio_net::UnixStream::from_std(socket).during("epoll_ctl")?;
    let asked = socket.async_io(Interest::WRITABLE, || put(&socket, question));
    asked.await.during("write(question)")?;
    let told = socket.async_io(Interest::READABLE, || get(&socket));
    told.await.during("read(answer)")
}

async fn converse_on_tcp(address: SocketAddr, question: u64) -> Result<u64, Failure> {
    let connected = tokio_net::TcpStream::connect(address).await;
    let socket = connected.during("connect(127.0.0.1)")?;
    leave_nothing(&socket)?;
    let asked = socket.async_io(Interest::WRITABLE, || put(&socket, question));
    asked.await.during("write(question)")?;
    let told = socket.async_io(Interest::READABLE, || get(&socket));
    told.await.during("read(answer)")
}

/// Eight bytes go through a fresh connection in one piece.
fn put(socket: &impl AsFd, question: u64) -> io::Result<()> {
    match nix::unistd::write(socket, &question.to_ne_bytes())? {
        8 => Ok(()),
        _ => Err(ErrorKind::UnexpectedEof.into()),
    }
}

fn get(socket: &impl AsFd) -> io::Result<u64> {
    let mut answer = [0; 8];
    match nix::unistd::read(socket, &mut answer)? {
        8 => Ok(u64::from_ne_bytes(answer)),
        _ => Err(ErrorKind::UnexpectedEof.into()),
    }
}
