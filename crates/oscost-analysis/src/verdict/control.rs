//! The null control: a program measured against itself, among the pairs that
//! count. Where it shows a difference, the measuring made it, and nothing that
//! was measured beside it is to be trusted.

use oscost_record::Stage;
use serde::Serialize;

use super::FLOOR;
use super::judgement::Statistic;
use super::pairs::{Pairs, finite};
use crate::statistics::{Alternative, binomial_tail, holm, student, trimmed_mean, wilcoxon};

/// The share of sound measurements in which each of the two alarms is given:
/// with two looks, screening and confirming, one run in a hundred.
const ALARM: f64 = 0.0025;

/// The level at which a single null is counted as odd.
const ODD: f64 = 0.05;

/// Fewer null pairs are no control.
const FEWEST: usize = 6;

/// Why the null control alarmed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alarm {
    /// One null differs too much to be chance, with Holm's correction over all
    /// (Student's t for
    /// pairs: ranks of ten pairs cannot be as sure as that, and wild values make
    /// it too careful, not too bold).
    OneNull {
        /// Which case.
        case: String,
        /// The adjusted two-sided probability.
        p: f64,
    },
    /// More nulls are odd (Wilcoxon's test, two-sided, at 0.05) than chance
    /// makes of so many.
    TooMany {
        /// How many are odd.
        odd: u64,
        /// Of how many.
        of: u64,
    },
}

impl Alarm {
    /// What happened in the look, in a sentence.
    #[must_use]
    pub fn in_words(&self, stage: Stage) -> String {
        let look = match stage {
            Stage::Screening => "the first look",
            Stage::Confirming => "the second look",
        };
        match self {
            Self::OneNull { case, p } => format!(
                "null control of {look}: two processes of A differ in {case} (p = {p:.1e}); nothing is judged"
            ),
            Self::TooMany { odd, of } => format!(
                "null control of {look}: two processes of A differ in {odd} of {of} cases; nothing is judged"
            ),
        }
    }
}

/// Whether the nulls of a run differ by more than 2 % and by more than chance
/// allows. Less never counts among the verdicts either.
#[must_use]
pub fn control(cases: &[Pairs]) -> Option<Alarm> {
    let nulls: Vec<(&Pairs, Vec<f64>)> = cases
        .iter()
        .map(|pairs| (pairs, finite(&pairs.null)))
        .filter(|(_, null)| null.len() >= FEWEST)
        .collect();
    one_null(&nulls).or_else(|| too_many(&nulls))
}

fn one_null(nulls: &[(&Pairs, Vec<f64>)]) -> Option<Alarm> {
    let p: Vec<f64> = nulls
        .iter()
        .map(|(_, null)| student(null, Alternative::TwoSided).unwrap_or(1.0))
        .collect();
    let adjusted = holm(&p).into_iter().zip(nulls);
    let large = adjusted.filter(|(_, (_, null))| matters(null));
    let (p, (pairs, _)) = large.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let case = pairs.id.to_string();
    (p <= ALARM).then_some(Alarm::OneNull { case, p })
}

/// Of medians alone: the tail of a case is no witness apart from its median.
fn too_many(nulls: &[(&Pairs, Vec<f64>)]) -> Option<Alarm> {
    let medians = nulls
        .iter()
        .filter(|(pairs, _)| pairs.statistic == Statistic::Median);
    let of = medians.clone().count() as u64;
    let is_odd = |null: &[f64]| matters(null) && wilcoxon(null, Alternative::TwoSided) <= ODD;
    let odd = medians.filter(|(_, null)| is_odd(null)).count() as u64;
    (binomial_tail(odd, of, ODD) <= ALARM).then_some(Alarm::TooMany { odd, of })
}

fn matters(null: &[f64]) -> bool {
    trimmed_mean(null).is_some_and(|mean| mean.abs() > FLOOR.ln_1p())
}
