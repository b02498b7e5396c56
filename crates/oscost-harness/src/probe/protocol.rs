//! What driver and probe say to each other: one JSON text per line, requests on
//! the probe's standard input, answers on its standard output.

use std::collections::BTreeMap;

use oscost_record::{Burst, CaseId, Cpu};
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::clock::MachineClock;
use crate::sampler::Plan;

/// The first argument of a program that is to become a probe. The second is a
/// [`Spec`].
pub const PROBE_FLAG: &str = "--oscost-probe";

/// The variable that names an emulator for probes of a foreign architecture.
pub(crate) const RUNNER: &str = "OSCOST_PROBE_RUNNER";

/// What a probe is told on its command line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// Which case.
    pub id: CaseId,
    /// The CPU of each party; empty where the scheduler chooses.
    pub cpus: Vec<Cpu>,
    /// The clock, as the driver calibrated it.
    pub clock: MachineClock,
}

/// What the driver asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Request {
    /// Find out how to time the case.
    Pilot,
    /// Take samples of `batch` operations each, `ops` operations in all.
    Burst {
        /// Operations of one sample.
        batch: u64,
        /// Operations in all.
        ops: u64,
        /// Only warm the case up instead, by so many operations or a few more. A
        /// program from before that was asked for warms up by the burst.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        warm_up: Option<u64>,
    },
}

/// What the probe answers. An end of its output without a farewell means that
/// it died.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    /// The case is built.
    Ready,
    /// How the case is to be timed.
    Plan(Plan),
    /// The case is warm.
    Warm,
    /// A proven burst.
    Taken(Box<Sampled>),
    /// The case cannot run here; the probe ends.
    Skip(String),
    /// The case went wrong; the probe ends.
    Fail(String),
    /// Everything is taken down; the probe ends.
    Farewell,
}

/// A proven burst, in ticks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sampled {
    /// One value per sample, in ticks over all its operations.
    pub(crate) ticks: Vec<u64>,
    /// Values of a level, in the unit of the case.
    pub(crate) levels: Vec<f64>,
    /// What the last level was made of.
    pub(crate) parts: BTreeMap<String, f64>,
    /// Operations, CPUs and counters.
    pub(crate) proof: Burst,
    /// A process beside the probe stood still, in this burst or before it.
    pub(crate) halted: bool,
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Skip(reason) => Self::Skip(reason),
            Failure::Fail(reason) => Self::Fail(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ab` has probes of older programs, and older programs may have ours.
    #[test]
    fn requests_stay_what_older_programs_read_and_write() {
        let burst = |warm_up| Request::Burst {
            batch: 2,
            ops: 6,
            warm_up,
        };
        let older = r#"{"burst":{"batch":2,"ops":6}}"#;
        assert_eq!(serde_json::to_string(&burst(None)).unwrap(), older);
        assert_eq!(serde_json::from_str::<Request>(older).unwrap(), burst(None));
        let warm_up = r#"{"burst":{"batch":2,"ops":6,"warm_up":5}}"#;
        assert_eq!(serde_json::to_string(&burst(Some(5))).unwrap(), warm_up);
    }
}
