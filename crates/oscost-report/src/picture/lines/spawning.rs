//! What making a task costs against the resident memory of the process that
//! makes it: every call that was measured over it.

use oscost_analysis::{Summary, sweeps};
use oscost_record::Aspect;

use super::gather::{cases, raw, shorten_names, unit};
use super::{Lines, Panel, Series};
use crate::picture::mark::Look;
use crate::picture::scale::Measure;

/// `None` where no call was measured at two sizes.
pub(crate) fn spawning_against_memory(summaries: &[Summary]) -> Option<Lines> {
    let sweeps = sweeps(summaries, "rss", |info| info.aspect == Aspect::Create);
    let mut series: Vec<_> = sweeps.iter().filter_map(raw).collect();
    if series.is_empty() {
        return None;
    }
    shorten_names(&mut series);
    for (number, line) in series.iter_mut().enumerate() {
        line.look = Look::nth(number);
    }
    // Lines that end beside each other have their marks beside each other.
    series.sort_by(|a, b| last(b).total_cmp(&last(a)));
    let (unit, cost) = unit(&cases(&sweeps))?;
    Some(Lines {
        stem: "spawning-against-memory".to_owned(),
        title: "What spawning costs against the parent's memory".to_owned(),
        legend: "A line that rises copies what the parent holds; a level one does not.".to_owned(),
        size: "resident memory of the parent",
        sizes: Measure::Mebibytes,
        costs: Measure::Of(unit),
        cost,
        heights: (520.0, 480.0),
        apart: true,
        abreast: 2,
        panels: vec![Panel {
            name: String::new(),
            series,
        }],
    })
}

fn last(line: &Series) -> f64 {
    line.points.last().map_or(0.0, |point| point.estimate.value)
}
