//! What the driver sees of a live probe: it asks for bursts, and never waits
//! longer than it was told to.
//!
//! However a probe ends, by itself, by a signal, or because it hung, it is
//! reaped here, with everything that it has started.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Instant;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::Pid;
use oscost_record::{Burst, Nanos};

use super::launch::Limits;
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

    /// Takes a proven burst of `ops` operations in samples of `batch`: the
    /// burst, its values per operation, in order.
    ///
    /// # Errors
    /// What the probe says, or that it died, hung or was interrupted.
    fn burst(&mut self, batch: u64, ops: u64) -> Result<(Burst, Vec<f64>), Failure>;

    /// Lets the probe take everything down and waits for its end.
    ///
    /// # Errors
    /// Where it did not end well.
    fn finish(self: Box<Self>) -> Result<(), Failure>;
}

/// A probe in a process of its own.
#[derive(Debug)]
pub struct ProbeProcess {
    child: Child,
    requests: Option<ChildStdin>,
    answers: ChildStdout,
    buffer: Vec<u8>,
    complaints: File,
    clock: MachineClock,
    limits: Limits,
    /// Started by another program, which may outlast the probe's farewell.
    wrapped: bool,
    ended: bool,
}

impl ProbeProcess {
    /// Executes `command` and waits until the probe has built its case.
    pub(super) fn start(
        mut command: Command,
        name: &str,
        wrapped: bool,
        clock: MachineClock,
        limits: Limits,
    ) -> Result<Self, Failure> {
        // What a dying probe writes ends up in memory, where it can be read
        // without waiting.
        let complaints = File::from(
            memfd_create(c"oscost-stderr", MFdFlags::MFD_CLOEXEC).during("memfd_create")?,
        );
        let mut child = command
            // What a panic says is enough; where it came from is not part of a
            // record.
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(complaints.try_clone().during("dup")?)
            .process_group(0)
            .spawn()
            .during(&format!("start a probe ({name})"))?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure::Fail("a probe without pipes".into()));
        };
        let mut probe = Self {
            child,
            requests: Some(requests),
            answers,
            buffer: Vec::new(),
            complaints,
            clock,
            limits,
            wrapped,
            ended: false,
        };
        match probe.answer("building the case")? {
            Answer::Ready => Ok(probe),
            other => Err(probe.unexpected(other)),
        }
    }

    /// The probe's process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn ask(&mut self, request: &Request, doing: &str) -> Result<Answer, Failure> {
        let mut text =
            serde_json::to_vec(request).map_err(|error| Failure::Fail(error.to_string()))?;
        text.push(b'\n');
        let sent = match &mut self.requests {
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
        let deadline = Instant::now() + self.limits.answer;
        loop {
            if let Some(end) = self.buffer.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                return serde_json::from_slice(&line).map_err(|error| {
                    self.kill();
                    Failure::Fail(format!(
                        "the probe answered nonsense while {doing}: {error}"
                    ))
                });
            }
            if interrupt::requested().is_some() {
                self.kill();
                return Err(Failure::Fail(format!("interrupted while {doing}")));
            }
            if Instant::now() >= deadline {
                self.kill();
                return Err(Failure::Fail(format!(
                    "the probe gave no answer for {} s while {doing}, and was killed. `--timeout` gives it longer",
                    self.limits.answer.as_secs()
                )));
            }
            if self.receive()? == Some(0) {
                return Err(Failure::Fail(format!("while {doing}, {}", self.obituary())));
            }
        }
    }

    /// Waits a tenth of a second at most for more of the answer; `None` where
    /// nothing came, 0 at the end. A probe that is dead has ended even where
    /// something that it started holds its output open.
    fn receive(&mut self) -> Result<Option<usize>, Failure> {
        let mut ready = [PollFd::new(self.answers.as_fd(), PollFlags::POLLIN)];
        match poll(&mut ready, PollTimeout::from(100u8)) {
            Ok(0) | Err(Errno::EINTR) => return Ok(self.is_dead().then_some(0)),
            Ok(_) => {}
            Err(errno) => return Err(Failure::call("poll", errno)),
        }
        let mut chunk = [0; 64 << 10];
        let count = self
            .answers
            .read(&mut chunk)
            .during("read from the probe")?;
        self.buffer.extend_from_slice(&chunk[..count]);
        Ok(Some(count))
    }

    /// Whether the probe has ended. It is not reaped yet.
    fn is_dead(&self) -> bool {
        let Ok(id) = i32::try_from(self.child.id()) else {
            return false;
        };
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT | WaitPidFlag::WNOHANG;
        let status = waitid(Id::Pid(Pid::from_raw(id)), flags);
        !matches!(status, Ok(WaitStatus::StillAlive))
    }

    /// How a probe that closed its output died, in words.
    fn obituary(&mut self) -> String {
        let status = self.reap();
        let mut words = String::new();
        let mut complaints = &self.complaints;
        if complaints.seek(SeekFrom::Start(0)).is_ok() {
            let _ = complaints.take(2000).read_to_string(&mut words);
        }
        let died = match status {
            Some(status) => match status.signal().map(Signal::try_from) {
                Some(Ok(signal)) => format!("the probe was killed by {signal}"),
                Some(Err(_)) => "the probe was killed by a signal".to_owned(),
                None => format!(
                    "the probe ended with status {}",
                    status.code().unwrap_or(-1)
                ),
            },
            None => "the probe ended".to_owned(),
        };
        match words.trim() {
            "" => died,
            words => format!("{died}: {words}"),
        }
    }

    /// Kills the probe and all that it started, and reaps it.
    fn kill(&mut self) {
        if !self.ended {
            let _ = self.child.kill();
            self.reap();
        }
    }

    /// Waits for the probe, ends and reaps whatever is left of its group.
    fn reap(&mut self) -> Option<ExitStatus> {
        self.requests = None;
        if self.ended {
            return None;
        }
        self.ended = true;
        if let Ok(id) = i32::try_from(self.child.id()) {
            // The dead probe is left unreaped until its group is gone, so that
            // nobody else can get the group's number meanwhile.
            let leader = Pid::from_raw(id);
            let _ = waitid(Id::Pid(leader), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT);
            let _ = killpg(leader, Signal::SIGKILL);
            let status = self.child.wait().ok();
            // Orphans of the probe are ours, since we adopt them.
            while let Ok(WaitStatus::Exited(..) | WaitStatus::Signaled(..)) =
                waitpid(Pid::from_raw(-id), None)
            {}
            crate::guard::reap_orphans();
            return status;
        }
        self.child.wait().ok()
    }

    /// Gives a wrapper that did not become the probe, but started it, the time
    /// of an answer to end as well.
    fn await_wrapper(&mut self) -> Result<(), Failure> {
        let deadline = Instant::now() + self.limits.answer;
        while self.wrapped && !self.is_dead() && self.receive()? != Some(0) {
            if interrupt::requested().is_some() || Instant::now() >= deadline {
                self.kill();
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
        self.kill();
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

    fn burst(&mut self, batch: u64, ops: u64) -> Result<(Burst, Vec<f64>), Failure> {
        match self.ask(&Request::Burst { batch, ops }, "measuring")? {
            Answer::Taken(sampled) => {
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

    fn finish(mut self: Box<Self>) -> Result<(), Failure> {
        self.requests = None;
        match self.answer("ending")? {
            Answer::Farewell => {
                self.await_wrapper()?;
                self.reap();
                Ok(())
            }
            other => Err(self.unexpected(other)),
        }
    }
}

impl Drop for ProbeProcess {
    fn drop(&mut self) {
        self.kill();
    }
}
