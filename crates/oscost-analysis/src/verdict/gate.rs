//! One record against the history of its machine. It suspects and does not
//! condemn: whoever suspects measures anew, and [`super::confirm()`] decides.

use std::collections::BTreeMap;

use oscost_record::CaseId;

use super::footing::{Footing, SUSPECTING};
use super::judgement::{Judgement, Reason, Statistic};
use super::series::{Point, Scale, WINDOW};
use super::{Delta, Rules};
use crate::{CaseDigest, Digest, side_by_side};

/// What a record is held against. That machine and configuration are the same
/// is for the caller to see to ([`super::standing()`]).
#[derive(Clone, Copy, Debug)]
pub enum Baseline<'a> {
    /// Earlier records, oldest first.
    History(&'a [Digest]),
    /// One earlier record.
    Record(&'a Digest),
}

/// Judges every case of `now`: its median and, where there is one, its p99.
///
/// Of a history the records since the last change of level speak, at most the
/// latest 20, at least 5; a median on the scale (raw, or relative to a frozen
/// workload) on which the case was steadier from record to record, a tail on the
/// relative one wherever five records have both. Suspected is what lies
/// further from their trimmed mean than 2 %, than the clock's resolution, and
/// than a further unchanged record would five times in a hundred, on either side.
/// δ, which a confirmed change must exceed, is the largest of the first two and
/// of how far an unchanged record lies once in a hundred times; the interval of
/// the ratio holds the noise of both sides.
///
/// Cases come in alphabetical order, the median before the p99. A case that
/// the record skipped or failed although it was measured before is told; one
/// that the run did not include is not.
#[must_use]
pub fn gate(now: &Digest, baseline: Baseline<'_>, rules: &Rules) -> Vec<Judgement> {
    let history = match baseline {
        Baseline::History(digests) => &digests[digests.len().saturating_sub(WINDOW)..],
        Baseline::Record(digest) => std::slice::from_ref(digest),
    };
    let mut earlier: BTreeMap<&CaseId, Vec<(usize, &CaseDigest)>> = BTreeMap::new();
    for (place, digest) in history.iter().enumerate() {
        for (id, case) in &digest.cases {
            earlier.entry(id).or_default().push((place, case));
        }
    }
    let alone = matches!(baseline, Baseline::Record(_));
    let one = |(id, case): &(&CaseId, &CaseDigest)| {
        let records = earlier.get(id).map(Vec::as_slice).unwrap_or_default();
        let figures = [Some(Statistic::Median), case.p99.map(|_| Statistic::P99)];
        let judged = figures.into_iter().flatten().map(|statistic| {
            let footing = match records {
                [] => Err(Reason::New),
                [(place, before), ..] if alone => {
                    Footing::of_record(before, case, statistic, &history[*place].started)
                }
                records => {
                    Footing::of_history(records, case, statistic, |place| &history[place].started)
                }
            };
            let resolution = rules.resolutions.get(id).copied().unwrap_or(0.0);
            judge(id, case, statistic, footing, resolution)
        });
        judged.collect::<Vec<Judgement>>()
    };
    let cases: Vec<(&CaseId, &CaseDigest)> = now.cases.iter().collect();
    let mut judgements: Vec<Judgement> = side_by_side(&cases, one).into_iter().flatten().collect();
    let lost = now
        .missing
        .iter()
        .filter(|(id, _)| earlier.contains_key(id));
    judgements.extend(lost.map(|(id, why)| {
        let reason = Reason::NotMeasured(why.clone());
        Judgement::without_figures(id, Statistic::Median, reason)
    }));
    judgements.sort_by(|a, b| (&a.id, a.statistic).cmp(&(&b.id, b.statistic)));
    judgements
}

fn judge(
    id: &CaseId,
    now: &CaseDigest,
    statistic: Statistic,
    footing: Result<Footing, Reason>,
    resolution: f64,
) -> Judgement {
    let found = footing.and_then(|footing| {
        if Point::of(now, statistic, &Scale::Raw).is_none() {
            return Err(Reason::NoRatio);
        }
        let point = Point::of(now, statistic, &footing.scale).ok_or(Reason::NoRatio)?;
        let finding = footing.finding(&[point], statistic, None, SUSPECTING, resolution);
        Ok((finding.ok_or(Reason::NoRatio)?, footing))
    });
    match found {
        Ok((finding, footing)) => {
            // δ is for the fresh figures: one record has its noise in full, and
            // beyond that half of the changes of its size would not lie.
            let suspicion = finding.beyond(Delta::of(0.0, resolution));
            finding.first(id, statistic, Some(footing), suspicion)
        }
        Err(reason) => Judgement::without_figures(id, statistic, reason),
    }
}
