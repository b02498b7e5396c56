//! A case on the page: its anchor, its row, and the note under its
//! distribution.

use std::collections::{BTreeMap, BTreeSet};

use oscost_analysis::{Estimate, Summary, format};
use oscost_record::{CaseId, Cpu, Unit};

use super::column::{Cell, cells};
use crate::picture::{Distribution, Picture as _};
use crate::{figures, words};

/// The anchor of every case's row. Ids may hold anything; anchors hold
/// letters, digits and hyphens, and no two are alike.
pub(super) struct Anchors(BTreeMap<CaseId, String>);

impl Anchors {
    pub(super) fn of(summaries: &[Summary]) -> Self {
        let mut taken = BTreeSet::new();
        let mut anchors = BTreeMap::new();
        for summary in summaries {
            let id = &summary.info.id;
            let plain = format!("case-{}", words::slug(&id.0));
            let numbered = (2..).map(|number| format!("{plain}-{number}"));
            let mut names = std::iter::once(plain.clone()).chain(numbered);
            let anchor = names.find(|name| !taken.contains(name)).unwrap_or_default();
            taken.insert(anchor.clone());
            anchors.insert(id.clone(), anchor);
        }
        Self(anchors)
    }

    /// The anchor of a case's row; that of the table for a case without one.
    pub(super) fn of_case(&self, id: &CaseId) -> String {
        self.0
            .get(id)
            .cloned()
            .unwrap_or_else(|| "cases".to_owned())
    }
}

/// A row of the table.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) anchor: String,
    pub(super) id: String,
    pub(super) question: String,
    pub(super) task: &'static str,
    pub(super) aspect: &'static str,
    /// The anchor of its distribution; empty where it has none.
    pub(super) figure: String,
    pub(super) cells: Vec<Cell>,
    /// Why there is no figure, or not a whole one.
    pub(super) note: Option<String>,
}

impl Row {
    /// One row per summary, in the order of the catalogue.
    pub(super) fn all(
        summaries: &[Summary],
        anchors: &Anchors,
        pictures: &[Distribution],
    ) -> Vec<Self> {
        let drawn: BTreeMap<&CaseId, &str> = pictures
            .iter()
            .flat_map(|picture| {
                picture
                    .cases()
                    .map(|(_, summary)| (&summary.info.id, picture.stem()))
            })
            .collect();
        let row = |summary: &Summary| Self {
            anchor: anchors.of_case(&summary.info.id),
            id: summary.info.id.0.clone(),
            question: summary.info.question.clone(),
            task: summary.info.task.name(),
            aspect: summary.info.aspect.name(),
            figure: drawn
                .get(&summary.info.id)
                .copied()
                .unwrap_or_default()
                .to_owned(),
            cells: cells(summary),
            note: words::note(&summary.fate),
        };
        summaries.iter().map(row).collect()
    }
}

/// What stands under a distribution about one of its cases.
pub(super) struct CaseNote {
    pub(super) anchor: String,
    pub(super) task: &'static str,
    pub(super) question: String,
    pub(super) facts: Vec<String>,
}

impl CaseNote {
    pub(super) fn all(picture: &Distribution, anchors: &Anchors) -> Vec<Self> {
        let note = |(_, summary): (&str, &Summary)| Self {
            anchor: anchors.of_case(&summary.info.id),
            task: summary.info.task.name(),
            question: summary.info.question.clone(),
            facts: facts(summary),
        };
        picture.cases().map(note).collect()
    }
}

/// What the ridge does not show, and its row not in words.
fn facts(summary: &Summary) -> Vec<String> {
    let unit = &summary.info.unit;
    let mut facts = Vec::new();
    if let (Some(net), Some(control)) = (&summary.net, &summary.info.control) {
        facts.push(format!("net of {control}: {}", words::net(net, unit)));
    }
    if summary.ops_per_sample > 1 {
        let ops = format::grouped(summary.ops_per_sample as f64);
        facts.push(format!(
            "timed in batches: the spread is that of means of {ops} operations"
        ));
    }
    if !summary.parts.is_empty() {
        let bytes = Unit::memory("");
        let part = |(name, value): &(String, Estimate)| {
            let name = name.replace('_', " ");
            format!("{name} {}", words::interval(value, &bytes))
        };
        let parts: Vec<String> = summary.parts.iter().map(part).collect();
        facts.push(format!("of which: {}", parts.join(", ")));
    }
    let besides = summary.figures.iter();
    facts.extend(besides.map(|(name, value)| figures::with_interval(name, value)));
    for seen in &summary.placements {
        let bursts = words::several(seen.bursts, "burst");
        let median = format::quantity(seen.median, unit);
        facts.push(format!(
            "on {}: {bursts}, median {median}",
            cpus(&seen.cpus)
        ));
    }
    if summary.placements.is_empty() && !summary.cpus.is_empty() {
        facts.push(format!("ran on {}", cpus(&summary.cpus)));
    }
    if let (bursts, disturbed @ 1..) = summary.bursts {
        facts.push(format!(
            "{disturbed} of {} disturbed from outside",
            words::several(bursts, "burst")
        ));
    }
    if let Some(share) = summary.per_operation.system_share {
        facts.push(format!(
            "{} of its CPU time was spent in the kernel",
            format::percent(share)
        ));
    }
    facts.extend(words::note(&summary.fate));
    facts
}

fn cpus(cpus: &[Cpu]) -> String {
    let names: Vec<String> = cpus.iter().map(Cpu::to_string).collect();
    match names.as_slice() {
        [one] => format!("CPU {one}"),
        several => format!("CPUs {}", several.join(", ")),
    }
}
