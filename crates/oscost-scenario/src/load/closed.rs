//! Closed loop: every connection asks again as soon as it has its reply.

use std::time::Instant;

use oscost_harness::{Audit, Evidence, Failure, ParallelWork};
use oscost_sys::counter::Ticks;

use super::Site;

/// A site under as much load as its connections give.
pub(crate) struct Closed {
    site: Site,
    /// When each connection has asked last.
    asked: Vec<Ticks>,
}

/// Questions for each connection: with fewer, some of them would be at rest
/// from the beginning.
const EACH: u64 = 2;
/// And so many in all: some tens of milliseconds, so that the rate is one.
const FEWEST: u64 = 2_000;

impl Closed {
    pub(crate) fn new(site: Site) -> Self {
        Self {
            asked: vec![Ticks::default(); site.connections()],
            site,
        }
    }

    fn ask(&mut self, connection: usize, now: fn() -> Ticks) -> Result<(), Failure> {
        self.asked[connection] = now();
        self.site.clients.ask(connection)
    }
}

impl ParallelWork for Closed {
    fn run(&mut self, ops: u64, now: fn() -> Ticks) -> Result<Vec<Ticks>, Failure> {
        let count = usize::try_from(ops).unwrap_or(usize::MAX);
        let mut times = Vec::new();
        times.reserve_exact(count);
        let mut tokens = Vec::with_capacity(256);
        let begin = Instant::now();
        let mut asked = count.min(self.site.connections());
        for connection in 0..asked {
            self.ask(connection, now)?;
        }
        while times.len() < count {
            self.site.clients.events(&mut tokens)?;
            for token in &tokens {
                let connection = usize::try_from(*token).unwrap_or(usize::MAX);
                if !self.site.clients.hear(connection)? {
                    continue;
                }
                times.push(now().since(self.asked[connection]));
                if asked < count {
                    asked += 1;
                    self.ask(connection, now)?;
                }
            }
        }
        self.site.elapsed += begin.elapsed();
        Ok(times)
    }

    fn granule(&self) -> u64 {
        let connections = (self.site.connections() as u64).max(1);
        (EACH * connections).max(FEWEST.next_multiple_of(connections))
    }
}

impl Evidence for Closed {
    fn audit(&mut self) -> Result<Audit, Failure> {
        self.site.audit()
    }
}
