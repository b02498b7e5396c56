//! A bare C program as a probe: it reads a number of operations per line and
//! answers with the nanoseconds that they took.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use oscost_harness::probe::Probe;
use oscost_harness::sampler::Plan;
use oscost_harness::{During as _, Failure};
use oscost_record::{Burst, Cpu, Nanos, Ops};

/// A live floor.
#[derive(Debug)]
pub(crate) struct FloorProgram {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl FloorProgram {
    /// Starts a program with its argument, pinned to `cpu`, its partner, where
    /// it has one, too.
    ///
    /// # Errors
    /// Where it does not start, or does not say that it is ready.
    pub(crate) fn start(
        program: &Path,
        argument: Option<&str>,
        cpu: Cpu,
        two_party: bool,
    ) -> Result<Self, Failure> {
        let mut command = Command::new(program);
        command.args(argument).args(["--cpu", &cpu.to_string()]);
        if two_party {
            command.args(["--peer-cpu", &cpu.to_string()]);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .during(&format!("start {}", program.display()))
            .map_err(|failure| failure.with_remedy("`scripts/floors/run` builds it"))?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure::Fail("a floor without pipes".into()));
        };
        let mut floor = Self {
            child,
            requests: Some(requests),
            answers: BufReader::new(answers),
        };
        match floor.line()?.as_str() {
            "ready" => Ok(floor),
            other => Err(Failure::Fail(format!(
                "a floor was to say `ready`, but said `{other}`"
            ))),
        }
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.answers
            .read_line(&mut line)
            .during("read from a floor")?;
        match line.trim() {
            "" => Err(Failure::Fail("a floor ended without an answer".into())),
            line => Ok(line.to_owned()),
        }
    }
}

impl Probe for FloorProgram {
    fn pilot(&mut self) -> Result<Plan, Failure> {
        Err(Failure::Fail("a floor is timed as its case is".into()))
    }

    fn burst(&mut self, _batch: u64, ops: u64) -> Result<(Burst, Vec<f64>), Failure> {
        if let Some(requests) = &mut self.requests {
            writeln!(requests, "{ops}").during("write to a floor")?;
        }
        let line = self.line()?;
        let nanos: f64 = line
            .parse()
            .map_err(|_| Failure::Fail(format!("a floor answered `{line}`, not nanoseconds")))?;
        let burst = Burst {
            ops: Ops(ops),
            elapsed: Nanos(nanos),
            ..Burst::default()
        };
        Ok((burst, vec![nanos / ops as f64]))
    }

    fn finish(mut self: Box<Self>) -> Result<(), Failure> {
        self.requests = None;
        let status = self.child.wait().during("waitpid")?;
        if status.success() {
            Ok(())
        } else {
            Err(Failure::Fail(format!(
                "a floor was to end well, but: {status}"
            )))
        }
    }
}

impl Drop for FloorProgram {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
