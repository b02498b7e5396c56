//! Which cases make the two pictures of cost against size.

use oscost_analysis::Summary;
use oscost_record::{Aspect, TaskKind, Unit};

use super::{Lines, Point, Series};
use crate::picture::scale::Measure;
use crate::words;

/// What a fork costs against the resident memory of the parent, with the
/// ways that do not copy it as levels. `None` with fewer than two sizes.
pub(crate) fn fork_against_memory(summaries: &[Summary]) -> Option<Lines> {
    let fork = series(summaries, Aspect::Create, "rss")
        .into_iter()
        .find(|series| series.kind == TaskKind::Process)?;
    let unit = unit(summaries, &fork)?;
    let levels = [
        "create/vfork",
        "create/clone3",
        "create/posix-spawn/static",
        "create/posix-spawn/dynamic",
    ];
    let levels = levels.into_iter().filter_map(|operation| {
        let of_it = |summary: &&Summary| {
            summary.info.suite == "process" && summary.info.operation == operation
        };
        summaries
            .iter()
            .find(of_it)
            .and_then(|summary| point(summary, None))
    });
    Some(Lines {
        stem: "fork-against-memory",
        title: "What a fork costs against the parent's memory",
        size: "resident memory of the parent",
        sizes: Measure::Mebibytes,
        cost: words::axis(&unit),
        unit,
        levels: levels.collect(),
        series: vec![fork],
    })
}

/// What one idle task keeps against the number of tasks, by kind and
/// mechanism. `None` where no mechanism has two sizes.
pub(crate) fn memory_against_tasks(summaries: &[Summary]) -> Option<Lines> {
    let series = series(summaries, Aspect::Memory, "tasks");
    (!series.is_empty()).then(|| Lines {
        stem: "memory-against-tasks",
        title: "What one idle task keeps against the number of tasks",
        size: "number of tasks",
        sizes: Measure::Count,
        cost: "memory per task".to_owned(),
        unit: Unit::memory("task"),
        series,
        levels: Vec::new(),
    })
}

/// One line for each operation that has the parameter in two sizes or more.
fn series(summaries: &[Summary], aspect: Aspect, parameter: &str) -> Vec<Series> {
    let mut lines: Vec<(String, Series)> = Vec::new();
    for summary in summaries
        .iter()
        .filter(|summary| summary.info.aspect == aspect)
    {
        let Some(point) = point(summary, Some(parameter)) else {
            continue;
        };
        let info = &summary.info;
        let operation = format!("{}/{}", info.suite, info.operation);
        match lines.iter_mut().find(|(name, _)| *name == operation) {
            Some((_, line)) => line.points.push(point),
            None => {
                let mechanism = info.operation.rsplit('/').next().unwrap_or_default();
                let name = match aspect {
                    Aspect::Memory => format!("{} {mechanism}", info.task),
                    _ => mechanism.to_owned(),
                };
                let short = mechanism.to_owned();
                lines.push((
                    operation,
                    Series {
                        name,
                        short,
                        kind: info.task,
                        points: vec![point],
                    },
                ));
            }
        }
    }
    let mut lines: Vec<Series> = lines.into_iter().map(|(_, line)| line).collect();
    lines.retain(|line| line.points.len() > 1);
    for line in &mut lines {
        line.points.sort_by(|a, b| a.size.total_cmp(&b.size));
    }
    lines
}

fn point(summary: &Summary, parameter: Option<&str>) -> Option<Point> {
    let info = &summary.info;
    let size = match parameter {
        Some(name) => info.parameters.get(name)?.value as f64,
        None => 0.0,
    };
    let estimate = summary.estimate.filter(|estimate| estimate.value > 0.0)?;
    Some(Point {
        id: info.id.clone(),
        name: info.title.clone(),
        kind: info.task,
        size,
        estimate,
    })
}

fn unit(summaries: &[Summary], series: &Series) -> Option<Unit> {
    let id = &series.points.first()?.id;
    summaries
        .iter()
        .find(|summary| summary.info.id == *id)
        .map(|summary| summary.info.unit.clone())
}
