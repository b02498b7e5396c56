//! Two programs measured side by side: pairs of processes, one of either side,
//! in alternating bursts. Screening suspects, fresh pairs decide; the two are
//! never pooled, for what was picked for being large is too large on average.

use oscost_record::CaseId;

use super::finding::{Finding, decide};
use super::judgement::{Direction, Judgement, Reason, Statistic};
use super::{Delta, control};
use crate::bootstrap::CONFIDENCE;
use crate::statistics::{Alternative, Trimmed, student_quantile, wilcoxon};

/// The level of the screening test, one-sided.
const SCREENING: f64 = 0.05;

/// The level of the confirming test, one-sided, over all suspects.
const CONFIRMING: f64 = 0.01;

/// Fewer pairs cannot be screened: of six, all of one sign are 1 in 64.
pub(crate) const FEWEST_TO_SCREEN: usize = 6;

/// Fewer fresh pairs confirm nothing.
const FEWEST_TO_CONFIRM: usize = 20;

/// One figure of a case, measured side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs {
    /// Which case.
    pub id: CaseId,
    /// Which of its figures.
    pub statistic: Statistic,
    /// ln(B / A) of each pair of processes.
    pub differences: Vec<f64>,
    /// The same of pairs that both ran A, measured among the others: the null
    /// control, and the case's own noise. Empty where none was taken.
    pub null: Vec<f64>,
    /// The clock's resolution as a share of a sample; 0 where negligible.
    pub resolution: f64,
}

/// The first look, at some ten pairs a case: suspected is what differs by more
/// than δ and at 0.05, one-sided, in either direction. Where the null control
/// alarms every verdict is invalid.
///
/// The estimate is the trimmed mean of the differences. The test is Wilcoxon's,
/// which is exact here: of two sides that are alike either may come first. δ is
/// the largest of 2 %, how far the trimmed mean of as many null pairs strays
/// (95 %), and the clock's resolution.
#[must_use]
pub fn screen(cases: &[Pairs]) -> Vec<Judgement> {
    let mut judgements: Vec<Judgement> = cases.iter().map(screened).collect();
    void_if_alarmed(&mut judgements, cases);
    judgements
}

/// The second look, at twenty or more fresh pairs of the suspects alone:
/// confirmed is what differs the suspected way by more than δ and at 0.01, with
/// Holm's correction over the suspects. What has no fresh pairs stays
/// undecided. Where the fresh null control alarms every verdict is invalid.
pub fn confirm_pairs(judgements: &mut [Judgement], fresh: &[Pairs]) {
    decide(judgements, |judgement, way| {
        let pairs = fresh
            .iter()
            .find(|pairs| pairs.id == judgement.id && pairs.statistic == judgement.statistic);
        let none = Reason::TooFewPairs(FEWEST_TO_CONFIRM, 0);
        finding(pairs.ok_or(none)?, FEWEST_TO_CONFIRM, CONFIRMING, Some(way))
    });
    void_if_alarmed(judgements, fresh);
}

fn void_if_alarmed(judgements: &mut [Judgement], cases: &[Pairs]) {
    if control(cases).is_some() {
        for judgement in judgements {
            judgement.invalidate(Reason::Control);
        }
    }
}

fn screened(pairs: &Pairs) -> Judgement {
    match finding(pairs, FEWEST_TO_SCREEN, SCREENING, None) {
        Ok(finding) => finding.first(&pairs.id, pairs.statistic, None, finding.stands_out()),
        Err(reason) => Judgement::without_figures(&pairs.id, pairs.statistic, reason),
    }
}

/// The test looks `way`, or where the estimate points.
fn finding(
    pairs: &Pairs,
    fewest: usize,
    level: f64,
    way: Option<Direction>,
) -> Result<Finding, Reason> {
    let differences = finite(&pairs.differences);
    let too_few = || Reason::TooFewPairs(fewest, differences.len());
    let centre = Trimmed::of(&differences)
        .filter(|found| found.n >= fewest)
        .ok_or_else(too_few)?;
    let alternative = match way.unwrap_or(Direction::of(centre.mean)) {
        Direction::Slower => Alternative::Greater,
        Direction::Faster => Alternative::Less,
    };
    let null = Trimmed::of(&finite(&pairs.null));
    let noise = null.map_or(0.0, |null| {
        let t = student_quantile(0.5 + CONFIDENCE / 2.0, null.degrees);
        t * null.spread() / (differences.len() as f64).sqrt()
    });
    Ok(Finding {
        change: centre.mean,
        error: centre.error,
        degrees: centre.degrees,
        p: wilcoxon(&differences, alternative),
        level,
        delta: Delta::of(noise, pairs.resolution),
    })
}

pub(crate) fn finite(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|x| x.is_finite()).collect()
}
