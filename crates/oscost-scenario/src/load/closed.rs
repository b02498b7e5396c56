//! Closed loop: every connection asks again as soon as it has its reply.
//!
//! It goes about it as `wrk` does: a connection that is to ask waits its turn
//! among the events, until the kernel says that it takes a question. What has come
//! is then read from many before any of them asks again. The generator takes a
//! good part of the machine, and of a server that is faster it is the measure: so
//! its part is that of one which people know.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use oscost_harness::{Audit, Evidence, Failure, ParallelWork};
use oscost_sys::counter::{Ticks, read_monotonic};

use super::Site;
use super::client::Clients;

/// A site under as much load as its connections give.
pub(crate) struct Closed {
    site: Site,
    /// When each connection has asked last.
    asked: Vec<Ticks>,
}

/// Questions for each connection: with fewer, some of them would be at rest
/// from the beginning.
const EACH: u64 = 2;
/// And so many in all: some tens of milliseconds of the fastest server, so that the
/// rate is one, and five rounds have samples enough for the rarest tail.
const FEWEST: u64 = 6_000;

impl Closed {
    pub(crate) fn new(site: Site) -> Self {
        Self {
            asked: vec![Ticks::default(); site.connections()],
            site,
        }
    }
}

/// Asks so many questions in all; the time of each.
fn run(
    clients: &mut Clients,
    asked: &mut [Ticks],
    count: usize,
    now: fn() -> Ticks,
) -> Result<Vec<Ticks>, Failure> {
    let mut times = Vec::new();
    times.reserve_exact(count);
    let mut events = Vec::with_capacity(256);
    let mut wanted = count.min(clients.count());
    for connection in 0..wanted {
        clients.want(connection)?;
    }
    while times.len() < count {
        clients.events(&mut events)?;
        for event in &events {
            let connection = event.connection();
            if event.takes {
                asked[connection] = now();
                clients.ask_as_wanted(connection)?;
            }
            if event.came && clients.hear(connection)? {
                times.push(now().since(asked[connection]));
                if wanted < count {
                    wanted += 1;
                    clients.want(connection)?;
                }
            }
        }
    }
    Ok(times)
}

/// Asks whatever server for so long, on so many connections: replies a second.
///
/// # Errors
/// What the server or a socket says.
pub(crate) fn rate(
    address: SocketAddr,
    connections: usize,
    length: Duration,
) -> Result<f64, Failure> {
    let mut clients = Clients::connect(address, connections, |_| Ok(()))?;
    let mut asked = vec![Ticks::default(); connections];
    let count = usize::try_from(granule(connections)).unwrap_or(usize::MAX);
    let begin = Instant::now();
    while begin.elapsed() < length {
        run(&mut clients, &mut asked, count, read_monotonic)?;
    }
    Ok(clients.replies() as f64 / begin.elapsed().as_secs_f64())
}

/// Questions of a run: several for each of the connections.
fn granule(connections: usize) -> u64 {
    let connections = (connections as u64).max(1);
    (EACH * connections).max(FEWEST.next_multiple_of(connections))
}

impl ParallelWork for Closed {
    fn run(&mut self, ops: u64, now: fn() -> Ticks) -> Result<Vec<Ticks>, Failure> {
        let count = usize::try_from(ops).unwrap_or(usize::MAX);
        let begin = Instant::now();
        let times = run(&mut self.site.clients, &mut self.asked, count, now)?;
        self.site.elapsed += begin.elapsed();
        Ok(times)
    }

    fn granule(&self) -> u64 {
        granule(self.site.connections())
    }

    /// A question for each connection.
    fn warming(&self) -> u64 {
        (self.site.connections() as u64).max(1)
    }
}

impl Evidence for Closed {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.site.audit()
    }
}
