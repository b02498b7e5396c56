//! Locks against the number of contenders: how many get through, and how long
//! the unlucky wait. A panel for each lock, a line for each load: how long the
//! lock is held and left alone. Which lock is best under a load is another
//! picture's question; here one sees what more contenders do to each.

use oscost_analysis::{Contest, Estimate, Load, Summary, contests};
use oscost_record::{TaskKind, Unit};

use super::gather::point;
use super::{Lines, Panel, Series};
use crate::picture::mark::Look;
use crate::picture::scale::Measure;
use crate::words;

/// How a load is named beside its line.
const LOADS: &str = "Beside the lines: how long the lock is held, and after the plus sign how long each contender leaves it alone.";

/// Acquisitions a second; `None` where no lock was measured with two numbers of
/// contenders.
pub(crate) fn lock_throughput(summaries: &[Summary]) -> Option<Lines> {
    let costs = Measure::PerSecond;
    let panels = panels(summaries, &costs, |contest| Some(contest.rate));
    let legend = "All contenders together. A line that falls: more contenders get less done.";
    let lines = Lines {
        stem: "lock-throughput-against-contenders".to_owned(),
        title: "How often a lock is taken, against the number of contenders".to_owned(),
        cost: "acquisitions per second".to_owned(),
        ..curves(costs, legend, panels)
    };
    (!lines.panels.is_empty()).then_some(lines)
}

/// The wait that one acquisition in a hundred exceeds; `None` as above.
pub(crate) fn lock_waits(summaries: &[Summary]) -> Option<Lines> {
    let costs = Measure::Of(Unit::time("acquisition"));
    let panels = panels(summaries, &costs, |contest| {
        let percentile = words::percentile(contest.summary, 99.0)?;
        Some(percentile.estimate).filter(|estimate| estimate.value > 0.0)
    });
    let legend = "The 99th percentile of the time until the lock is had; it needs 1,000 samples, which a lock that starves its contenders never gives.";
    let lines = Lines {
        stem: "lock-waits-against-contenders".to_owned(),
        title:
            "How long the unluckiest hundredth waits for a lock, against the number of contenders"
                .to_owned(),
        cost: "p99 of the time per acquisition".to_owned(),
        ..curves(costs, legend, panels)
    };
    (!lines.panels.is_empty()).then_some(lines)
}

/// What both pictures share.
fn curves(costs: Measure, legend: &str, panels: Vec<Panel>) -> Lines {
    Lines {
        stem: String::new(),
        title: String::new(),
        legend: format!("{legend} {LOADS}"),
        size: "number of contenders",
        sizes: Measure::Count,
        costs,
        cost: String::new(),
        heights: (330.0, 400.0),
        apart: true,
        abreast: 3,
        panels,
    }
}

fn panels(
    summaries: &[Summary],
    measure: &Measure,
    what: impl Fn(&Contest<'_>) -> Option<Estimate>,
) -> Vec<Panel> {
    let all = contests(summaries);
    let lengths = |of: fn(&Load) -> u64| {
        let mut all: Vec<u64> = all.iter().map(|contest| of(&contest.load)).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let (sections, outsides) = (lengths(|load| load.section), lengths(|load| load.outside));
    // A colour for each section, a shape for what is done outside it.
    let look = |load: &Load| {
        let place = |all: &[u64], one| all.iter().position(|other| *other == one).unwrap_or(0);
        Look::member(
            place(&sections, load.section),
            place(&outsides, load.outside),
        )
    };
    let mut panels: Vec<(TaskKind, Panel)> = Vec::new();
    let mut loads: Vec<&Contest<'_>> = all.iter().collect();
    loads.sort_by_key(|contest| {
        let load = &contest.load;
        (load.outside, load.section, load.contenders)
    });
    for contest in loads {
        let Some(estimate) = what(contest) else {
            continue;
        };
        let load = &contest.load;
        let words = measure.interval(&estimate);
        let point = point(contest.summary, load.contenders, estimate, true, &words);
        let title = &contest.summary.info.title;
        let name = format!("{title}, {}", words::kinds(load.kind));
        let index = panels.iter().position(|(_, panel)| panel.name == name);
        let index = index.unwrap_or_else(|| {
            let series = Vec::new();
            panels.push((load.kind, Panel { name, series }));
            panels.len() - 1
        });
        let lines = &mut panels[index].1.series;
        let name = named(load);
        match lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.points.push(point),
            None => lines.push(Series {
                name,
                look: look(load),
                points: vec![point],
            }),
        }
    }
    // Threads first: they are many more.
    panels.sort_by_key(|(kind, _)| *kind != TaskKind::Thread);
    let curve = |(_, mut panel): (TaskKind, Panel)| {
        panel.series.retain(|line| line.points.len() > 1);
        (!panel.series.is_empty()).then_some(panel)
    };
    panels.into_iter().filter_map(curve).collect()
}

/// `100 ns + 1 µs`.
fn named(load: &Load) -> String {
    let length = |nanos: u64| match nanos {
        0 => "nothing".to_owned(),
        nanos if nanos.is_multiple_of(1_000) => format!("{} µs", nanos / 1_000),
        nanos => format!("{nanos} ns"),
    };
    match load.outside {
        0 => length(load.section),
        outside => format!("{} + {}", length(load.section), length(outside)),
    }
}
