//! The ladder: what is measured of making, switching and keeping a task, one
//! rung per case. It leaves out what was not measured; the table of fates
//! shows that.

use std::cmp::Ordering;
use std::collections::HashMap;

use oscost_record::{Aspect, CaseId, CaseInfo, Placement, TaskKind, Unit};

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
    /// A few words for the axis; with parameters and placement where another
    /// rung of the same aspect and kind has the same title.
    pub title: String,
    /// The estimate with its interval.
    pub estimate: Estimate,
    /// Its unit.
    pub unit: Unit,
    /// Whether the headlines speak of it.
    pub headline: bool,
}

/// Every measured case of making, switching and keeping a task, ordered by
/// aspect, kind and id. Numbers inside ids are compared as numbers.
#[must_use]
pub fn ladder(summaries: &[Summary]) -> Vec<Rung> {
    let shown = |aspect| HEADLINE_CASES.iter().any(|&(shown, _)| shown == aspect);
    let mut measured: Vec<(&CaseInfo, Estimate)> = summaries
        .iter()
        .filter(|summary| shown(summary.info.aspect))
        .filter_map(|summary| Some((&summary.info, summary.estimate?)))
        .collect();
    measured.sort_by(|(a, _), (b, _)| {
        let kind = (a.aspect, a.task).cmp(&(b.aspect, b.task));
        kind.then_with(|| natural(&a.id.0, &b.id.0))
    });
    let mut titles: HashMap<(Aspect, TaskKind, &str), usize> = HashMap::new();
    for (info, _) in &measured {
        *titles
            .entry((info.aspect, info.task, &info.title))
            .or_default() += 1;
    }
    measured
        .iter()
        .map(|&(info, estimate)| Rung {
            aspect: info.aspect,
            task: info.task,
            id: info.id.clone(),
            title: match titles.get(&(info.aspect, info.task, info.title.as_str())) {
                Some(1) => info.title.clone(),
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

/// `fork, 64 MiB`, `pipe, same-cpu`, `fork, 1000 tasks`.
fn full_title(info: &CaseInfo) -> String {
    let mut title = info.title.clone();
    for (name, parameter) in &info.parameters {
        let unit = if parameter.unit.is_empty() {
            name
        } else {
            &parameter.unit
        };
        title.push_str(&format!(", {} {unit}", parameter.value));
    }
    if info.peers.is_some() || info.placement != Placement::Free {
        title.push_str(&format!(", {}", info.placement));
    }
    title
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
