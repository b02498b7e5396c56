//! A verdict on one case with everything that it stands on. It must never be
//! shown without its reason.

use std::collections::BTreeSet;
use std::fmt;

use oscost_record::CaseId;
use serde::{Serialize, Serializer};

use super::{Delta, Footing};
use crate::Estimate;

/// What is said of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Slower (or larger) by more than δ: suspected, measured anew, and found
    /// again.
    Regressed,
    /// The same the other way.
    Improved,
    /// The interval of the change lies within ±δ.
    Same,
    /// Neither can be said.
    Inconclusive,
    /// The measurement itself is not to be trusted.
    Invalid,
}

impl Verdict {
    /// All of them, worst first.
    pub const ALL: [Self; 5] = [
        Self::Regressed,
        Self::Improved,
        Self::Same,
        Self::Inconclusive,
        Self::Invalid,
    ];

    /// The name in tables and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::Improved => "improved",
            Self::Same => "same",
            Self::Inconclusive => "inconclusive",
            Self::Invalid => "invalid",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Which figure of a case is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statistic {
    /// The level: of the rounds' medians.
    Median,
    /// The 99th percentile of all samples.
    P99,
}

impl Statistic {
    /// The name in tables and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Median => "median",
            Self::P99 => "p99",
        }
    }
}

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Slower, or larger.
    Slower,
    /// Faster, or smaller.
    Faster,
}

impl Direction {
    /// Of a change on the logarithmic scale.
    pub(crate) fn of(change: f64) -> Self {
        if change >= 0.0 {
            Self::Slower
        } else {
            Self::Faster
        }
    }

    /// What a confirmed suspicion is called.
    pub(crate) fn verdict(self) -> Verdict {
        match self {
            Self::Slower => Verdict::Regressed,
            Self::Faster => Verdict::Improved,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Slower => "slower",
            Self::Faster => "faster",
        }
    }
}

/// Why a verdict is what it is, in words. Figures stand in the judgement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Beyond δ, and again in fresh measurements.
    Confirmed(Direction),
    /// Beyond δ at first, not again.
    NotConfirmed(Direction),
    /// Beyond δ; not measured anew.
    Suspected(Direction),
    /// The interval lies within ±δ.
    Within,
    /// Even a change larger than δ could have gone unseen.
    TooNoisy,
    /// The case's own noise on this machine makes δ so large that it hides what
    /// anybody would call a change.
    Blind,
    /// A change of δ would have been seen; this one lies too near to δ.
    Borderline,
    /// So many are needed, so many are there.
    TooFewPairs(usize, usize),
    /// So many earlier records of one level are needed, so many are there.
    TooFewRecords(usize, usize),
    /// The figure has no spread that a single earlier record could tell.
    NoSpread,
    /// Zero, or below: there is no ratio.
    NoRatio,
    /// No earlier record has the case.
    New,
    /// The case was measured before, and not now.
    NotMeasured(String),
    /// A program measured against itself differed.
    Control,
    /// Machine or configuration is another.
    Environment,
    /// The CPU is emulated.
    Emulated,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confirmed(way) => {
                let way = way.word();
                write!(f, "{way} by more than δ, and again when measured anew")
            }
            Self::NotConfirmed(way) => {
                write!(f, "looked {} at first, not when measured anew", way.word())
            }
            Self::Suspected(way) => {
                write!(f, "looks {}; not yet measured anew", way.word())
            }
            Self::Within => write!(f, "the interval lies within ±δ"),
            Self::TooNoisy => write!(
                f,
                "too noisy: the smallest change that could have been seen is larger than δ"
            ),
            Self::Blind => write!(
                f,
                "too noisy: the case's own noise on this machine hides changes of up to δ"
            ),
            Self::Borderline => write!(f, "the interval reaches beyond ±δ on one side"),
            Self::TooFewPairs(needed, there) => {
                write!(f, "needs {needed} pairs of processes, has {there}")
            }
            Self::TooFewRecords(needed, there) => write!(
                f,
                "needs {needed} earlier records since the last change, has {there}"
            ),
            Self::NoSpread => write!(f, "one earlier record does not tell how far it strays"),
            Self::NoRatio => write!(f, "a figure of zero or below has no ratio"),
            Self::New => write!(f, "no earlier record has it"),
            Self::NotMeasured(why) => write!(f, "not measured now: {why}"),
            Self::Control => write!(
                f,
                "the null control alarmed: a program differed from itself"
            ),
            Self::Environment => write!(f, "another machine or configuration"),
            Self::Emulated => write!(f, "the CPU is emulated: its times say nothing of a machine"),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The verdict on one figure of one case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judgement {
    /// Which case.
    pub id: CaseId,
    /// Which of its figures.
    pub statistic: Statistic,
    /// What is said of it.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// Set while a suspicion waits for a fresh measurement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspicion: Option<Direction>,
    /// After over before, with its 95 % interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<Estimate>,
    /// What a change must exceed to count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<Delta>,
    /// The smallest change, as a share, that the test would have found with
    /// probability 0.8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smallest: Option<f64>,
    /// One-sided probability of so large a change from nothing; adjusted for
    /// the number of suspects where it was measured anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// What the figure was held against, where that is a history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footing: Option<Footing>,
}

impl Judgement {
    /// Nothing was computed, for this reason.
    pub(crate) fn without_figures(id: &CaseId, statistic: Statistic, reason: Reason) -> Self {
        let verdict = match reason {
            Reason::Control | Reason::Environment | Reason::Emulated => Verdict::Invalid,
            _ => Verdict::Inconclusive,
        };
        Self {
            id: id.clone(),
            statistic,
            verdict,
            reason,
            suspicion: None,
            ratio: None,
            delta: None,
            smallest: None,
            p: None,
            footing: None,
        }
    }

    /// Suspected, or found, to have changed.
    #[must_use]
    pub fn is_flagged(&self) -> bool {
        self.suspicion.is_some() || matches!(self.verdict, Verdict::Regressed | Verdict::Improved)
    }

    /// Takes the verdict back; the figures stay to be looked at.
    pub fn invalidate(&mut self, reason: Reason) {
        self.verdict = Verdict::Invalid;
        self.reason = reason;
        self.suspicion = None;
    }
}

/// The cases to measure anew, each once, in alphabetical order.
#[must_use]
pub fn suspects(judgements: &[Judgement]) -> Vec<CaseId> {
    let suspected = judgements
        .iter()
        .filter(|judgement| judgement.suspicion.is_some());
    let ids: BTreeSet<&CaseId> = suspected.map(|judgement| &judgement.id).collect();
    ids.into_iter().cloned().collect()
}
