//! Locks against the number of contenders: how many get through, and how long
//! the unlucky wait. A panel for each section and what is done outside it, a line
//! for each lock, in the same colour in every panel.

use oscost_analysis::{Contest, Estimate, Load, Summary, contests};
use oscost_record::{TaskKind, Unit};

use super::gather::point;
use super::{Lines, NAME, Panel, Series};
use crate::picture::mark::Look;
use crate::picture::scale::Measure;
use crate::words;

/// A panel with fewer lines compares nothing.
const LINES: usize = 2;
/// With more lines than this, panels stand below one another.
const ABREAST: usize = 8;

/// Acquisitions a second; `None` where no two locks were measured with two
/// numbers of contenders.
pub(crate) fn lock_throughput(summaries: &[Summary]) -> Option<Lines> {
    let panels = panels(summaries, &Measure::PerSecond, |contest| Some(contest.rate));
    (!panels.is_empty()).then(|| Lines {
        stem: "lock-throughput-against-contenders".to_owned(),
        title: "How often a lock is taken, against the number of contenders".to_owned(),
        legend: "All contenders together. A lock that falls pays for its contenders.".to_owned(),
        size: "number of contenders",
        sizes: Measure::Count,
        costs: Measure::PerSecond,
        cost: "acquisitions per second".to_owned(),
        heights: heights(&panels),
        apart: true,
        own_scales: true,
        abreast: abreast(&panels),
        panels,
    })
}

/// The wait that one acquisition in a hundred exceeds; `None` as above.
pub(crate) fn lock_waits(summaries: &[Summary]) -> Option<Lines> {
    let costs = Measure::Of(Unit::time("acquisition"));
    let panels = panels(summaries, &costs, |contest| {
        let percentile = words::percentile(contest.summary, 99.0)?;
        Some(percentile.estimate).filter(|estimate| estimate.value > 0.0)
    });
    (!panels.is_empty()).then(|| Lines {
        stem: "lock-waits-against-contenders".to_owned(),
        title:
            "How long the unluckiest hundredth waits for a lock, against the number of contenders".to_owned(),
        legend: "The 99th percentile of the time until the lock is had; it needs 1,000 samples, which a lock that starves its contenders never gives.".to_owned(),
        size: "number of contenders",
        sizes: Measure::Count,
        costs,
        cost: "p99 of the time per acquisition".to_owned(),
        heights: heights(&panels),
        apart: true,
        own_scales: true,
        abreast: abreast(&panels),
        panels,
    })
}

fn most_lines(panels: &[Panel]) -> usize {
    let lines = panels.iter().map(|panel| panel.series.len());
    lines.max().unwrap_or(0)
}

/// Panels of many lines need the width of the page for themselves.
fn abreast(panels: &[Panel]) -> usize {
    if most_lines(panels) > ABREAST { 1 } else { 2 }
}

/// So that every name has its room.
fn heights(panels: &[Panel]) -> (f64, f64) {
    let lines = most_lines(panels) as f64;
    let height = |each: f64, least: f64| (each * lines + 100.0).max(least);
    (height(NAME.0, 380.0), height(NAME.1, 440.0))
}

/// What tells the panels apart.
type Place = (TaskKind, u64, u64);

fn panels(
    summaries: &[Summary],
    measure: &Measure,
    what: impl Fn(&Contest<'_>) -> Option<Estimate>,
) -> Vec<Panel> {
    let all = contests(summaries);
    let mut locks: Vec<&str> = Vec::new();
    let mut places: Vec<(Place, Vec<Series>)> = Vec::new();
    for contest in &all {
        let name = contest.summary.info.title.as_str();
        let number = locks.iter().position(|lock| *lock == name);
        let number = number.unwrap_or_else(|| {
            locks.push(name);
            locks.len() - 1
        });
        let Some(estimate) = what(contest) else {
            continue;
        };
        let words = measure.interval(&estimate);
        let Load {
            section,
            outside,
            kind,
            contenders,
        } = contest.load;
        let point = point(contest.summary, contenders, estimate, true, &words);
        let place = (kind, section, outside);
        let index = places.iter().position(|(other, _)| *other == place);
        let index = index.unwrap_or_else(|| {
            places.push((place, Vec::new()));
            places.len() - 1
        });
        let lines = &mut places[index].1;
        match lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.points.push(point),
            None => lines.push(Series {
                name: name.to_owned(),
                look: Look::nth(number),
                points: vec![point],
            }),
        }
    }
    // Threads first: they are many more.
    places
        .sort_by_key(|&((kind, section, outside), _)| (kind != TaskKind::Thread, section, outside));
    let panel = |(place, mut series): (Place, Vec<Series>)| {
        for line in &mut series {
            line.points.sort_by(|a, b| a.size.total_cmp(&b.size));
        }
        series.retain(|line| line.points.len() > 1);
        (series.len() >= LINES).then(|| Panel {
            name: named(place),
            series,
        })
    };
    places.into_iter().filter_map(panel).collect()
}

/// `threads, 100 ns inside, 1,000 ns outside`.
fn named((kind, section, outside): Place) -> String {
    let name = format!("{}, {}", words::kinds(kind), words::load(section, outside));
    words::sentence(&name).trim_end_matches('.').to_owned()
}
