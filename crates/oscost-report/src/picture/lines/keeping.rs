//! What one idle task keeps of memory against the number of tasks.

use oscost_analysis::{Summary, sweeps};
use oscost_record::{Aspect, Unit};

use super::gather::{look_by_kind, raw, shorten_names};
use super::{Lines, Panel};
use crate::picture::scale::Measure;

/// `None` where no kind was measured at two numbers.
pub(crate) fn memory_against_tasks(summaries: &[Summary]) -> Option<Lines> {
    let sweeps = sweeps(summaries, "tasks", |info| info.aspect == Aspect::Memory);
    let mut series: Vec<_> = sweeps.iter().filter_map(raw).collect();
    look_by_kind(&mut series);
    shorten_names(&mut series);
    (!series.is_empty()).then(|| Lines {
        stem: "memory-against-tasks".to_owned(),
        title: "What one idle task keeps against the number of tasks".to_owned(),
        legend: super::KINDS.to_owned(),
        size: "number of tasks",
        sizes: Measure::Count,
        cost: "memory per task".to_owned(),
        costs: Measure::Of(Unit::memory("task")),
        heights: (470.0, 520.0),
        apart: false,
        abreast: 2,
        panels: vec![Panel {
            name: String::new(),
            series,
        }],
    })
}
