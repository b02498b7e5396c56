//! From sweeps to lines: what all pictures of cost against size have in common.

use oscost_analysis::{Estimate, Net, Summary, Sweep};
use oscost_record::{CaseInfo, Quantity, Unit};

use super::{Point, Series};
use crate::picture::mark::Look;
use crate::picture::theme::Ink;
use crate::words;

/// A line through the estimates of a sweep; `None` with fewer than two.
pub(super) fn raw(sweep: &Sweep<'_>) -> Option<Series> {
    through(sweep, |summary| {
        let estimate = summary.estimate.filter(|estimate| estimate.value > 0.0)?;
        Some((estimate, words::interval(&estimate, &summary.info.unit)))
    })
}

/// A line through whatever of each case, told in words; `None` with fewer than
/// two.
pub(super) fn through(
    sweep: &Sweep<'_>,
    what: impl Fn(&Summary) -> Option<(Estimate, String)>,
) -> Option<Series> {
    let points = sweep.points.iter().filter_map(|&(size, summary)| {
        let (estimate, words) = what(summary)?;
        Some(point(summary, size, estimate, true, &words))
    });
    line(sweep, points.collect())
}

/// A line through the net figures of a sweep; `None` with fewer than two.
pub(super) fn net(sweep: &Sweep<'_>) -> Option<Series> {
    let point = |&(size, summary): &(u64, &Summary)| {
        let (estimate, above_zero) = match summary.net? {
            Net::Above(estimate) => (estimate, true),
            Net::BelowResolution(estimate) => (estimate, false),
        };
        let words = words::net(&summary.net?, &summary.info.unit);
        Some(point(summary, size, estimate, above_zero, &words))
    };
    line(sweep, sweep.points.iter().filter_map(point).collect())
}

pub(super) fn point(
    summary: &Summary,
    size: u64,
    estimate: Estimate,
    above_zero: bool,
    words: &str,
) -> Point {
    let id = summary.info.id.clone();
    Point {
        words: format!("{id}: {words}"),
        id,
        size: size as f64,
        estimate,
        above_zero,
    }
}

fn line(sweep: &Sweep<'_>, points: Vec<Point>) -> Option<Series> {
    (points.len() > 1).then(|| Series {
        name: sweep.title.clone(),
        look: Look::of(sweep.task),
        points,
    })
}

/// Gives lines of several kinds of task their kind's colour, and a shape each
/// among the lines of their kind.
pub(super) fn look_by_kind(series: &mut [Series]) {
    let kinds: Vec<Look> = series.iter().map(|line| line.look).collect();
    for (number, line) in series.iter_mut().enumerate() {
        let before = kinds[..number]
            .iter()
            .filter(|look| **look == kinds[number]);
        line.look = line.look.variant(before.count());
    }
}

/// Leaves of each name what comes before its first comma, where that tells it
/// from all others of its colour. Lines of two colours that still have one name
/// say which kind of task they are.
pub(super) fn shorten_names(series: &mut [Series]) {
    let short = |line: &Series| {
        let first = line.name.split(", ").next().unwrap_or_default();
        (line.look.ink, first.to_owned())
    };
    let all: Vec<(Ink, String)> = series.iter().map(short).collect();
    for (line, own) in series.iter_mut().zip(&all) {
        if all.iter().filter(|other| *other == own).count() == 1 {
            line.name.clone_from(&own.1);
        }
    }
    let names: Vec<String> = series.iter().map(|line| line.name.clone()).collect();
    for line in series {
        let alike = names.iter().filter(|name| **name == line.name).count() > 1;
        if let (true, Ink::Kind(kind)) = (alike, line.look.ink) {
            line.name = format!("{}: {}", words::kinds(kind), line.name);
        }
    }
}

/// The unit that all lines share, and what the upright axis is called. Memory
/// is per process, per thread, per coroutine, and time per whatever it takes to
/// make one and see its end: such units differ in words alone.
pub(super) fn unit(cases: &[&CaseInfo]) -> Option<(Unit, String)> {
    let first = &cases.first()?.unit;
    let name = match (cases.iter().all(|info| info.unit == *first), first.quantity) {
        (true, _) => words::axis(first),
        (false, Quantity::Time) => "time per operation".to_owned(),
        (false, Quantity::Memory) => "memory per task".to_owned(),
    };
    Some((first.clone(), name))
}

/// The cases of sweeps.
pub(super) fn cases<'a>(sweeps: &'a [Sweep<'_>]) -> Vec<&'a CaseInfo> {
    let points = sweeps.iter().flat_map(|sweep| &sweep.points);
    points.map(|(_, summary)| &summary.info).collect()
}
