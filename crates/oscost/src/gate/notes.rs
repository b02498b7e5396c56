//! What a reader has to know beside the verdicts, in sentences. They hold no
//! time of their own, so that the same records always give the same text.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use oscost_analysis::Digest;
use oscost_analysis::verdict::{Judgement, Scale, Statistic};
use oscost_record::Record;

use super::Gate;

/// Records of two drivers are never held against each other.
pub(super) const OTHER_DRIVER: &str =
    "one was measured by `oscost run`, the other by `cargo bench`";

/// Which records.
pub(super) fn against(started: &str, digests: &[Digest]) -> String {
    match digests {
        [] => format!("{started} against nothing"),
        [one] => format!("{started} against one record, of {}", one.started),
        [first, .., last] => format!(
            "{started} against {} records, {} to {}",
            digests.len(),
            first.started,
            last.started
        ),
    }
}

pub(super) fn no_verdict(why: &str) -> String {
    format!("A comparison, not a verdict, as `--across` asked for: {why}.")
}

pub(super) fn no_history(folder: &Path) -> String {
    format!(
        "There is no earlier record in {}; `oscost history add` adds this one for the next time.",
        folder.display()
    )
}

pub(super) fn another_series(folder: &Path, nearest: &str, why: &str) -> String {
    format!(
        "{} has no earlier record of this machine in this configuration. The nearest is \
         {nearest}: {why}. `oscost history add` begins a series with this one; `--across` \
         compares with the nearest, and fails nothing.",
        folder.display()
    )
}

pub(super) fn not_confirmed(why: &str) -> String {
    format!("Nothing was measured anew: {why}. Suspicions stay suspicions and fail nothing.")
}

pub(super) fn confirmed(suspects: usize, apart: Duration, records: &[&Path]) -> String {
    let records: Vec<String> = records
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    format!(
        "{suspects} suspected cases were measured anew in {} fresh records, {} s apart; these \
         decide: {}",
        records.len(),
        apart.as_secs(),
        records.join(", ")
    )
}

/// What follows from the verdicts.
pub(super) fn of(options: &Gate, record: &Record, judgements: &[Judgement]) -> Vec<String> {
    let is_suspected = |judgement: &Judgement| judgement.suspicion.is_some();
    let mut notes = Vec::new();
    if !options.confirm && judgements.iter().any(is_suspected) {
        notes.push(
            "A suspicion fails nothing: `--confirm` measures the suspects anew, on this machine, \
             and only what is found again is a regression."
                .to_owned(),
        );
    }
    if record.end.is_none() {
        notes.push("The record has no closing line: its run was killed.".to_owned());
    }
    notes.extend(scales(judgements));
    notes
}

/// How many medians were judged relative to which frozen workload.
fn scales(judgements: &[Judgement]) -> Option<String> {
    let medians = judgements
        .iter()
        .filter(|judgement| judgement.statistic == Statistic::Median);
    let footings: Vec<_> = medians
        .filter_map(|judgement| judgement.footing.as_ref())
        .collect();
    let mut workloads: BTreeMap<&str, usize> = BTreeMap::new();
    for footing in &footings {
        if let Scale::Relative(workload) = &footing.scale {
            *workloads.entry(workload).or_default() += 1;
        }
    }
    let relative: usize = workloads.values().sum();
    let named: Vec<String> = workloads
        .iter()
        .map(|(workload, count)| format!("{count} to {workload}"))
        .collect();
    (relative > 0).then(|| {
        format!(
            "{relative} of {} medians were judged relative to a frozen workload, which is \
             steadier on this machine ({}); the others as raw times.",
            footings.len(),
            named.join(", ")
        )
    })
}
