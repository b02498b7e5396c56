//! Where probes come from: a program, executed again with a flag and a spec.

use std::path::PathBuf;
use std::time::Duration;

use super::outside::{Probe, ProbeProcess};
use super::protocol::{PROBE_FLAG, Spec};
use super::surroundings::Surroundings;
use crate::Failure;
use crate::case::Case;
use crate::clock::MachineClock;
use crate::failure::During as _;
use crate::interrupt;
use crate::machine::Chosen;

/// Makes probes of cases.
pub trait Launcher {
    /// Starts a probe of `case` and waits until the case is built.
    ///
    /// # Errors
    /// Why the case cannot be built here, or that the probe did not start.
    fn launch(&self, case: &Case) -> Result<Box<dyn Probe>, Failure>;
}

/// How long a probe may take to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Any one answer.
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(30),
        }
    }
}

/// Launches probe processes: this program, executed again.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// The clock of the run.
    pub clock: MachineClock,
    /// Where the parties are pinned.
    pub chosen: Chosen,
    /// When a probe counts as hung.
    pub limits: Limits,
    /// What probes are started with.
    pub surroundings: Surroundings,
}

impl Launch {
    /// Probes of the running program on the CPUs chosen.
    ///
    /// # Errors
    /// Where the program cannot tell its own path.
    pub fn this_program(clock: MachineClock, chosen: Chosen) -> Result<Self, Failure> {
        interrupt::adopt_orphans();
        Ok(Self {
            program: std::env::current_exe()
                .during("readlink(/proc/self/exe)")
                .map_err(|failure| {
                    failure.with_remedy("It needs /proc: `mount -t proc proc /proc`")
                })?,
            clock,
            chosen,
            limits: Limits::default(),
            surroundings: Surroundings::default(),
        })
    }

    /// What a probe of `case` is told.
    #[must_use]
    pub fn spec(&self, case: &Case) -> Spec {
        let cpus = self.chosen.at(case.info.placement).unwrap_or_default();
        Spec {
            id: case.info.id.clone(),
            cpus: cpus.to_vec(),
            clock: self.clock,
        }
    }

    /// Starts a probe with a spec of one's own.
    ///
    /// # Errors
    /// Why the case cannot be built, or that the probe did not start.
    pub fn start(&self, spec: &Spec) -> Result<ProbeProcess, Failure> {
        let spec_text =
            serde_json::to_string(spec).map_err(|error| Failure::Fail(error.to_string()))?;
        let mut command = self.surroundings.command(&self.program);
        command.args([PROBE_FLAG, &spec_text]);
        let name = self.program.display().to_string();
        let wrapped = !self.surroundings.wrapper.is_empty();
        ProbeProcess::start(command, &name, wrapped, self.clock, self.limits)
    }
}

impl Launcher for Launch {
    fn launch(&self, case: &Case) -> Result<Box<dyn Probe>, Failure> {
        Ok(Box::new(self.start(&self.spec(case))?))
    }
}
