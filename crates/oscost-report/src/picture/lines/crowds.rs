//! What one hand-off costs against the number of tasks that take turns: few of
//! them stay in the caches, many do not.

use oscost_analysis::{Summary, Sweep, sweeps, title_without};
use oscost_record::{Aspect, CaseInfo, TaskKind};

use super::gather::{cases, look_by_kind, raw, shorten_names, unit};
use super::{Lines, Panel, Series};
use crate::picture::scale::Measure;

/// A line that does not name the working set that its tasks do not have.
fn named(sweep: &Sweep<'_>) -> Option<Series> {
    let (_, first) = sweep.points.first()?;
    let mut info = first.info.clone();
    info.parameters.remove("set");
    Some(Series {
        name: title_without(&info, "tasks"),
        ..raw(sweep)?
    })
}

/// `None` where no kind was measured at two numbers.
///
/// Rings that also touch a working set stand here without one: another picture
/// shows what that adds.
pub(crate) fn hand_offs_against_tasks(summaries: &[Summary]) -> Option<Lines> {
    let bare = |info: &CaseInfo| info.parameters.get("set").is_none_or(|set| set.value == 0);
    let turns = |info: &CaseInfo| info.aspect == Aspect::Switch && bare(info);
    let mut sweeps = sweeps(summaries, "tasks", turns);
    let per = |info: &CaseInfo| info.unit.clone();
    let coroutine = cases(&sweeps)
        .into_iter()
        .find(|info| info.task == TaskKind::Coroutine)
        .map(per);
    // One axis never holds hand-offs and round trips.
    let common = coroutine.or_else(|| cases(&sweeps).first().map(|info| per(info)))?;
    sweeps.retain(|sweep| {
        sweep
            .points
            .iter()
            .all(|(_, case)| case.info.unit == common)
    });
    let mut series: Vec<Series> = sweeps.iter().filter_map(named).collect();
    look_by_kind(&mut series);
    shorten_names(&mut series);
    let (unit, cost) = unit(&cases(&sweeps))?;
    (!series.is_empty()).then(|| Lines {
        stem: "hand-offs-against-tasks".to_owned(),
        title: "What a hand-off costs against the number of tasks".to_owned(),
        legend: super::KINDS.to_owned(),
        size: "number of tasks that take turns",
        sizes: Measure::Count,
        costs: Measure::Of(unit),
        cost,
        heights: (470.0, 520.0),
        apart: false,
        abreast: 2,
        panels: vec![Panel {
            name: String::new(),
            series,
        }],
    })
}
