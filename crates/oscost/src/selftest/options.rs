//! The command line of `oscost selftest gate`. Help texts are these comments.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

/// Measures how often verdicts are wrong on this machine
#[derive(Debug, Args)]
pub(crate) struct Gate {
    /// Only this part; may be given more than once
    #[arg(long = "part", value_enum)]
    pub(crate) parts: Vec<Part>,
    /// Suites of each part, in place of the number that it is meant to have
    #[arg(long, value_name = "N")]
    pub(crate) suites: Option<u32>,
    /// Decides every order and draw
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Add each suite to this file, and count those that it has already
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub(crate) out: Option<PathBuf>,
    /// Measure nothing: tell what such a file holds; may be given more than once, for
    /// several machines
    #[arg(long, value_name = "FILE", conflicts_with_all = ["parts", "suites", "seed"])]
    pub(crate) from: Vec<PathBuf>,
    /// With `--markdown`: tell what the frozen workloads gain in this record, too
    #[arg(long, value_name = "RECORD", requires = "markdown")]
    pub(crate) reference: Option<PathBuf>,
    /// JSON on standard output: an array, an object for each machine
    #[arg(long, conflicts_with = "markdown")]
    pub(crate) json: bool,
    /// Markdown on standard output
    #[arg(long)]
    pub(crate) markdown: bool,
}

/// A question that many suites answer.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Part {
    /// The program against itself
    Aa,
    /// 10 % more work in every operation, judged by `ab`
    #[value(name = "ab-10")]
    #[serde(rename = "ab-10")]
    Ab10,
    /// 5 % more work in every operation, judged by `ab`
    #[value(name = "ab-5")]
    #[serde(rename = "ab-5")]
    Ab5,
    /// More work in 2 % of the operations, so that the p99 grows by 30 %
    Tail,
    /// New records of the unchanged program, judged by `gate`
    GateAa,
    /// Records with 10 % more work in every operation, judged by `gate`
    #[value(name = "gate-10")]
    #[serde(rename = "gate-10")]
    Gate10,
    /// All cases of the core tier, the program against itself: how small a change
    /// would have been seen
    Sight,
}

impl Part {
    /// All of them, in the order in which they are measured and told.
    pub(crate) const ALL: [Self; 7] = [
        Self::Aa,
        Self::Ab10,
        Self::Ab5,
        Self::Tail,
        Self::GateAa,
        Self::Gate10,
        Self::Sight,
    ];

    /// The name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Aa => "aa",
            Self::Ab10 => "ab-10",
            Self::Ab5 => "ab-5",
            Self::Tail => "tail",
            Self::GateAa => "gate-aa",
            Self::Gate10 => "gate-10",
            Self::Sight => "sight",
        }
    }

    /// How many suites it is meant to have.
    pub(crate) fn suites(self) -> u32 {
        match self {
            Self::Aa | Self::GateAa => 40,
            Self::Sight => 1,
            Self::Ab10 | Self::Ab5 | Self::Tail | Self::Gate10 => 60,
        }
    }

    /// Whether it is records that are judged, and not pairs.
    pub(crate) fn is_gate(self) -> bool {
        matches!(self, Self::GateAa | Self::Gate10)
    }

    /// What is put into both sides, A first, in the words of the injection;
    /// nothing where the shipped program is measured.
    pub(crate) fn injected(self) -> Option<[&'static str; 2]> {
        match self {
            Self::Aa | Self::Sight => None,
            Self::GateAa => Some(["percent=0", "percent=0"]),
            Self::Ab10 | Self::Gate10 => Some(["percent=0", "percent=10"]),
            Self::Ab5 => Some(["percent=0", "percent=5"]),
            Self::Tail => Some(["tail=0:2", "tail=30:2"]),
        }
    }
}
