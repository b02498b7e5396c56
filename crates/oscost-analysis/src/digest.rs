//! A record boiled down to what verdicts and change points need of it: one
//! level and one spread a case, no samples. A history of a thousand records is
//! judged from digests, so a digest never holds anything that grows with the
//! length of a run.

use std::collections::BTreeMap;

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
    #[serde(flatten)]
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
    /// Counters per operation by name, absent where not counted:
    /// `voluntary_switches`, `involuntary_switches`, `minor_faults`,
    /// `cpu_time` (ns), `migrations`, `steal` (ns).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counters: BTreeMap<String, f64>,
}

/// Where the rounds of a case lie and how far apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// The trimmed mean over rounds of ln(round median), as exp of it: same
    /// unit as the samples. Of the plain values where one is not above zero.
    pub level: f64,
    /// Standard deviation over rounds of ln(round median); 0 for one round.
    pub spread: f64,
}
