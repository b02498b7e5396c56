//! The lines of a record after its header.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{CaseId, Cpu, End, Nanos, Ops, Run, Samples, State, Unit};

/// One line of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Line {
    /// The header: first line, once.
    Run(Box<Run>),
    /// The machine's state when a round began.
    Round(RoundLine),
    /// One case in one round.
    Case(Box<CaseLine>),
    /// The last line of a run that ended by itself.
    End(End),
}

/// The machine's state when a round began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundLine {
    /// Counted from 0, over the run: where a time was filled, a case may have taken
    /// no part in it.
    pub round: u32,
    /// What the machine was doing.
    pub state: State,
}

/// What became of a case in a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "reason", rename_all = "kebab-case")]
pub enum Outcome {
    /// The samples are good.
    Measured,
    /// This machine cannot run the case: why not, and the way out.
    Skipped(String),
    /// The case ran and something was wrong: the call, the error, the proof
    /// that did not hold.
    Failed(String),
}

/// One case in one round, measured in a process of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseLine {
    /// Which case.
    pub id: CaseId,
    /// Which of the case's own rounds, counted from 0. Where a time was filled, cases
    /// have different numbers of them.
    pub round: u32,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The unit of every sample.
    pub unit: Unit,
    /// Operations that one sample spans: 1 where each was timed alone.
    pub ops_per_sample: Ops,
    /// The samples, per operation.
    #[serde(default)]
    pub samples: Samples,
    /// Totals over all bursts of this round.
    #[serde(default)]
    pub counters: Counters,
    /// Every CPU that a party was seen on, by rising number.
    #[serde(default)]
    pub cpus: Vec<Cpu>,
    /// The bursts in the order in which they ran.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bursts: Vec<Burst>,
    /// What the frozen workload took that had its bursts between those of the
    /// case; absent where none had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
}

/// A frozen workload whose bursts took turns with those of a case. What the
/// machine did to both in those milliseconds cancels in their ratio.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// Which workload, with its version: `pipe@1`. Ratios to different
    /// workloads, or versions of one, are never compared.
    pub workload: String,
    /// The median of its bursts, per operation of the workload.
    pub level: Nanos,
    /// The median over neighbouring bursts of case ÷ workload: time per
    /// operation of the one by time per operation of the other.
    pub ratio: f64,
}

/// Consecutive samples between two readings of the counters: what one proof
/// of work covers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Burst {
    /// Operations done.
    pub ops: Ops,
    /// Time inside the timed regions.
    pub elapsed: Nanos,
    /// The CPU of each party at the end, the measuring one first.
    pub cpus: Vec<Cpu>,
    /// What the kernel counted meanwhile, over all parties.
    pub counters: Counters,
    /// The hypervisor took time away, or a foreign task ran in between.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disturbed: bool,
}

/// What the kernel counted. A count that a machine cannot give is absent,
/// never zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Context switches that a party asked for by blocking (`getrusage`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voluntary_switches: Option<u64>,
    /// Context switches that were forced on a party (`getrusage`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub involuntary_switches: Option<u64>,
    /// Page faults served without a device (`getrusage`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minor_faults: Option<u64>,
    /// Page faults that had to wait for a device (`getrusage`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub major_faults: Option<u64>,
    /// CPU time in user mode (`getrusage`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_time: Option<Nanos>,
    /// CPU time in the kernel (`getrusage`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_time: Option<Nanos>,
    /// Processes and threads that the kernel made, on the whole machine
    /// (`processes` of `/proc/stat`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tasks_created: Option<u64>,
    /// Time that the hypervisor took away, on the whole machine (`steal` of
    /// `/proc/stat`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steal: Option<Nanos>,
    /// Named parts of a memory figure, in bytes per task.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, f64>,
    /// Figures that the case took beside its samples. A name ends in its unit:
    /// `_share` is between 0 and 1, `_per_second` a rate, `_ns` a time,
    /// `_bytes` a size, `_count` a number; what it is counted per may follow.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub figures: BTreeMap<String, f64>,
}

impl Counters {
    /// Adds another stretch of the same case to this one. Counts are summed
    /// where both stretches have them; parts and figures, which are levels, are replaced.
    pub fn add(&mut self, other: &Self) {
        fn sum<T: Copy>(a: &mut Option<T>, b: Option<T>, add: impl Fn(T, T) -> T) {
            *a = match (*a, b) {
                (Some(a), Some(b)) => Some(add(a, b)),
                (a, b) => a.or(b),
            };
        }
        let nanos = |a: Nanos, b: Nanos| Nanos(a.0 + b.0);
        sum(
            &mut self.voluntary_switches,
            other.voluntary_switches,
            |a, b| a + b,
        );
        sum(
            &mut self.involuntary_switches,
            other.involuntary_switches,
            |a, b| a + b,
        );
        sum(&mut self.minor_faults, other.minor_faults, |a, b| a + b);
        sum(&mut self.major_faults, other.major_faults, |a, b| a + b);
        sum(&mut self.user_time, other.user_time, nanos);
        sum(&mut self.system_time, other.system_time, nanos);
        sum(&mut self.tasks_created, other.tasks_created, |a, b| a + b);
        sum(&mut self.steal, other.steal, nanos);
        self.parts.extend(other.parts.clone());
        self.figures.extend(other.figures.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_count_stays_absent() {
        let mut total = Counters::default();
        total.add(&Counters::default());
        assert_eq!(total.steal, None);
        assert!(!serde_json::to_string(&total).unwrap().contains("steal"));
    }

    #[test]
    fn counts_add_up() {
        let mut total = Counters {
            minor_faults: Some(2),
            ..Counters::default()
        };
        total.add(&Counters {
            minor_faults: Some(3),
            voluntary_switches: Some(1),
            ..Counters::default()
        });
        assert_eq!(total.minor_faults, Some(5));
        assert_eq!(total.voluntary_switches, Some(1));
    }

    #[test]
    fn an_outcome_is_two_fields_of_its_line() {
        let text = r#"{"kind":"case","id":"a/b","round":0,"outcome":"skipped","reason":"no CPU","unit":"ns/x","ops_per_sample":1}"#;
        let Line::Case(line) = serde_json::from_str(text).unwrap() else {
            panic!("not a case line");
        };
        assert_eq!(line.outcome, Outcome::Skipped("no CPU".into()));
        let text = r#"{"kind":"case","id":"a/b","round":0,"outcome":"measured","unit":"ns/x","ops_per_sample":1}"#;
        assert!(serde_json::from_str::<Line>(text).is_ok());
    }
}
