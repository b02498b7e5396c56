//! Suspicions of the gate, measured anew. Only the fresh records count: what
//! was picked for being far off is further off than it is.

use super::Rules;
use super::finding::decide;
use super::footing::CONFIRMING;
use super::judgement::{Judgement, Reason};
use super::series::Point;
use crate::Digest;

/// Decides every suspicion by `fresh`, one or more records of the suspects
/// alone, against the same level of the history. Confirmed is what lies the
/// suspected way by more than δ and at 0.001, with Holm's correction over the
/// suspects.
///
/// Records taken within minutes share what the machine does in those minutes.
/// Three or more, apart in time, decide better than one long one.
pub fn confirm(judgements: &mut [Judgement], fresh: &[Digest], rules: &Rules) {
    decide(judgements, |judgement, way| {
        let footing = judgement.footing.as_ref().ok_or(Reason::New)?;
        let points: Vec<Point> = fresh
            .iter()
            .filter_map(|digest| digest.cases.get(&judgement.id))
            .filter_map(|case| Point::of(case, judgement.statistic, &footing.scale))
            .collect();
        let resolution = rules.resolutions.get(&judgement.id).copied();
        let resolution = resolution.unwrap_or(0.0);
        let statistic = judgement.statistic;
        let found = footing.finding(&points, statistic, Some(way), CONFIRMING, resolution);
        found.ok_or_else(|| Reason::NotMeasured("the fresh measurement has no figure".into()))
    });
}
