//! How fast bytes stream one way against the size of the chunks: a line for each
//! means, and the copy that one task makes by itself, which none can outrun, in
//! every panel; a panel for each place of the two parties.

use oscost_analysis::{Estimate, Summary, Sweep, in_place, sweeps};
use oscost_record::{Aspect, CaseInfo, Unit};

use super::gather::through;
use super::{Lines, Panel, Series};
use crate::picture::mark::Look;
use crate::picture::scale::Measure;
use crate::words;

/// `None` where no means was measured with two sizes of chunks.
pub(crate) fn bandwidth_against_chunk(summaries: &[Summary]) -> Option<Lines> {
    let stream = |info: &CaseInfo| info.operation.starts_with("stream/");
    let sweeps = sweeps(summaries, "chunk", stream);
    let (floors, means): (Vec<&Sweep<'_>>, Vec<&Sweep<'_>>) = sweeps
        .iter()
        .partition(|sweep| sweep.points.iter().any(is_floor));
    let floors: Vec<Series> = floors.into_iter().filter_map(line).collect();
    let mut panels: Vec<Panel> = Vec::new();
    for sweep in means {
        let (Some(series), Some((_, first))) = (line(sweep), sweep.points.first()) else {
            continue;
        };
        let name = words::sentence(in_place(first.info.placement)).replace('.', "");
        match panels.iter_mut().find(|panel| panel.name == name) {
            Some(panel) => panel.series.push(series),
            None => panels.push(Panel {
                name,
                series: vec![series],
            }),
        }
    }
    for panel in &mut panels {
        panel.series.extend(floors.iter().cloned());
        for (number, line) in panel.series.iter_mut().enumerate() {
            line.look = Look::nth(number);
        }
    }
    (!panels.is_empty()).then(|| Lines {
        stem: "bandwidth-against-chunk".to_owned(),
        title: "How fast bytes stream one way, against the size of the chunks".to_owned(),
        legend: "Higher is better. One task that copies in memory is what none can outrun that copies once.".to_owned(),
        size: "size of a chunk",
        sizes: Measure::Of(Unit::memory("")),
        costs: Measure::BytesPerSecond,
        cost: "bytes per second".to_owned(),
        heights: (380.0, 440.0),
        apart: false,
        abreast: 2,
        panels,
    })
}

fn is_floor((_, summary): &(u64, &Summary)) -> bool {
    summary.info.aspect == Aspect::Floor
}

/// A line through what the cases found out about bytes per second.
fn line(sweep: &Sweep<'_>) -> Option<Series> {
    let (_, first) = sweep.points.first()?;
    let rate = |summary: &Summary| {
        let named = |(name, _): &&(String, Estimate)| name == "bytes_per_second";
        let estimate = summary.figures.iter().find(named)?.1;
        let words = Measure::BytesPerSecond.interval(&estimate);
        (estimate.value > 0.0).then_some((estimate, words))
    };
    Some(Series {
        name: first.info.title.clone(),
        ..through(sweep, rate)?
    })
}
