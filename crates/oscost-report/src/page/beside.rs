//! The tables of what is neither made, switched nor kept: handing over,
//! locking, waiting, crashing, whole programs, touching memory, sizes. One row per cost, one
//! column per kind of task, so that the same cost of two kinds stands side by
//! side. Not every case has a row here; the table of all cases leaves none out.

use oscost_analysis::{Summary, format, full_title};
use oscost_record::{Aspect, CaseInfo, Placement, TaskKind};

use super::case::Anchors;
use super::column::Cell;
use crate::picture::Apart;
use crate::words;

/// The aspects that have no picture of their own, in order.
const ASPECTS: [Aspect; 8] = [
    Aspect::Talk,
    Aspect::Lock,
    Aspect::Delay,
    Aspect::Crash,
    Aspect::Work,
    Aspect::Part,
    Aspect::Touch,
    Aspect::Size,
];

/// The kinds, in the order of the columns.
pub(super) const KINDS: [TaskKind; 3] = [TaskKind::Process, TaskKind::Thread, TaskKind::Coroutine];

/// An operation with more sizes than this is represented by its smallest.
const FEW: usize = 3;

/// A table with more rows than this is folded away.
const MANY: usize = 40;

/// One aspect.
pub(super) struct Costs {
    pub(super) title: &'static str,
    pub(super) rows: Vec<Cost>,
    pub(super) folded: bool,
}

/// One cost of as many kinds as have it.
pub(super) struct Cost {
    pub(super) name: String,
    pub(super) per: String,
    /// One for each kind: the cell and the anchor of its case.
    pub(super) kinds: Vec<(Cell, String)>,
    /// The id without the suite.
    operation: String,
}

impl Costs {
    /// Every aspect that the record has, in the order of the catalogue.
    pub(super) fn all(summaries: &[Summary], anchors: &Anchors) -> Vec<Self> {
        let costs = |aspect| {
            let rows = rows(summaries, aspect, anchors);
            Self {
                title: match aspect {
                    // The others of this aspect are in a picture.
                    Aspect::Part => "To load a program, to learn of an end",
                    other => words::aspect(other),
                },
                folded: rows.len() > MANY,
                rows,
            }
        };
        let all = ASPECTS.into_iter().map(costs);
        all.filter(|costs| !costs.rows.is_empty()).collect()
    }
}

fn rows(summaries: &[Summary], aspect: Aspect, anchors: &Anchors) -> Vec<Cost> {
    let of_it = summaries.iter().filter(|summary| {
        let info = &summary.info;
        info.aspect == aspect && !Apart::holds(info) && is_plain(info)
    });
    let of_it: Vec<&Summary> = of_it.collect();
    let mut rows: Vec<Cost> = Vec::new();
    for summary in of_it.iter().filter(|one| represents_its_sizes(one, &of_it)) {
        let info = &summary.info;
        let name = full_title(info);
        let Some(column) = KINDS.iter().position(|kind| *kind == info.task) else {
            continue;
        };
        let operation = info.id.0.split_once('/').map_or("", |(_, rest)| rest);
        // The same words, on the axis or in the id, and the same unit: the same
        // cost of another kind.
        let fits = |row: &&mut Cost| {
            let same = row.name == name || row.operation == operation;
            same && row.per == info.unit.per && row.kinds[column].1.is_empty()
        };
        let place = (cell(summary), anchors.of_case(&info.id));
        match rows.iter_mut().find(fits) {
            Some(row) => {
                row.kinds[column] = place;
                if row.name != name {
                    row.name = format!("{} / {name}", row.name);
                }
            }
            None => {
                let mut kinds = vec![(Cell::text(""), String::new()); KINDS.len()];
                kinds[column] = place;
                rows.push(Cost {
                    name,
                    per: info.unit.per.clone(),
                    kinds,
                    operation: operation.to_owned(),
                });
            }
        }
    }
    rows
}

/// Two parties on one CPU or on two: which two, and what the scheduler makes of
/// it, are finer questions.
fn is_plain(info: &CaseInfo) -> bool {
    let placed = info.id.0.contains("/placement=");
    !placed || [Placement::SameCpu, Placement::CrossCpu].contains(&info.placement)
}

/// Whether its operation has few sizes, or this is the smallest of them.
fn represents_its_sizes(summary: &Summary, all: &[&Summary]) -> bool {
    let info = &summary.info;
    let of_it = all.iter().map(|other| &other.info).filter(|other| {
        (&other.suite, &other.operation, other.placement)
            == (&info.suite, &info.operation, info.placement)
    });
    let values =
        |info: &CaseInfo| -> Vec<u64> { info.parameters.values().map(|size| size.value).collect() };
    of_it.clone().count() <= FEW || of_it.map(values).min() == Some(values(info))
}

/// The estimate; its interval is the second line of the cell.
fn cell(summary: &Summary) -> Cell {
    let unit = &summary.info.unit;
    match summary.estimate {
        Some(estimate) => {
            let text = format::quantity(estimate.value, unit);
            Cell::number(text, estimate.value).titled(words::range(&estimate, unit))
        }
        None => Cell::absent(words::note(&summary.fate).unwrap_or_default()),
    }
}
