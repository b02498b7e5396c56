//! The ladder: what is measured of making, switching and keeping a task, one
//! rung per mechanism. It leaves out what was not measured, which the table of
//! fates shows, and what other pictures are about: sweeps, rings and parts.

use std::cmp::Ordering;
use std::collections::HashMap;

use oscost_record::{Aspect, CaseId, CaseInfo, Placement, TaskKind, Unit};

use crate::title::{full_title, title_without};
use crate::{Estimate, Summary};

/// The case of each kind of task that the headlines speak of: process, thread,
/// coroutine.
pub const HEADLINE_CASES: [(Aspect, [&str; 3]); 3] = [
    (
        Aspect::Create,
        [
            "process/create/fork/rss=0MiB",
            "thread/create/pthread",
            "coroutine/create/corosensei",
        ],
    ),
    (
        Aspect::Switch,
        [
            "process/switch/pipe/placement=same-cpu",
            "thread/switch/pipe/placement=same-cpu",
            "coroutine/switch/corosensei",
        ],
    ),
    (
        Aspect::Memory,
        [
            "process/memory/fork/tasks=1000",
            "thread/memory/pthread/tasks=1000",
            "coroutine/memory/corosensei/tasks=1000",
        ],
    ),
];

/// One case on the ladder.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    /// Create, switch or memory.
    pub aspect: Aspect,
    /// The kind of task.
    pub task: TaskKind,
    /// The case.
    pub id: CaseId,
    /// A few words for the axis. A size that stands for all sizes is not named;
    /// all parameters are where another rung of the same aspect and kind has
    /// the same title.
    pub title: String,
    /// The estimate with its interval.
    pub estimate: Estimate,
    /// Its unit.
    pub unit: Unit,
    /// Whether the headlines speak of it.
    pub headline: bool,
}

/// Where the parties of a rung may be; which two CPUs is a finer question.
const PLACEMENTS: [Placement; 3] = [Placement::SameCpu, Placement::CrossCpu, Placement::Free];

/// What a parameter is for a rung.
struct Size {
    name: &'static str,
    /// The value that stands for all, and goes without saying.
    usual: u64,
}

/// The one parameter that a case may have and still be a rung; all others are
/// circumstances that a sweep is about.
fn size_of(info: &CaseInfo) -> Option<Size> {
    match (info.aspect, info.task) {
        // Resident memory of the parent: what is made is the same.
        (Aspect::Create, TaskKind::Process) => Some(Size {
            name: "rss",
            usual: 0,
        }),
        (Aspect::Memory, _) => Some(Size {
            name: "tasks",
            usual: 1000,
        }),
        _ => None,
    }
}

/// The measured cases that stand for their mechanism, ordered by aspect, kind
/// and id. Numbers inside ids are compared as numbers.
///
/// - Of the aspects only making, switching and keeping; a part is another one.
/// - Of switching only round trips: a ring is timed by the hand-off, and one
///   axis must never hold both. Of placements one CPU, two, and the scheduler's
///   choice.
/// - Of a case's parameters only its own size: the resident memory of a process
///   that makes another, the number of idle tasks.
/// - Of these sizes one: the smallest memory; the number of tasks that the
///   headlines compare, the largest where that is missing. Fork alone, which a
///   headline holds against memory, keeps all its steps.
#[must_use]
pub fn ladder(summaries: &[Summary]) -> Vec<Rung> {
    let mut measured: Vec<(&CaseInfo, Estimate)> = summaries
        .iter()
        .filter(|summary| is_rung(&summary.info))
        .filter_map(|summary| Some((&summary.info, summary.estimate?)))
        .collect();
    measured.sort_by(|(a, _), (b, _)| {
        let kind = (a.aspect, a.task).cmp(&(b.aspect, b.task));
        kind.then_with(|| natural(&a.id.0, &b.id.0))
    });
    let all = measured.clone();
    measured.retain(|(info, _)| keeps_all_sizes(info) || stands_for_its_sizes(info, &all));
    let mut titles: HashMap<(Aspect, TaskKind, String), usize> = HashMap::new();
    let key = |info: &CaseInfo| (info.aspect, info.task, short_title(info));
    for (info, _) in &measured {
        *titles.entry(key(info)).or_default() += 1;
    }
    measured
        .iter()
        .map(|&(info, estimate)| Rung {
            aspect: info.aspect,
            task: info.task,
            id: info.id.clone(),
            title: match titles.get(&key(info)) {
                Some(1) => short_title(info),
                _ => full_title(info),
            },
            estimate,
            unit: info.unit.clone(),
            headline: HEADLINE_CASES
                .iter()
                .any(|(_, ids)| ids.contains(&info.id.0.as_str())),
        })
        .collect()
}

fn is_rung(info: &CaseInfo) -> bool {
    let compared = match info.aspect {
        Aspect::Create | Aspect::Memory => true,
        Aspect::Switch => info.unit.per == "round trip" && PLACEMENTS.contains(&info.placement),
        _ => false,
    };
    let size = size_of(info);
    let own = |name: &String| size.as_ref().is_some_and(|size| size.name == name);
    compared && info.parameters.keys().all(own)
}

/// Whether the case is of the operation whose sizes a headline compares.
fn keeps_all_sizes(info: &CaseInfo) -> bool {
    info.aspect == Aspect::Create && info.suite == "process" && info.operation == "create/fork"
}

fn stands_for_its_sizes(info: &CaseInfo, all: &[(&CaseInfo, Estimate)]) -> bool {
    let Some(size) = size_of(info) else {
        return true;
    };
    let value = |info: &CaseInfo| info.parameters.get(size.name).map(|size| size.value);
    let of_it = all.iter().filter(|(other, _)| {
        (&other.suite, &other.operation, other.placement)
            == (&info.suite, &info.operation, info.placement)
    });
    let values = of_it.map(|(info, _)| value(info));
    let best = match info.aspect {
        Aspect::Memory => values.max_by_key(|&value| (value == Some(size.usual), value)),
        _ => values.min(),
    };
    best == Some(value(info))
}

/// The title with its size, unless that is the usual one.
fn short_title(info: &CaseInfo) -> String {
    let Some(size) = size_of(info) else {
        return info.title.clone();
    };
    match info.parameters.get(size.name) {
        Some(value) if value.value != size.usual => full_title(info),
        _ => title_without(info, size.name),
    }
}

/// Text order, but runs of digits are compared as numbers.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let (one, two) = (piece(&mut left), piece(&mut right));
        let order = match (one.parse::<u64>(), two.parse::<u64>()) {
            (Ok(one), Ok(two)) => one.cmp(&two),
            _ => one.cmp(two),
        };
        if order.is_ne() || (one.is_empty() && two.is_empty()) {
            return order.then_with(|| a.cmp(b));
        }
    }
}

/// Takes the next run of digits, or of anything else, off the front.
fn piece<'a>(text: &mut &'a str) -> &'a str {
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text
        .find(|c: char| c.is_ascii_digit() != digits)
        .unwrap_or(text.len());
    let (piece, rest) = text.split_at(end);
    *text = rest;
    piece
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_inside_ids_are_numbers() {
        let mut ids = [
            "a/tasks=1000",
            "a/tasks=10",
            "a/tasks=100",
            "a",
            "b/rss=0MiB",
        ];
        ids.sort_by(|a, b| natural(a, b));
        assert_eq!(
            ids,
            [
                "a",
                "a/tasks=10",
                "a/tasks=100",
                "a/tasks=1000",
                "b/rss=0MiB"
            ]
        );
        assert_eq!(natural("a/01", "a/1"), Ordering::Less);
        assert_eq!(natural("a", "a"), Ordering::Equal);
    }
}
