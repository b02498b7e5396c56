//! A change on the logarithmic scale with its error, and the one way from
//! there to a judgement. Both the paired and the historical comparison end
//! here, so that "same" means the same in both.

use oscost_record::CaseId;

use super::judgement::{Direction, Judgement, Reason, Statistic, Verdict};
use super::{Delta, Footing};
use crate::Estimate;
use crate::bootstrap::CONFIDENCE;
use crate::statistics::{smallest_effect, student_quantile};

/// A δ above this hides what anybody would call a change: within it nothing is
/// "the same".
const BLIND: f64 = 0.25;

/// The probability with which a change of the size called smallest is found.
pub(crate) const POWER: f64 = 0.8;

/// What was found of a figure.
pub(crate) struct Finding {
    /// ln(after / before).
    pub(crate) change: f64,
    /// Its standard error.
    pub(crate) error: f64,
    /// Degrees of freedom of the error.
    pub(crate) degrees: f64,
    /// One-sided probability, in the direction of the change.
    pub(crate) p: f64,
    /// The level that `p` is held against.
    pub(crate) level: f64,
    pub(crate) delta: Delta,
}

impl Finding {
    /// Beyond δ and beyond chance.
    pub(crate) fn stands_out(&self) -> Option<Direction> {
        self.beyond(self.delta)
    }

    /// Further off than `least`, and than chance.
    pub(crate) fn beyond(&self, least: Delta) -> Option<Direction> {
        let beyond = self.change.abs() > least.logarithmic() && self.p <= self.level;
        beyond.then(|| Direction::of(self.change))
    }

    /// What is said where nothing stands out.
    pub(crate) fn otherwise(&self) -> (Verdict, Reason) {
        let delta = self.delta.logarithmic();
        let is_within = self.change.abs() + self.reach() <= delta;
        if is_within && self.delta.share <= BLIND {
            (Verdict::Same, Reason::Within)
        } else if is_within {
            (Verdict::Inconclusive, Reason::Blind)
        } else if self.smallest() > self.delta.share {
            (Verdict::Inconclusive, Reason::TooNoisy)
        } else {
            (Verdict::Inconclusive, Reason::Borderline)
        }
    }

    /// A judgement with these figures.
    pub(crate) fn judged(
        &self,
        id: &CaseId,
        statistic: Statistic,
        (verdict, reason): (Verdict, Reason),
    ) -> Judgement {
        let reach = self.reach();
        Judgement {
            verdict,
            ratio: Some(Estimate {
                value: self.change.exp(),
                low: (self.change - reach).exp(),
                high: (self.change + reach).exp(),
            }),
            delta: Some(self.delta),
            smallest: Some(self.smallest()),
            p: Some(self.p),
            ..Judgement::without_figures(id, statistic, reason)
        }
    }

    /// The judgement before anything was measured anew.
    pub(crate) fn first(
        &self,
        id: &CaseId,
        statistic: Statistic,
        footing: Option<Footing>,
        suspicion: Option<Direction>,
    ) -> Judgement {
        let said = suspicion.map_or_else(
            || self.otherwise(),
            |way| (Verdict::Inconclusive, Reason::Suspected(way)),
        );
        Judgement {
            suspicion,
            footing,
            ..self.judged(id, statistic, said)
        }
    }

    fn reach(&self) -> f64 {
        self.error * student_quantile(0.5 + CONFIDENCE / 2.0, self.degrees)
    }

    fn smallest(&self) -> f64 {
        smallest_effect(self.error, self.degrees, self.level, POWER).exp_m1()
    }
}

/// What fresh measurements make of suspicions. Each is held against the level
/// only after Holm's correction for the number of suspects, and must point the
/// way that was suspected.
pub(crate) fn decide(
    judgements: &mut [Judgement],
    mut fresh: impl FnMut(&Judgement, Direction) -> Result<Finding, Reason>,
) {
    let mut found = Vec::new();
    for (index, judgement) in judgements.iter_mut().enumerate() {
        let Some(way) = judgement.suspicion else {
            continue;
        };
        match fresh(judgement, way) {
            Ok(finding) => found.push((index, way, finding)),
            Err(reason) => {
                judgement.suspicion = None;
                judgement.reason = reason;
            }
        }
    }
    let p: Vec<f64> = found.iter().map(|(_, _, finding)| finding.p).collect();
    let adjusted = crate::statistics::holm(&p);
    for ((index, way, mut finding), p) in found.into_iter().zip(adjusted) {
        finding.p = p;
        let said = if finding.stands_out() == Some(way) {
            (way.verdict(), Reason::Confirmed(way))
        } else {
            let (verdict, _) = finding.otherwise();
            (verdict, Reason::NotConfirmed(way))
        };
        let judgement = &mut judgements[index];
        let footing = judgement.footing.take();
        *judgement = Judgement {
            footing,
            ..finding.judged(&judgement.id, judgement.statistic, said)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without_change(noise: f64) -> (Verdict, Reason) {
        let finding = Finding {
            change: 0.0,
            error: 0.001,
            degrees: 20.0,
            p: 0.5,
            level: 0.05,
            delta: Delta::of(noise, 0.0),
        };
        finding.otherwise()
    }

    #[test]
    fn within_a_delta_that_hides_everything_nothing_is_the_same() {
        assert_eq!(without_change(0.1), (Verdict::Same, Reason::Within));
        assert_eq!(without_change(0.3), (Verdict::Inconclusive, Reason::Blind));
    }
}
