//! A record boiled down to what verdicts and change points need of it: one
//! level and one spread a case, no samples. A history of a thousand records is
//! judged from digests, so a digest never holds anything that grows with the
//! length of a run.

pub(crate) mod of;

use std::collections::BTreeMap;
use std::fmt;

use oscost_record::{CaseId, Configuration, Machine};
use serde::{Deserialize, Serialize};

/// The version of [`Digest`]: a digest of another version is made anew.
pub const DIGEST: u32 = 1;

/// One record of a history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    /// See [`DIGEST`].
    pub version: u32,
    /// When the run began, RFC 3339, UTC.
    pub started: String,
    /// Who the machine is.
    pub machine: Machine,
    /// How the machine is set up.
    pub configuration: Configuration,
    /// The version of the program that measured, and the hash of its file.
    pub tool: String,
    /// The run's seed.
    pub seed: u64,
    /// Every case that was measured in at least one round.
    pub cases: BTreeMap<CaseId, CaseDigest>,
    /// Every case that was not, with its reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub missing: BTreeMap<CaseId, String>,
}

/// One case of one record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseDigest {
    /// Rounds measured: fresh processes.
    pub rounds: u32,
    /// Of the round medians, in the case's own unit.
    pub raw: Level,
    /// Of the rounds' ratios to the frozen workload named in `reference`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative: Option<Level>,
    /// The frozen workload of `relative`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// p99 of all samples, where there are samples enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99: Option<f64>,
    /// Counters per operation, absent where not counted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counters: BTreeMap<Counter, f64>,
}

/// What the kernel counted beside a case. A name of its own and not a text:
/// a history of a thousand records holds each of them some hundred thousand
/// times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counter {
    /// Context switches that a party asked for by blocking.
    VoluntarySwitches,
    /// Context switches that were forced on a party.
    InvoluntarySwitches,
    /// Page faults served without a device.
    MinorFaults,
    /// CPU time in user mode and kernel, nanoseconds.
    CpuTime,
    /// A party found on another CPU at the end of a burst than at the end of
    /// the one before.
    Migrations,
    /// Time that the hypervisor took away, nanoseconds, on the whole machine.
    Steal,
}

impl Counter {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::VoluntarySwitches,
        Self::InvoluntarySwitches,
        Self::MinorFaults,
        Self::CpuTime,
        Self::Migrations,
        Self::Steal,
    ];

    /// The name in digests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::VoluntarySwitches => "voluntary_switches",
            Self::InvoluntarySwitches => "involuntary_switches",
            Self::MinorFaults => "minor_faults",
            Self::CpuTime => "cpu_time",
            Self::Migrations => "migrations",
            Self::Steal => "steal",
        }
    }
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Where the rounds of a case lie and how far apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// The trimmed mean over rounds of ln(round median), as exp of it: same
    /// unit as the samples. Of the plain values where one is not above zero.
    pub level: f64,
    /// Standard deviation over rounds of ln(round median); 0 for one round.
    /// The coefficient of variation where one is not above zero.
    pub spread: f64,
}
