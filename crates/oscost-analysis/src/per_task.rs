//! What one task keeps and what the runtime around it keeps: for every memory
//! operation a straight line over its numbers of tasks, whole and by parts,
//! and how many tasks there were at most. An operation of which nothing was
//! measured is listed with its reason, never left out.

use oscost_record::{Aspect, CaseId, TaskKind};

use crate::line_fit::{LineFit, line_fit};
use crate::sweep::{Sweep, sweeps};
use crate::{Estimate, Fate, Summary};

/// One memory operation over its numbers of tasks.
#[derive(Clone, Debug, PartialEq)]
pub struct PerTask {
    /// The title of its cases.
    pub title: String,
    /// The kind of task.
    pub task: TaskKind,
    /// The case with the most tasks that was measured; the first case where
    /// none was.
    pub case: CaseId,
    /// Resident memory, page tables and, where they are known, kernel stacks;
    /// `None` with fewer than two measured numbers of tasks.
    pub whole: Option<LineFit>,
    /// The same for each part that every measured case has, by name.
    pub parts: Vec<(String, LineFit)>,
    /// The smallest and the largest number of tasks that was measured.
    pub reached: Option<(u64, u64)>,
    /// The next larger number, and why it was not measured.
    pub stopped: Option<(u64, Fate)>,
}

impl PerTask {
    /// One part, by its name in the record.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&LineFit> {
        let found = self.parts.iter().find(|(part, _)| part == name);
        found.map(|(_, line)| line)
    }
}

/// Every memory operation, in the order of the catalogue.
#[must_use]
pub fn per_task(summaries: &[Summary]) -> Vec<PerTask> {
    let memory = sweeps(summaries, "tasks", |info| info.aspect == Aspect::Memory);
    memory.iter().map(of_sweep).collect()
}

fn of_sweep(sweep: &Sweep<'_>) -> PerTask {
    let measured: Vec<(u64, &Summary)> = sweep
        .points
        .iter()
        .filter(|(_, summary)| summary.estimate.is_some())
        .copied()
        .collect();
    let largest = measured.last().or(sweep.points.first());
    let reached = measured.first().zip(measured.last());
    let beyond = sweep.points.iter().find(|(tasks, summary)| {
        summary.estimate.is_none() && reached.is_none_or(|(_, &(most, _))| *tasks > most)
    });
    PerTask {
        title: sweep.title.clone(),
        task: sweep.task,
        case: largest.map_or_else(|| sweep.id.clone(), |(_, summary)| summary.info.id.clone()),
        whole: line(&measured, |summary| summary.estimate),
        parts: parts(&measured),
        reached: reached.map(|(&(least, _), &(most, _))| (least, most)),
        stopped: beyond.map(|(tasks, summary)| (*tasks, summary.fate.clone())),
    }
}

fn parts(measured: &[(u64, &Summary)]) -> Vec<(String, LineFit)> {
    let Some((_, first)) = measured.first() else {
        return Vec::new();
    };
    let names = first.parts.iter().map(|(name, _)| name);
    let part = |name: &String| {
        let of_it = |summary: &Summary| {
            let found = summary.parts.iter().find(|(part, _)| part == name);
            found.map(|&(_, each)| each)
        };
        Some((name.clone(), line(measured, of_it)?))
    };
    names.filter_map(part).collect()
}

/// The line through bytes per task times tasks; `None` where a case lacks them.
fn line(
    measured: &[(u64, &Summary)],
    each: impl Fn(&Summary) -> Option<Estimate>,
) -> Option<LineFit> {
    let reading = |&(tasks, summary): &(u64, &Summary)| {
        let tasks = tasks as f64;
        let Estimate { value, low, high } = each(summary)?;
        let all = Estimate {
            value: value * tasks,
            low: low * tasks,
            high: high * tasks,
        };
        Some((tasks, all))
    };
    let readings: Option<Vec<(f64, Estimate)>> = measured.iter().map(reading).collect();
    let (_, first) = measured.first()?;
    line_fit(&readings?, first.page)
}
