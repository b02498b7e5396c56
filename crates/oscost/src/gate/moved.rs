//! The counters that moved with what stands out, from the records that it was
//! held against to the one that is judged.

use std::collections::BTreeMap;

use oscost_analysis::verdict::{Footing, Judgement, Verdict};
use oscost_analysis::{Counts, Lines, Moved, counts_of_digests, counts_of_rounds};
use oscost_record::{CaseId, CaseInfo, Nanos, Quantity, Record};

use super::Current;
use super::baseline::{By, Held};

/// A counter that changed by less than a twentieth is not told.
const THRESHOLD: f64 = 0.05;

/// By case.
pub(super) fn moved(
    current: &Current,
    held: &Held,
    judgements: &[Judgement],
) -> BTreeMap<CaseId, Vec<Moved>> {
    match &held.by {
        By::History(digests) => with_counts(current, judgements, |info, footing| {
            let present = digests
                .iter()
                .filter(|digest| digest.started >= footing.since);
            let before = present.filter_map(|digest| digest.cases.get(&info.id));
            let after = current.digest.cases.get(&info.id);
            (counts_of_digests(before), counts_of_digests(after))
        }),
        By::Record(one) => {
            let side = |record| (record, Lines::of(record));
            let (before, after) = (side(&one.0), side(&current.record));
            with_counts(current, judgements, |info, _| {
                (of_rounds(&before, info), of_rounds(&after, info))
            })
        }
    }
}

fn of_rounds((record, lines): &(&Record, Lines<'_>), info: &CaseInfo) -> Counts {
    let measured = lines.measured(info).into_iter();
    let lines: Vec<_> = measured.map(|(line, _)| line).collect();
    counts_of_rounds(&lines, record.run.seed, &info.id)
}

fn with_counts(
    current: &Current,
    judgements: &[Judgement],
    counts: impl Fn(&CaseInfo, &Footing) -> (Counts, Counts),
) -> BTreeMap<CaseId, Vec<Moved>> {
    let stand_out = judgements.iter().filter(|judgement| stands_out(judgement));
    let footings: BTreeMap<&CaseId, &Footing> = stand_out
        .filter_map(|judgement| Some((&judgement.id, judgement.footing.as_ref()?)))
        .collect();
    let mut found = BTreeMap::new();
    for info in &current.record.run.cases {
        if let Some(footing) = footings.get(&info.id) {
            let (before, after) = counts(info, footing);
            let moved = oscost_analysis::moved(&before, &after, THRESHOLD, each(info, current));
            found.insert(info.id.clone(), moved);
        }
    }
    found.retain(|_, moved: &mut Vec<Moved>| !moved.is_empty());
    found
}

fn stands_out(judgement: &Judgement) -> bool {
    use Verdict::{Improved, Invalid, Regressed};
    judgement.suspicion.is_some() || [Regressed, Improved, Invalid].contains(&judgement.verdict)
}

/// The time of one operation; none of a level.
fn each(info: &CaseInfo, current: &Current) -> Nanos {
    let case = current.digest.cases.get(&info.id);
    match info.unit.quantity {
        Quantity::Time => Nanos(case.map_or(0.0, |case| case.raw.level)),
        Quantity::Memory => Nanos(0.0),
    }
}
