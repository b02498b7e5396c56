//! What two programs measured side by side leave behind: one line for each
//! pair of processes, with every figure that a verdict is made from, so that
//! the same verdicts can be given again from the file.

mod file;

use serde::{Deserialize, Serialize};

use crate::{
    Burst, CaseId, CaseInfo, ClockInfo, Configuration, End, Machine, Ops, Outcome, Run, Tool,
};

pub use file::{PairsRecord, PairsWriter};

/// One line of a file of pairs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PairsLine {
    /// The header: first line, once.
    Pairs(Box<PairsHead>),
    /// One case in one pair of processes.
    Pair(Box<PairLine>),
    /// The last line of a comparison that ended by itself.
    End(End),
}

/// What was compared, by what, where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairsHead {
    /// See [`crate::SCHEMA`].
    pub schema: u32,
    /// The program that measured.
    pub tool: Tool,
    /// Who the machine is.
    pub machine: Machine,
    /// How the machine is set up.
    pub configuration: Configuration,
    /// The clock that timed every sample.
    pub clock: ClockInfo,
    /// The command line, word by word.
    pub command: Vec<String>,
    /// Decides the order of the cases, and who begins.
    pub seed: u64,
    /// When it began, RFC 3339, UTC.
    pub started: String,
    /// What the other is held against.
    pub a: Variant,
    /// What is judged.
    pub b: Variant,
    /// What is told beside the verdicts: cases that one side lacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Every case, in the order of the catalogue.
    pub cases: Vec<CaseInfo>,
}

/// One of the two: a program and what it is started with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// The path of the program.
    pub program: String,
    /// SHA-256 of its file, the first 16 hexadecimal digits; absent where it
    /// could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary: Option<String>,
    /// `NAME=VALUE`, in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<String>,
    /// The words before the program's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wrapper: Vec<String>,
}

/// Which of the two looks a pair was measured for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The first, at every case.
    Screening,
    /// The second, at the suspects alone.
    Confirming,
}

/// One case in one pair of fresh processes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairLine {
    /// Which case.
    pub id: CaseId,
    /// Which look.
    pub stage: Stage,
    /// Which pair of that look, counted from 0.
    pub round: u32,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Operations that one sample spans.
    pub ops_per_sample: Ops,
    /// What was measured; absent where it failed or was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sides: Option<Sides>,
}

/// The processes that were live at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sides {
    /// One of A.
    pub a: Side,
    /// One of B.
    pub b: Side,
    /// A second one of A: what differs between it and the first is no change.
    pub again: Side,
}

/// What one process of a pair gave.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// The median of each burst, per operation, in the case's unit. The n-th of
    /// all sides belong together.
    pub medians: Vec<f64>,
    /// How many samples there are in all bursts.
    pub samples: u64,
    /// Their 99th percentile, where they are enough for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99: Option<f64>,
    /// The bursts in the order in which they ran.
    pub bursts: Vec<Burst>,
}

impl PairsHead {
    /// From the header of a run and the two variants.
    #[must_use]
    pub fn of(run: Run, a: Variant, b: Variant) -> Self {
        Self {
            schema: run.schema,
            tool: run.tool,
            machine: run.machine,
            configuration: run.configuration,
            clock: run.clock,
            command: run.command,
            seed: run.seed,
            started: run.started,
            a,
            b,
            notes: Vec::new(),
            cases: run.cases,
        }
    }
}
