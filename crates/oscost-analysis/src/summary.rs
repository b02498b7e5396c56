//! What one record says of each of its cases: the types that every report,
//! table and comparison reads. Nothing here computes; how each figure is
//! obtained stands beside the code that fills it in.

use oscost_record::{Bytes, CaseInfo, Cpu};
use serde::Serialize;

/// An estimate with its 95 % interval, in the unit of the case.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The point estimate.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// One percentile of all samples of a case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percentile {
    /// Between 0 and 100.
    pub rank: f64,
    /// The value with its interval (order statistics).
    pub estimate: Estimate,
}

/// A case less its control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Net {
    /// The difference, above zero with its whole interval.
    Above(Estimate),
    /// The difference cannot be told from zero; the figure is shown, never
    /// clamped.
    BelowResolution(Estimate),
}

/// What became of a case over all rounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Measured in every round that tried it.
    Measured,
    /// Measured in some rounds, failed in others: how many, and the reasons.
    Partly(u32, Vec<String>),
    /// Never measured: skipped.
    Skipped(String),
    /// Never measured: failed.
    Failed(Vec<String>),
    /// In the header, but no line: the run ended before.
    Missing,
}

/// One case of one record, summed up.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// What the case is.
    pub info: CaseInfo,
    /// What became of it.
    pub fate: Fate,
    /// Rounds that were measured: fresh processes.
    pub rounds: u32,
    /// Samples over all measured rounds.
    pub samples: u64,
    /// Operations that one sample spans (the largest over the rounds).
    pub ops_per_sample: u64,
    /// Median over rounds of the round medians, with the interval that
    /// [`crate::summarise()`] describes; `None` where nothing was measured.
    pub estimate: Option<Estimate>,
    /// Coefficient of variation of the round medians; needs two rounds.
    pub spread: Option<f64>,
    /// p50, p90 and, where there are samples enough, p99 (1,000) and p99.9
    /// (10,000). Of batch means where `ops_per_sample` is above 1.
    pub percentiles: Vec<Percentile>,
    /// The smallest and the largest sample.
    pub extremes: Option<(f64, f64)>,
    /// The case less its control, where it has one that was measured.
    pub net: Option<Net>,
    /// Counters per operation, over all measured rounds.
    pub per_operation: PerOperation,
    /// Named parts of a memory figure, bytes per task: medians over rounds with
    /// their intervals.
    pub parts: Vec<(String, Estimate)>,
    /// The smallest amount that memory came in.
    pub page: Bytes,
    /// Figures that the case took beside its samples: medians over rounds with
    /// their intervals. A name ends in its unit, as
    /// [`oscost_record::Counters::figures`] says.
    pub figures: Vec<(String, Estimate)>,
    /// Every CPU that a party was seen on.
    pub cpus: Vec<Cpu>,
    /// Bursts, and how many of them were disturbed from outside.
    pub bursts: (u64, u64),
    /// For unpinned two-party cases: how often each pair of CPUs was seen, and
    /// the median of those bursts, by falling count.
    pub placements: Vec<PlacementSeen>,
    /// All samples pooled, `(value, how often)` by rising value.
    pub distribution: Vec<(f64, u64)>,
}

impl Summary {
    /// Bursts and how many of them were disturbed, where these are at least half: the
    /// case then says as much of others on the machine as of itself.
    #[must_use]
    pub fn mostly_disturbed(&self) -> Option<(u64, u64)> {
        let (all, disturbed) = self.bursts;
        (disturbed > 0 && 2 * disturbed >= all).then_some(self.bursts)
    }
}

/// Where an unpinned case ran, and what it took there.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacementSeen {
    /// The CPU of each party.
    pub cpus: Vec<Cpu>,
    /// In how many bursts.
    pub bursts: u64,
    /// The median over those bursts of time per operation.
    pub median: f64,
}

/// Kernel counters divided by operations; absent where not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PerOperation {
    /// Voluntary context switches.
    pub voluntary_switches: Option<f64>,
    /// Involuntary context switches.
    pub involuntary_switches: Option<f64>,
    /// Minor page faults.
    pub minor_faults: Option<f64>,
    /// CPU time in user mode and kernel, nanoseconds.
    pub cpu_time: Option<f64>,
    /// Share of CPU time that was spent in the kernel, 0 to 1.
    pub system_share: Option<f64>,
}
