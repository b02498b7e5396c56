//! A server in processes of its own, as whoever asks it sees it: where it is
//! reached, what it has counted, what it occupies and spends.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use nix::sys::socket::{Backlog, listen};
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;
use oscost_harness::child::Child;
use oscost_harness::{During as _, Failure};
use oscost_record::{Bytes, Nanos};

use super::books::Books;
use super::design::Design;
use crate::account;

/// A running server. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct House {
    process: Option<Child>,
    address: SocketAddr,
    books: Arc<Books>,
}

impl House {
    /// Starts a server of that design on a port of the loopback device.
    ///
    /// # Errors
    /// What the socket and `fork(2)` say.
    pub(crate) fn open(design: Design) -> Result<Self, Failure> {
        Self::with(|listener, books| design.serve(listener, books))
    }

    /// The same with any server.
    ///
    /// # Errors
    /// What the socket and `fork(2)` say.
    pub(crate) fn with(
        serve: impl FnOnce(TcpListener, &Arc<Books>) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let books = Arc::new(Books::new()?);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).during("bind(127.0.0.1)")?;
        // The library asks for a shorter queue.
        listen(&listener, Backlog::MAXCONN).during("listen")?;
        let address = listener.local_addr().during("getsockname")?;
        let process = Child::bound(|| serve(listener, &books))?;
        Ok(Self {
            process: Some(process),
            address,
            books,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn books(&self) -> &Books {
        &self.books
    }

    /// Checks that it still serves.
    ///
    /// # Errors
    /// Why it does not, as far as it said so: a limit, or a fault.
    pub(crate) fn check(&mut self) -> Result<(), Failure> {
        match self.process.take() {
            Some(process) if process.has_ended() => {
                process
                    .finish()
                    .map_err(|failure| failure.of("the server"))?;
                Err(Failure::Fail("the server has left".into()))
            }
            Some(process) => {
                self.process = Some(process);
                Ok(())
            }
            None => Err(Failure::Fail("the server is gone".into())),
        }
    }

    /// Why it has left, where it has, instead of what follows from that for who asks
    /// it.
    pub(crate) fn rather_than(&mut self, failure: Failure) -> Failure {
        // One that is gone has been heard already: the failure is what it said.
        match self.process.as_ref().is_some_and(Child::ends_soon) {
            true => self.check().err().unwrap_or(failure),
            false => failure,
        }
    }

    /// Its processes: itself, and those that it has forked for connections.
    pub(crate) fn processes(&self) -> Vec<Pid> {
        let Some(first) = self.process.as_ref().map(Child::pid) else {
            return Vec::new();
        };
        // Only the main thread of a server ever forks.
        let children = std::fs::read_to_string(format!("/proc/{first}/task/{first}/children"));
        let children = children.unwrap_or_default();
        let numbers = children.split_whitespace().filter_map(|id| id.parse().ok());
        std::iter::once(first)
            .chain(numbers.map(Pid::from_raw))
            .collect()
    }
}

/// What the first process occupies, and those that it forked, which are alike.
///
/// # Errors
/// Where `/proc/PID` cannot be read.
pub(crate) fn memory(processes: &[Pid]) -> Result<Bytes, Failure> {
    let (first, others) = processes.split_at(processes.len().min(1));
    Ok(Bytes(account::weigh(first)?.0 + account::weigh(others)?.0))
}

/// The CPU time that these processes have spent so far, all of their threads
/// included (`clock_getcpuclockid(3)`); absent where one cannot be told.
pub(crate) fn cpu_time(processes: &[Pid]) -> Option<Nanos> {
    let one = |pid: &Pid| {
        let clock: ClockId = clock_getcpuclockid(*pid).ok()?;
        let spent = clock_gettime(clock).ok()?;
        Some(spent.tv_sec() as f64 * 1e9 + spent.tv_nsec() as f64)
    };
    processes.iter().map(one).sum::<Option<f64>>().map(Nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_has_left_is_told_apart_from_one_that_was_refused() {
        let ends = |end: fn() -> Result<(), Failure>| {
            let mut house = House::with(|_, _| end()).unwrap();
            loop {
                match house.check() {
                    Ok(()) => std::thread::yield_now(),
                    Err(failure) => return failure,
                }
            }
        };
        assert!(matches!(ends(|| Ok(())), Failure::Fail(_)));
        let refused = ends(|| Err(Failure::Skip("no".into())));
        assert!(matches!(refused, Failure::Skip(_)));
    }

    #[test]
    fn what_the_server_says_comes_before_what_follows_from_it() {
        let follows = || Failure::Fail("connect(127.0.0.1): ECONNREFUSED".into());
        let mut refused = House::with(|_, _| Err(Failure::Skip("no".into()))).unwrap();
        let told = refused.rather_than(follows());
        assert!(
            matches!(&told, Failure::Skip(why) if why.ends_with("no")),
            "{told}"
        );
        assert_eq!(
            refused.rather_than(follows()),
            follows(),
            "it is heard once"
        );
        let mut busy = House::with(|_, _| {
            loop {
                nix::unistd::pause();
            }
        })
        .unwrap();
        assert_eq!(busy.rather_than(follows()), follows());
    }

    #[test]
    fn time_that_is_spent_shows() {
        let me = [nix::unistd::getpid()];
        let before = cpu_time(&me).unwrap();
        let piece = crate::piece::Piece::lasting(std::time::Duration::from_millis(2));
        assert_eq!(piece.work(), piece.result());
        assert!(cpu_time(&me).unwrap() > before);
        assert_eq!(cpu_time(&[]), Some(Nanos(0.0)));
    }
}
