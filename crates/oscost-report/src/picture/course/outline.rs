//! A course for the page: shapes without words, which the page stretches, and
//! where its own few words belong. Hundreds of them stay small.

use super::super::labels::spread;
use super::super::path::{Point, stroke};
use super::{Course, NUMBERED};

/// Units across and down; the page stretches the former.
pub(crate) const WIDTH: f64 = 640.0;
pub(crate) const HEIGHT: f64 = 96.0;
/// Room above the drawing, for the numbers of changes.
const TOP: f64 = 16.0;
/// Room below it, and beside it: neither a label nor a line is cut off.
const FOOT: f64 = 7.0;
const EDGE: f64 = 2.0;
/// Room left of the drawing, for the labels of its axis, of the whole width.
const LABELS: f64 = 0.17;
/// With more points than this, dots would hide the line.
const DOTS: usize = 40;

/// See the module. All but labels is path data.
pub(crate) struct View {
    pub(crate) grid: String,
    /// Where something is configured otherwise.
    pub(crate) settings: String,
    pub(crate) band: String,
    pub(crate) line: String,
    /// A dot for each record, where these are few.
    pub(crate) dots: String,
    pub(crate) changes: String,
    /// Labels of the axis: how far down, in percent, and what.
    pub(crate) ticks: Vec<(String, String)>,
    /// The numbers of the changes that are told: how far across, in percent.
    pub(crate) numbers: Vec<(String, usize)>,
}

impl Course {
    /// Its shapes and labels.
    pub(crate) fn view(&self) -> View {
        let up = self.up(HEIGHT - FOOT, TOP);
        let sides = (EDGE, WIDTH - EDGE);
        let across = |place: f64| self.across(place, sides);
        let at = |place: f64, level: f64| -> Point { (whole(across(place)), whole(up.at(level))) };
        let upright = |place: f64| {
            let x = whole(across(place));
            stroke(&[(x, whole(TOP)), (x, whole(HEIGHT))], false)
        };
        let ticks = up.ticks(&self.measure(), 26.0);
        let grid = ticks.iter().map(|&tick| {
            let y = whole(up.at(tick));
            stroke(&[(0, y), (whole(WIDTH), y)], false)
        });
        let spots = &self.spots;
        let over = spots.iter().map(|spot| at(spot.place, spot.high));
        let under = spots.iter().rev().map(|spot| at(spot.place, spot.low));
        let line: Vec<Point> = spots
            .iter()
            .map(|spot| at(spot.place, spot.level))
            .collect();
        let dot = |&(x, y): &Point| format!("M{x} {y}h0");
        let dots = if line.len() > DOTS { &[] } else { &line[..] };
        let percent = |share: f64| format!("{:.1}", 100.0 * share);
        View {
            grid: grid.collect(),
            settings: self.settings.iter().map(|&place| upright(place)).collect(),
            band: stroke(&over.chain(under).collect::<Vec<_>>(), true),
            line: stroke(&line, false),
            dots: dots.iter().map(dot).collect(),
            changes: self
                .changes
                .iter()
                .map(|change| upright(change.place))
                .collect(),
            ticks: ticks
                .iter()
                .map(|&tick| (percent(up.at(tick) / HEIGHT), self.measure().tick(tick)))
                .collect(),
            numbers: self.numbers(percent),
        }
    }

    /// The numbers of the last changes, kept apart.
    fn numbers(&self, percent: impl Fn(f64) -> String) -> Vec<(String, usize)> {
        let first = self.changes.len().saturating_sub(NUMBERED);
        let room = (LABELS, 1.0);
        let told = self.changes[first..].iter();
        let wanted: Vec<f64> = told.map(|change| self.across(change.place, room)).collect();
        let placed = spread(&wanted, 0.05, LABELS, 0.97).into_iter();
        let numbered = placed.zip(first + 1..);
        numbered
            .map(|(share, number)| (percent(share), number))
            .collect()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a place in a small picture"
)]
fn whole(length: f64) -> i64 {
    length.round() as i64
}
