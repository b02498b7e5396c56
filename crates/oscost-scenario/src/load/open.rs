//! Open loop: questions are due at a constant rate, on one connection after the
//! other. Where a connection has not got its last reply yet, the question waits
//! its turn there; its time runs nevertheless.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use oscost_harness::{Audit, During as _, Evidence, Failure, ParallelWork};
use oscost_sys::counter::{Ticks, read_monotonic};

use super::Site;
use crate::pace::Moment;

/// A site that is asked at a constant rate.
pub(crate) struct Open {
    site: Site,
    timer: TimerFd,
    /// From one question to the next.
    interval: Duration,
    /// The connection that the next question is due on.
    turn: usize,
    /// For each connection, what is under way there, and what waits behind it:
    /// when each was due.
    lines: Vec<VecDeque<Due>>,
    lateness: Lateness,
}

/// When a question was due, in nanoseconds from the beginning of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Due(u64);

/// How late the generator itself was.
#[derive(Clone, Copy, Debug, Default)]
struct Lateness {
    sum: u64,
    count: u64,
}

/// Questions of a run: a tenth of a second of them at the usual rate.
const RUN: u64 = 500;
/// By this the events of the timer are known.
const TIMER: u64 = u64::MAX;

impl Open {
    /// # Errors
    /// Where there is no timer to be had.
    pub(crate) fn new(site: Site, interval: Duration) -> Result<Self, Failure> {
        let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, flags).during("timerfd_create")?;
        site.clients.watch(&timer, TIMER)?;
        Ok(Self {
            lines: vec![VecDeque::new(); site.connections()],
            site,
            timer,
            interval,
            turn: 0,
            lateness: Lateness::default(),
        })
    }

    fn nanos(&self) -> u64 {
        u64::try_from(self.interval.as_nanos()).unwrap_or(u64::MAX)
    }

    fn set(&self) -> Result<(), Failure> {
        let interval = TimeSpec::from_duration(self.interval);
        self.timer
            .set(Expiration::Interval(interval), TimerSetTimeFlags::empty())
            .during("timerfd_settime")
    }

    /// A question has become due: it is sent, or waits behind others.
    fn take(&mut self, due: Due, now: u64) -> Result<(), Failure> {
        self.lateness.sum += now.saturating_sub(due.0);
        self.lateness.count += 1;
        let connection = self.turn;
        self.turn = (self.turn + 1) % self.lines.len();
        self.lines[connection].push_back(due);
        if self.site.clients.is_busy(connection) {
            return Ok(());
        }
        self.site.clients.ask(connection)
    }

    /// A reply has come: tells how long after its question was due, and sends
    /// what waits behind it.
    fn complete(&mut self, connection: usize, now: u64) -> Result<u64, Failure> {
        let due = self.lines[connection].pop_front();
        let due = due.ok_or_else(|| Failure::Fail("a reply to no question".into()))?;
        if !self.lines[connection].is_empty() {
            self.site.clients.ask(connection)?;
        }
        Ok(now.saturating_sub(due.0))
    }
}

impl ParallelWork for Open {
    fn run(&mut self, ops: u64, now: fn() -> Ticks) -> Result<Vec<Ticks>, Failure> {
        let count = usize::try_from(ops).unwrap_or(usize::MAX);
        let mut times: Vec<u64> = Vec::new();
        times.reserve_exact(count);
        let mut events = Vec::with_capacity(256);
        let wall = Instant::now();
        let begin = Moment::now(now);
        let origin = read_monotonic();
        let passed = || read_monotonic().since(origin).0;
        let mut taken = 0;
        self.set()?;
        while times.len() < count {
            // What is due is sent first, so that replies never delay it.
            loop {
                let due = Due((taken + 1) * self.nanos());
                let time = passed();
                if taken == ops || due.0 > time {
                    break;
                }
                self.take(due, time)?;
                taken += 1;
            }
            self.site.clients.events(&mut events)?;
            for event in &events {
                if event.token == TIMER {
                    match self.timer.wait() {
                        Ok(()) | Err(Errno::EAGAIN | Errno::EINTR) => continue,
                        Err(errno) => return Err(Failure::call("read(timerfd)", errno)),
                    }
                }
                let connection = event.connection();
                if self.site.clients.hear(connection)? {
                    times.push(self.complete(connection, passed())?);
                }
            }
        }
        self.timer.unset().during("timerfd_settime")?;
        self.site.elapsed += wall.elapsed();
        let end = Moment::now(now);
        let in_ticks = |nanos| end.in_ticks(&begin, nanos);
        Ok(times.into_iter().map(in_ticks).collect())
    }

    fn granule(&self) -> u64 {
        RUN
    }

    fn warming(&self) -> u64 {
        RUN / 10
    }
}

impl Evidence for Open {
    fn audit(&mut self) -> Result<Audit, Failure> {
        let mut audit = self.site.audit()?;
        let rate = 1.0 / self.interval.as_secs_f64();
        audit.figures.insert("intended_per_s".to_owned(), rate);
        let Lateness { sum, count } = std::mem::take(&mut self.lateness);
        if count > 0 {
            let mean = sum as f64 / count as f64;
            audit.figures.insert("generator_late_ns".to_owned(), mean);
        }
        Ok(audit)
    }
}
