//! What a message to and fro costs against its size: every means in one panel,
//! a panel for each kind of task, a picture for each place of the two parties.

use oscost_analysis::{Summary, in_place, sweeps};
use oscost_record::{Aspect, CaseInfo, Placement, TaskKind, Unit};

use super::gather::raw;
use super::{Lines, NAME, Panel, Series};
use crate::picture::mark::Look;
use crate::picture::scale::Measure;
use crate::words;

/// A panel with fewer lines compares nothing.
const LINES: usize = 2;

/// `None` where no two means were measured at two sizes there.
pub(crate) fn messages_against_size(summaries: &[Summary], placement: Placement) -> Option<Lines> {
    let of = |kind| panel(summaries, placement, kind);
    let panels: Vec<Panel> = [TaskKind::Process, TaskKind::Thread]
        .into_iter()
        .filter_map(of)
        .collect();
    let most = panels.iter().map(|panel| panel.series.len()).max()? as f64;
    Some(Lines {
        stem: format!("messages-against-size-{placement}"),
        title: format!(
            "What a message to and fro costs against its size, {}",
            in_place(placement)
        ),
        legend: "A colour for each family of means. A round trip is two messages, each written by one party and read by the other. What carries one size only is in the table.".to_owned(),
        size: "size of a message",
        sizes: Measure::Of(Unit::memory("")),
        costs: Measure::Of(Unit::time("round trip")),
        cost: "time per round trip".to_owned(),
        heights: (
            (NAME.0 * most + 100.0).max(420.0),
            (NAME.1 * most + 100.0).max(460.0),
        ),
        apart: false,
        abreast: 1,
        panels,
    })
}

fn panel(summaries: &[Summary], placement: Placement, kind: TaskKind) -> Option<Panel> {
    let sweeps = sweeps(summaries, "size", |info| {
        info.aspect == Aspect::Talk
            && (info.task, info.placement) == (kind, placement)
            && info.operation.starts_with("message/")
    });
    let mut families: Vec<(&str, usize)> = Vec::new();
    let mut series: Vec<Series> = Vec::new();
    for sweep in &sweeps {
        let (Some(line), Some((_, first))) = (raw(sweep), sweep.points.first()) else {
            continue;
        };
        let family = family(&first.info);
        let number = families.iter().position(|(name, _)| *name == family);
        let number = number.unwrap_or_else(|| {
            families.push((family, 0));
            families.len() - 1
        });
        let member = families[number].1;
        families[number].1 += 1;
        series.push(Series {
            name: first.info.title.clone(),
            look: Look::member(number, member),
            ..line
        });
    }
    (series.len() >= LINES).then(|| Panel {
        name: words::sentence(words::kinds(kind)).replace('.', ""),
        series,
    })
}

/// `unix-stream` and `unix-datagram` are one.
fn family(info: &CaseInfo) -> &str {
    let means = info.operation.split('/').nth(1).unwrap_or_default();
    means.split('-').next().unwrap_or(means)
}
