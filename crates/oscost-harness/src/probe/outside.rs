//! What the driver sees of a live probe: it asks for bursts, and never waits
//! longer than it was told to.
//!
//! However a probe ends, by itself, by a signal, or because it hung, it is
//! reaped here, with everything that it has started.

use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use oscost_record::{Burst, Nanos};
use oscost_sys::start::Progress;

use super::launch::Limits;
use super::process::Process;
use super::protocol::{Answer, Request, Sampled};
use crate::Failure;
use crate::clock::{Clock as _, MachineClock};
use crate::failure::During as _;
use crate::interrupt;
use crate::sampler::Plan;

/// A live probe, whichever way it is done.
pub trait Probe {
    /// Finds out how to time the case.
    ///
    /// # Errors
    /// What the probe says, or that it died, hung or was interrupted.
    fn pilot(&mut self) -> Result<Plan, Failure>;

    /// Warms the case up by `ops` operations, or as many more as it takes; by none
    /// where it was built warm. Where nothing else is said, a burst does that, of whole
    /// batches.
    ///
    /// # Errors
    /// What the probe says, or that it died, hung or was interrupted.
    fn warm_up(&mut self, batch: u64, ops: u64) -> Result<(), Failure> {
        self.burst(batch, in_batches(batch, ops)).map(drop)
    }

    /// Takes a proven burst of `ops` operations in samples of `batch`: the
    /// burst, its values per operation, in order.
    ///
    /// # Errors
    /// What the probe says, or that it died, hung or was interrupted.
    fn burst(&mut self, batch: u64, ops: u64) -> Result<(Burst, Vec<f64>), Failure>;

    /// Whether somebody let the probe stand still since it was started, or a
    /// process beside it: what it timed is then no measure of anything.
    fn was_halted(&self) -> bool {
        false
    }

    /// Lets the probe take everything down and waits for its end.
    ///
    /// # Errors
    /// Where it did not end well.
    fn finish(self: Box<Self>) -> Result<(), Failure>;
}

/// As many operations in whole batches, one at the least.
fn in_batches(batch: u64, ops: u64) -> u64 {
    (ops / batch).max(1) * batch
}

/// A probe in a process of its own.
#[derive(Debug)]
pub struct ProbeProcess {
    process: Process,
    buffer: Vec<u8>,
    clock: MachineClock,
    limits: Limits,
    /// Started by another program, which may outlast the probe's farewell.
    wrapped: bool,
    halted: bool,
}

/// So the library says that there is no memory, and aborts.
const STARVED: &str = "memory allocation of ";

/// The most that one look at the probe counts as waiting for it. A driver that
/// stood still itself, for minutes perhaps, has not waited that long.
const LONGEST_LOOK: Duration = Duration::from_secs(1);

impl ProbeProcess {
    /// Executes `command` and waits until the probe has built its case.
    pub(super) fn start(
        mut command: Command,
        name: &str,
        wrapped: bool,
        clock: MachineClock,
        limits: Limits,
    ) -> Result<Self, Failure> {
        // What a panic says is enough; where it came from is not part of a
        // record.
        command.env("RUST_BACKTRACE", "0");
        let starting = format!("start a probe ({name})");
        let process = Process::start(&command).map_err(|failure| failure.of(&starting))?;
        let mut probe = Self {
            process,
            buffer: Vec::new(),
            clock,
            limits,
            wrapped,
            halted: false,
        };
        probe.wait("executing the program", |probe| probe.begun(&starting))?;
        match probe.answer("building the case")? {
            Answer::Ready => Ok(probe),
            other => Err(probe.unexpected(other)),
        }
    }

    /// The probe's process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id().as_raw().unsigned_abs()
    }

    fn ask(&mut self, request: &Request, doing: &str) -> Result<Answer, Failure> {
        let mut text =
            serde_json::to_vec(request).map_err(|error| Failure::Fail(error.to_string()))?;
        text.push(b'\n');
        let sent = match &mut self.process.requests {
            Some(requests) => requests.write_all(&text),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        };
        match sent {
            // A probe that is gone has left its reason behind: read that.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(error).during("write to the probe")
            }
            _ => self.answer(doing),
        }
    }

    /// The next answer, or what happened instead.
    fn answer(&mut self, doing: &str) -> Result<Answer, Failure> {
        let line = self.wait(doing, |probe| {
            let line = probe.line();
            if line.is_none() && probe.receive()? == Some(0) {
                let died = format!("while {doing}, {}", probe.obituary());
                return Err(Failure::Fail(died));
            }
            Ok(line.or_else(|| probe.line()))
        })?;
        self.halted |= self.process.was_halted();
        serde_json::from_slice(&line).map_err(|error| {
            self.process.kill();
            Failure::Fail(format!(
                "the probe answered nonsense while {doing}: {error}"
            ))
        })
    }

    /// The first line of what came.
    fn line(&mut self) -> Option<Vec<u8>> {
        let end = self.buffer.iter().position(|&byte| byte == b'\n')?;
        Some(self.buffer.drain(..=end).collect())
    }

    /// Looks until something is there, as long as an answer may take, and nobody
    /// asks for an end.
    fn wait<T>(
        &mut self,
        doing: &str,
        mut look: impl FnMut(&mut Self) -> Result<Option<T>, Failure>,
    ) -> Result<T, Failure> {
        let mut waited = Duration::ZERO;
        loop {
            let begin = Instant::now();
            if let Some(found) = look(self)? {
                return Ok(found);
            }
            waited += begin.elapsed().min(LONGEST_LOOK);
            if interrupt::requested().is_some() {
                self.process.kill();
                return Err(Failure::Fail(format!("interrupted while {doing}")));
            }
            if waited >= self.limits.answer {
                let beside = match self.process.dead_child() {
                    Some(signal) => format!("; a process beside the probe was ended by {signal}"),
                    None => String::new(),
                };
                self.process.kill();
                return Err(Failure::Fail(format!(
                    "the probe gave no answer for {} s while {doing}, and was killed{beside}. `--timeout` gives it longer",
                    self.limits.answer.as_secs()
                )));
            }
        }
    }

    /// Waits a tenth of a second at most until the program is executed: `None` where
    /// it is not. A process that somebody has stopped before that says nothing.
    fn begun(&self, starting: &str) -> Result<Option<()>, Failure> {
        let mut ready = [PollFd::new(self.process.started.as_fd(), PollFlags::POLLIN)];
        match poll(&mut ready, PollTimeout::from(100u8)) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(Failure::call("poll", errno)),
        }
        match self.process.started.progress().during("read")? {
            Progress::Starting => Ok(None),
            Progress::Begun => Ok(Some(())),
            Progress::Refused(call, errno) => Err(Failure::call(call, errno).of(starting)),
        }
    }

    /// Waits a tenth of a second at most for more of the answer; `None` where
    /// nothing came, 0 at the end. A probe that is dead has ended even where
    /// something that it started holds its output open.
    fn receive(&mut self) -> Result<Option<usize>, Failure> {
        let mut ready = [PollFd::new(self.process.answers.as_fd(), PollFlags::POLLIN)];
        match poll(&mut ready, PollTimeout::from(100u8)) {
            Ok(0) | Err(Errno::EINTR) => return Ok(self.process.is_dead().then_some(0)),
            Ok(_) => {}
            Err(errno) => return Err(Failure::call("poll", errno)),
        }
        let mut chunk = [0; 64 << 10];
        let count = self
            .process
            .answers
            .read(&mut chunk)
            .during("read from the probe")?;
        self.buffer.extend_from_slice(&chunk[..count]);
        Ok(Some(count))
    }

    /// How a probe that closed its output died, in words.
    fn obituary(&mut self) -> String {
        let status = self.process.reap();
        let words = self.process.complaints();
        let died = match status {
            Some(status) => match status.signal().map(Signal::try_from) {
                // Nobody says who did it.
                Some(Ok(Signal::SIGKILL)) => {
                    "the probe was killed by SIGKILL. The kernel does that where memory runs out: see `dmesg`".to_owned()
                }
                Some(Ok(signal)) => format!("the probe was killed by {signal}"),
                Some(Err(_)) => "the probe was killed by a signal".to_owned(),
                None => format!(
                    "the probe ended with status {}",
                    status.code().unwrap_or(-1)
                ),
            },
            None => "the probe ended".to_owned(),
        };
        // The allocator's last words, which others may follow that nobody needs.
        let starved = words.lines().find(|line| line.starts_with(STARVED));
        match (starved, words.trim()) {
            (Some(line), _) => Failure::Fail(format!("{died}: {line}"))
                .with_remedy("Too little memory: see `free`, `ulimit -v` and the cgroup's limit")
                .to_string(),
            (None, "") => died,
            (None, words) => format!("{died}: {words}"),
        }
    }

    /// Gives a wrapper that did not become the probe, but started it, the time
    /// of an answer to end as well.
    fn await_wrapper(&mut self) -> Result<(), Failure> {
        let deadline = Instant::now() + self.limits.answer;
        while self.wrapped && !self.process.is_dead() && self.receive()? != Some(0) {
            if interrupt::requested().is_some() || Instant::now() >= deadline {
                self.process.kill();
                let why = "the program in front of the probe did not end with it";
                return Err(Failure::Fail(why.into()));
            }
        }
        Ok(())
    }

    fn unexpected(&mut self, answer: Answer) -> Failure {
        let failure = match answer {
            Answer::Skip(reason) => Failure::Skip(reason),
            Answer::Fail(reason) => Failure::Fail(reason),
            other => Failure::Fail(format!("the probe answered out of turn: {other:?}")),
        };
        self.process.kill();
        failure
    }

    fn values(&self, sampled: &Sampled) -> Vec<f64> {
        if !sampled.levels.is_empty() {
            return sampled.levels.clone();
        }
        let batch = sampled.proof.ops.0 / (sampled.ticks.len() as u64).max(1);
        let nanos = |&ticks| self.clock.nanos(oscost_sys::counter::Ticks(ticks)).0;
        sampled
            .ticks
            .iter()
            .map(|ticks| nanos(ticks) / batch as f64)
            .collect()
    }
}

impl Probe for ProbeProcess {
    fn pilot(&mut self) -> Result<Plan, Failure> {
        match self.ask(&Request::Pilot, "finding out how to time the case")? {
            Answer::Plan(plan) => Ok(plan),
            other => Err(self.unexpected(other)),
        }
    }

    fn warm_up(&mut self, batch: u64, ops: u64) -> Result<(), Failure> {
        let request = Request::Burst {
            batch,
            ops: in_batches(batch, ops),
            warm_up: Some(ops),
        };
        match self.ask(&request, "warming up")? {
            Answer::Warm => Ok(()),
            Answer::Taken(sampled) => {
                self.halted |= sampled.halted;
                Ok(())
            }
            other => Err(self.unexpected(other)),
        }
    }

    fn burst(&mut self, batch: u64, ops: u64) -> Result<(Burst, Vec<f64>), Failure> {
        let request = Request::Burst {
            batch,
            ops,
            warm_up: None,
        };
        match self.ask(&request, "measuring")? {
            Answer::Taken(sampled) => {
                self.halted |= sampled.halted;
                let values = self.values(&sampled);
                let mut burst = sampled.proof;
                let batch = burst.ops.0 as f64 / values.len().max(1) as f64;
                burst.elapsed = Nanos(values.iter().sum::<f64>() * batch);
                if !sampled.levels.is_empty() {
                    burst.elapsed = Nanos(0.0);
                }
                burst.counters.parts = sampled.parts;
                Ok((burst, values))
            }
            other => Err(self.unexpected(other)),
        }
    }

    fn was_halted(&self) -> bool {
        self.halted
    }

    fn finish(mut self: Box<Self>) -> Result<(), Failure> {
        self.process.requests = None;
        match self.answer("ending")? {
            Answer::Farewell => {
                self.await_wrapper()?;
                self.process.reap();
                Ok(())
            }
            other => Err(self.unexpected(other)),
        }
    }
}
