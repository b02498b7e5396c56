//! Everything that is found out once before anything is measured: the machine,
//! its clock, its limits, its CPUs.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use oscost_record::{ClockInfo, Configuration, Driver, Machine, Run, SCHEMA, State, Tier, Tool};
use sha2::{Digest as _, Sha256};

use crate::Failure;
use crate::case::Case;
use crate::clock::MachineClock;
use crate::machine::{Build, Sources, Topology, configuration, identity, state};
use crate::need::Supply;
use crate::probe::Launch;

/// What a driver knows of the machine.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who the machine is.
    pub machine: Machine,
    /// How it is set up.
    pub configuration: Configuration,
    /// The clock.
    pub clock: MachineClock,
    /// What records say of the clock.
    pub clock_info: ClockInfo,
    /// What the machine has.
    pub supply: Supply,
    binary: Option<String>,
}

impl Session {
    /// Looks at the machine. Call it before anything is pinned; takes some
    /// 30 ms.
    #[must_use]
    pub fn open() -> Self {
        let sources = Sources::machine();
        let machine = identity(&sources);
        let binary = hash_of_program(Path::new("/proc/self/exe")).ok();
        let build = Build {
            compiler: Some(env!("OSCOST_COMPILER").to_owned()),
            binary: binary.clone(),
        };
        let (clock, clock_info) = MachineClock::calibrate();
        Self {
            configuration: configuration(&sources, &build),
            supply: Supply::of(&machine, Topology::read(&sources).choose()),
            machine,
            clock,
            clock_info,
            binary,
        }
    }

    /// SHA-256 of the running program's file, the first 16 hexadecimal digits;
    /// `None` where it cannot be read.
    #[must_use]
    pub fn hash(&self) -> Option<&str> {
        self.binary.as_deref()
    }

    /// A launcher of probes of this program.
    ///
    /// # Errors
    /// Where the program cannot tell its own path.
    pub fn launch(&self) -> Result<Launch, Failure> {
        Launch::this_program(self.clock, self.supply.chosen.clone())
    }

    /// The header of a record that begins now.
    #[must_use]
    pub fn header(&self, driver: Driver, tier: Tier, seed: u64, cases: &[Case]) -> Run {
        Run {
            schema: SCHEMA,
            tool: Tool {
                name: "oscost".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                binary: self.binary.clone(),
            },
            driver,
            tier,
            machine: self.machine.clone(),
            configuration: self.configuration.clone(),
            clock: self.clock_info.clone(),
            command: std::env::args().collect(),
            brief: false,
            seed,
            started: now(),
            cases: cases.iter().map(|case| case.info.clone()).collect(),
        }
    }
}

/// What the machine is doing now.
#[must_use]
pub fn state_now() -> State {
    state(&Sources::machine())
}

/// The time now, RFC 3339, UTC.
#[must_use]
pub fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}

/// SHA-256 of a program's file, the first 16 hexadecimal digits.
///
/// # Errors
/// What `open(2)` or `read(2)` say.
pub fn hash_of_program(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    io::copy(&mut File::open(path)?, &mut HashWriter(&mut hash))?;
    let digest = hash.finalize();
    Ok(digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// Lets `io::copy` feed a hash.
struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_who_and_what() {
        let session = Session::open();
        let cases = crate::drill::SUITE.cases();
        let run = session.header(Driver::Rounds, Tier::Core, 7, &cases);
        assert_eq!(run.machine.key.len(), 12);
        assert_eq!(run.cases.len(), cases.len());
        assert_eq!(run.tool.binary.as_ref().map(String::len), Some(16));
        assert!(run.configuration.0["compiler"].starts_with("rustc"));
    }
}
