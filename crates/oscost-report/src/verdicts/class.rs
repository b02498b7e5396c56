//! What a reader wants to see first. It must never leave out a judgement: each
//! belongs to one class.

use std::cmp::Ordering;

use oscost_analysis::verdict::{Direction, Judgement, Reason, Verdict};

/// What was found of a figure, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Regressed,
    SuspectedSlower,
    /// Measured before, and not now.
    Lost,
    Invalid,
    Improved,
    SuspectedFaster,
    Inconclusive,
    Same,
}

impl Class {
    pub(super) fn of(judgement: &Judgement) -> Self {
        match (judgement.verdict, &judgement.suspicion, &judgement.reason) {
            (Verdict::Regressed, ..) => Self::Regressed,
            (Verdict::Improved, ..) => Self::Improved,
            (Verdict::Same, ..) => Self::Same,
            (Verdict::Invalid, ..) => Self::Invalid,
            (_, Some(Direction::Slower), _) => Self::SuspectedSlower,
            (_, Some(Direction::Faster), _) => Self::SuspectedFaster,
            (_, None, Reason::NotMeasured(_)) => Self::Lost,
            (_, None, _) => Self::Inconclusive,
        }
    }

    /// Whether a comment speaks of it one by one.
    pub(super) fn is_told(self) -> bool {
        self < Self::Inconclusive
    }

    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::SuspectedSlower => "suspected of being slower, not confirmed",
            Self::Lost => "measured before, not now",
            Self::Invalid => "invalid",
            Self::Improved => "improved",
            Self::SuspectedFaster => "suspected of being faster, not confirmed",
            Self::Inconclusive => "inconclusive",
            Self::Same => "same",
        }
    }
}

/// All judgements with their class: the gravest class first, in it the largest
/// change, then by name.
pub(super) fn ranked(judgements: &[Judgement]) -> Vec<(Class, &Judgement)> {
    let classed = judgements.iter();
    let mut all: Vec<_> = classed
        .map(|judgement| (Class::of(judgement), judgement))
        .collect();
    all.sort_by(|(class, a), (other, b)| {
        let by_size = || size(b).total_cmp(&size(a));
        let by_name = || (&a.id, a.statistic).cmp(&(&b.id, b.statistic));
        class.cmp(other).then_with(by_size).then_with(by_name)
    });
    all
}

/// How far from 1, whichever way.
fn size(judgement: &Judgement) -> f64 {
    let size = judgement.ratio.map_or(0.0, |ratio| ratio.value.ln().abs());
    match size.partial_cmp(&0.0) {
        Some(Ordering::Greater) => size,
        _ => 0.0,
    }
}
