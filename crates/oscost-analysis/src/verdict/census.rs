//! How many cases got which verdict, and why. Every judgement is counted.

use std::collections::BTreeMap;

use serde::Serialize;

use super::judgement::{Judgement, Statistic, Verdict};

/// Judgements alike in figure and verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Which figure.
    pub statistic: Statistic,
    /// Which verdict.
    pub verdict: Verdict,
    /// How many.
    pub count: usize,
    /// For which reasons, in words, and how many each.
    pub reasons: BTreeMap<String, usize>,
}

/// What became of all judgements: medians first, worst verdicts first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Census(pub Vec<Tally>);

impl Census {
    /// Counts.
    #[must_use]
    pub fn of(judgements: &[Judgement]) -> Self {
        let mut counted: BTreeMap<(Statistic, Verdict), BTreeMap<String, usize>> = BTreeMap::new();
        for judgement in judgements {
            let alike = counted.entry((judgement.statistic, judgement.verdict));
            let reason = judgement.reason.to_string();
            *alike.or_default().entry(reason).or_default() += 1;
        }
        let tallies = counted.into_iter();
        Self(
            tallies
                .map(|((statistic, verdict), reasons)| Tally {
                    statistic,
                    verdict,
                    count: reasons.values().sum(),
                    reasons,
                })
                .collect(),
        )
    }

    /// How many figures got that verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        let alike = self.0.iter().filter(|tally| tally.verdict == verdict);
        alike.map(|tally| tally.count).sum()
    }
}
