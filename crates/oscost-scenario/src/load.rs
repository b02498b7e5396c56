//! The load generator: one thread on epoll that holds all connections to a
//! server and asks on them, in one of two ways.
//!
//! *Closed*: every connection asks again as soon as it has its reply. What the
//! server cannot do is then not even asked, and a stall delays one question for
//! each connection. *Open*: questions are due at a constant rate, whatever the
//! server does, and the time of each counts from when it was due. A stall is then
//! seen by all that were due in it, as customers would see it; to count from when
//! the question was at last sent would leave them out (coordinated omission).

mod client;
mod closed;
mod open;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use nix::unistd::Pid;
use oscost_harness::{Audit, Evidence, Failure};
use oscost_record::Nanos;

use crate::server::house::{House, cpu_time, memory};
use client::{Clients, PATIENCE};
pub(crate) use closed::{Closed, rate};
pub(crate) use open::Open;

/// A server, the connections to it, and what both have counted.
pub(crate) struct Site {
    clients: Clients,
    // Dropped after the connections.
    house: House,
    /// The server's processes, once all connections are there.
    processes: Vec<Pid>,
    /// What they occupied then.
    memory: Option<f64>,
    cpu_time: Option<Nanos>,
    /// Replies up to the last audit.
    audited: u64,
    /// How long requests have been under way since the last audit.
    elapsed: Duration,
}

impl Site {
    /// Connects so many times.
    ///
    /// # Errors
    /// What the server or a socket says.
    pub(crate) fn open(mut house: House, connections: usize) -> Result<Self, Failure> {
        let address = house.address();
        let accepted = |count| await_admission(&mut house, count);
        let clients = Clients::connect(address, connections, accepted)
            .map_err(|failure| house.rather_than(failure))?;
        let processes = house.processes();
        let memory = memory(&processes).ok().map(|bytes| bytes.0 as f64);
        Ok(Self {
            cpu_time: cpu_time(&processes),
            clients,
            house,
            processes,
            memory,
            audited: 0,
            elapsed: Duration::ZERO,
        })
    }

    fn connections(&self) -> usize {
        self.clients.count()
    }

    /// Checks that the server has answered as often as replies have come, and
    /// has kept every connection.
    fn check(&mut self) -> Result<u64, Failure> {
        self.house.check()?;
        let (replies, books) = (self.clients.replies(), self.house.books());
        let open = books.admitted() - books.left();
        if books.served() == replies && open == self.connections() as u64 {
            Ok(replies)
        } else {
            Err(Failure::Fail(format!(
                "{replies} replies came on {} connections, but the server has answered {} requests, and has {open} open",
                self.connections(),
                books.served()
            )))
        }
    }

    fn figures(&mut self, replies: u64) -> BTreeMap<String, f64> {
        let mut figures = BTreeMap::new();
        let count = (replies - self.audited) as f64;
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 {
            figures.insert("requests_per_s".to_owned(), count / seconds);
        }
        if let Some(bytes) = self.memory {
            figures.insert("memory_bytes".to_owned(), bytes);
        }
        let spent = cpu_time(&self.processes);
        if let (Some(before), Some(now)) = (self.cpu_time, spent)
            && count > 0.0
        {
            figures.insert("cpu_ns_per_request".to_owned(), (now.0 - before.0) / count);
        }
        self.cpu_time = spent;
        self.audited = replies;
        self.elapsed = Duration::ZERO;
        figures
    }
}

impl Evidence for Site {
    fn audit(&mut self) -> Result<Audit, Failure> {
        let replies = self.check()?;
        let figures = self.figures(replies);
        let mut audit = Audit::alone(replies)?;
        audit.figures = figures;
        Ok(audit)
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

#[cfg(test)]
mod tests;
