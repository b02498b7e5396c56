//! The header of a record and its closing line.

use serde::{Deserialize, Serialize};

use crate::{CaseInfo, Configuration, Machine, Nanos, Tier};

/// The version of the record format that this crate writes. Readers accept
/// this one and all before it.
pub const SCHEMA: u32 = 1;

/// The first line of a record: what was run, by what, where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// See [`SCHEMA`].
    pub schema: u32,
    /// The program that measured.
    pub tool: Tool,
    /// Which of the two drivers.
    pub driver: Driver,
    /// The tier that was asked for.
    pub tier: Tier,
    /// Who the machine is.
    pub machine: Machine,
    /// How the machine is set up.
    pub configuration: Configuration,
    /// The clock that timed every sample.
    pub clock: ClockInfo,
    /// The command line, word by word.
    pub command: Vec<String>,
    /// Lines are brief: see [`CaseLine::condensed`](crate::CaseLine::condensed).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub brief: bool,
    /// Decides the order of the cases in every round.
    pub seed: u64,
    /// When the run began, RFC 3339, UTC.
    pub started: String,
    /// Every case of the run, in the order of the catalogue.
    pub cases: Vec<CaseInfo>,
}

/// The program that measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `oscost`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the program file, the first 16 hexadecimal digits; absent
    /// where it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary: Option<String>,
}

/// Which program decided how long to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Driver {
    /// `oscost run`: many short rounds, shuffled.
    Rounds,
    /// `cargo bench`: criterion.
    Criterion,
    /// `oscost run --once`: the smallest piece of work of every case, done once
    /// to be proven. Its times say nothing; such a record is never a baseline.
    Once,
}

/// The clock that timed every sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClockInfo {
    /// `rdtsc`, `cntvct_el0` or `clock_gettime`.
    pub source: String,
    /// Why the counter was not used, where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// Ticks in a second, calibrated against `CLOCK_MONOTONIC`.
    pub ticks_per_second: f64,
    /// The smallest step that was seen.
    pub resolution: Nanos,
    /// What one reading costs.
    pub cost: Nanos,
}

/// The last line of a run that ended by itself or was interrupted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// When, RFC 3339, UTC.
    pub ended: String,
    /// The run was cut short by a signal or a budget.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
}
