//! What a hand-off costs beyond the work that each task does in its turn,
//! against the memory that this work touches: a panel for each ring, a line for
//! each number of members.

use oscost_analysis::{Summary, sweeps};
use oscost_record::{Aspect, CaseInfo};

use super::gather::{cases, net, unit};
use super::{Lines, Panel};
use crate::picture::mark::Look;
use crate::picture::scale::Measure;
use crate::words;

/// `None` where no ring has a net figure at two sizes.
pub(crate) fn hand_offs_against_sets(summaries: &[Summary]) -> Option<Lines> {
    let members = |info: &CaseInfo| info.parameters.get("tasks").map(|tasks| tasks.value);
    let ring = |info: &CaseInfo| info.aspect == Aspect::Switch && members(info).is_some();
    let sweeps = sweeps(summaries, "set", ring);
    let mut panels: Vec<Panel> = Vec::new();
    for sweep in &sweeps {
        let Some((_, first)) = sweep.points.first() else {
            continue;
        };
        let Some(mut series) = net(sweep) else {
            continue;
        };
        let kind = words::sentence(words::kinds(first.info.task));
        let name = format!("{} {}", kind.replace('.', ":"), first.info.title);
        let number = members(&first.info).unwrap_or_default();
        series.name = words::several(number, "task");
        match panels.iter_mut().find(|panel| panel.name == name) {
            Some(panel) => panel.series.push(series),
            None => panels.push(Panel {
                name,
                series: vec![series],
            }),
        }
    }
    for panel in &mut panels {
        for (number, line) in panel.series.iter_mut().enumerate() {
            line.look = Look::nth(number);
        }
    }
    let (unit, cost) = unit(&cases(&sweeps))?;
    (!panels.is_empty()).then(|| Lines {
        stem: "hand-offs-against-sets".to_owned(),
        title: "What a hand-off adds to the work, against the memory that the work touches".to_owned(),
        legend: "Net: the ring less one task that makes the same calls and touches the same memory by itself.".to_owned(),
        size: "working set of each task",
        sizes: Measure::Kibibytes,
        costs: Measure::Of(unit),
        cost: format!("net {cost}"),
        heights: (350.0, 340.0),
        apart: true,
        abreast: 2,
        panels,
    })
}
