//! One case through the records of its machine: its level over time with its
//! spread, and where it changed. Drawn small, many of a kind: the page has an
//! outline of each, a file a sheet of the foremost. Records stand in the order of
//! time, each with the same room: a history has bursts and gaps, and what changed
//! did so with a record.

mod outline;
mod sheet;

use oscost_analysis::{Digest, Stage, course, quantile};
use oscost_record::CaseInfo;

use super::scale::{Measure, Scale};
pub(crate) use outline::View;
pub(crate) use sheet::Sheet;

use crate::words;

/// Points that are drawn one by one; more are drawn together.
pub(crate) const MOST: usize = 120;
/// Changes that have a number and a line, the last ones.
pub(crate) const NUMBERED: usize = 5;
/// Fewer records make no course.
pub(crate) const FEWEST: usize = 2;

/// See the module. Places are numbers of the machine's records.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    /// What the case is.
    pub(crate) info: CaseInfo,
    /// Records that measured it.
    pub(crate) records: usize,
    /// Of these the ones at or below zero, which have no place on the axis.
    pub(crate) below: usize,
    /// The level in the last record.
    pub(crate) last: f64,
    /// The place of the machine's last record.
    end: f64,
    /// What is drawn.
    spots: Vec<Spot>,
    /// Where the level changed.
    pub(crate) changes: Vec<Change>,
    /// Where something is configured otherwise than before.
    settings: Vec<f64>,
}

/// Records that are drawn together, or a single one.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spot {
    place: f64,
    low: f64,
    level: f64,
    high: f64,
}

/// A new level.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    /// The record in which it began, among the machine's.
    pub(crate) record: usize,
    /// When that record began, as it says.
    pub(crate) started: String,
    /// Between that record and the one before.
    place: f64,
    pub(crate) before: f64,
    pub(crate) after: f64,
    /// How many times it is what it was, beside the frozen workload.
    pub(crate) relative: Option<f64>,
}

impl Change {
    /// How many times the old level the new one is.
    pub(crate) fn times(&self) -> f64 {
        self.after / self.before
    }
}

impl Course {
    /// The case through these records, oldest first; `None` where fewer than
    /// two have a level of it that can be drawn.
    pub(crate) fn of(records: &[Digest], info: &CaseInfo) -> Option<Self> {
        let stages = course(records, &info.id);
        let last = stages.last()?.case.raw.level;
        let place = |stage: &Stage<'_>| stage.record as f64;
        let mut changes = Vec::new();
        let mut settings = Vec::new();
        for pair in stages.windows(2) {
            let [before, stage] = pair else { continue };
            let between = f64::midpoint(place(before), place(stage));
            // Another build of the program is what a history is about.
            if stage.differences.iter().any(|one| one.name != "binary") {
                settings.push(between);
            }
            if let Some((before, after)) = stage.change {
                changes.push(Change {
                    record: stage.record,
                    started: records[stage.record].started.clone(),
                    place: between,
                    before,
                    after,
                    relative: stage.relative,
                });
            }
        }
        let spots: Vec<Spot> = stages
            .iter()
            .filter_map(|stage| spot(stage, place(stage)))
            .collect();
        let end = records.len().saturating_sub(1) as f64;
        (spots.len() >= FEWEST).then(|| Self {
            info: info.clone(),
            records: stages.len(),
            below: stages.len() - spots.len(),
            last,
            spots: thinned(&spots, &changes, end),
            end,
            changes,
            settings,
        })
    }

    /// How many points are drawn.
    pub(crate) fn drawn(&self) -> usize {
        self.spots.len()
    }

    /// Whether there are too many records to draw each.
    pub(crate) fn is_thinned(&self) -> bool {
        self.drawn() + self.below < self.records
    }

    /// What it comes to: `5.39 µs in the last of 24 records, 2 changes`.
    pub(crate) fn words(&self) -> String {
        let last = self.measure().exact(self.last);
        let changes = words::several(self.changes.len() as u64, "change");
        let records = words::several(self.records as u64, "record");
        format!("{last} in the last of {records}, {changes}")
    }

    pub(crate) fn measure(&self) -> Measure {
        Measure::Of(self.info.unit.clone())
    }

    /// From levels to pixels: all that is drawn has its place.
    fn up(&self, bottom: f64, top: f64) -> Scale {
        let spots = self.spots.iter();
        Scale::over(
            spots.flat_map(|spot| [spot.low, spot.level, spot.high]),
            bottom,
            top,
        )
    }

    /// The pixel of a place.
    fn across(&self, place: f64, (left, right): (f64, f64)) -> f64 {
        left + place / self.end.max(1.0) * (right - left)
    }
}

/// A record with its spread: a standard deviation over its rounds to either
/// side.
fn spot(stage: &Stage<'_>, place: f64) -> Option<Spot> {
    let raw = stage.case.raw;
    let factor = raw.spread.exp();
    (raw.level > 0.0).then(|| Spot {
        place,
        low: raw.level / factor,
        level: raw.level,
        high: raw.level * factor,
    })
}

/// The same with neighbours made one where there are more than can be
/// seen: the median of their levels, and the outermost of their spreads. Never
/// across a change.
fn thinned(spots: &[Spot], changes: &[Change], end: f64) -> Vec<Spot> {
    if spots.len() <= MOST {
        return spots.to_vec();
    }
    let column = |spot: &Spot| {
        let share = spot.place / end.max(1.0);
        let passed = changes.iter().filter(|change| change.place < spot.place);
        ((share * MOST as f64).floor(), passed.count())
    };
    let columns = spots.chunk_by(|a, b| column(a) == column(b));
    columns.map(together).collect()
}

fn together(spots: &[Spot]) -> Spot {
    let levels: Vec<f64> = spots.iter().map(|spot| spot.level).collect();
    let places: f64 = spots.iter().map(|spot| spot.place).sum();
    Spot {
        place: places / spots.len() as f64,
        low: spots
            .iter()
            .fold(f64::INFINITY, |low, spot| low.min(spot.low)),
        level: median(&levels),
        high: spots.iter().fold(0.0, |high, spot| high.max(spot.high)),
    }
}

fn median(levels: &[f64]) -> f64 {
    let mut sorted: Vec<(f64, u64)> = levels.iter().map(|&level| (level, 1)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    quantile(&sorted, 0.5).unwrap_or_default()
}
