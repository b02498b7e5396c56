//! What it costs to be woken by one of many descriptors against the number of
//! those on which nothing happens: a panel for each place of the two parties, and
//! one for a task that finds a descriptor ready.

use oscost_analysis::{Summary, in_place, sweeps};
use oscost_record::{Aspect, CaseInfo, Unit};

use super::gather::raw;
use super::{Lines, Panel, Series};
use crate::picture::mark::Look;
use crate::picture::scale::Measure;
use crate::words;

/// `None` where no call was measured among two numbers of idle descriptors.
pub(crate) fn wakes_against_descriptors(summaries: &[Summary]) -> Option<Lines> {
    let wake = |info: &CaseInfo| info.aspect == Aspect::Talk;
    let mut panels: Vec<Panel> = Vec::new();
    for sweep in &sweeps(summaries, "idle", wake) {
        let (Some(series), Some((_, first))) = (raw(sweep), sweep.points.first()) else {
            continue;
        };
        let info = &first.info;
        let name = match info.peers {
            Some(_) => format!("{}, per {}", in_place(info.placement), info.unit.per),
            None => format!("one is ready already, per {}", info.unit.per),
        };
        let name = words::sentence(&name).replace('.', "");
        let index = panels.iter().position(|panel| panel.name == name);
        let index = index.unwrap_or_else(|| {
            panels.push(Panel {
                name,
                series: Vec::new(),
            });
            panels.len() - 1
        });
        let lines = &mut panels[index].series;
        // `poll, one ready` is poll, in a panel that says the rest.
        let name = info.title.split(", ").next().unwrap_or_default().to_owned();
        lines.push(Series {
            name,
            look: Look::nth(lines.len()),
            ..series
        });
    }
    (!panels.is_empty()).then(|| Lines {
        stem: "wakes-against-descriptors".to_owned(),
        title: "What it costs to be woken, against the number of idle descriptors".to_owned(),
        legend: "A line that rises looks at every descriptor.".to_owned(),
        size: "number of idle descriptors",
        sizes: Measure::Count,
        costs: Measure::Of(Unit::time("")),
        cost: "time per operation".to_owned(),
        heights: (300.0, 320.0),
        apart: false,
        abreast: 2,
        panels,
    })
}
