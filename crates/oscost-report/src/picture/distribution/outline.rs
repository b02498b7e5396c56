//! Distributions for the page: shapes without words, which the page stretches to
//! its width and sets its own text around. One drawing thus serves a desk and a
//! telephone, and hundreds of them stay small.

use super::super::path::{Point, stroke};
use super::super::scale::{Measure, Scale};
use super::density::{FEW, density, thinned};
use super::{Distribution, ridge};
use oscost_analysis::Summary;

/// Units across and down; the page stretches both.
pub(crate) const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 32.0;
/// Lower than this a hump is only the base line, coloured.
const RISES: f64 = 0.5;
/// How far a curve may be from what it was.
const NEAR: f64 = 0.5;

/// See the module.
pub(crate) struct Outline {
    /// Grid lines, as path data.
    pub(crate) grid: String,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) ridges: Vec<Shape>,
}

/// A label of the axis.
pub(crate) struct Tick {
    /// How far across, in percent.
    pub(crate) across: String,
    /// Which end of it stands there, as SVG names it: none is to leave the axis.
    pub(crate) anchor: &'static str,
    pub(crate) text: String,
}

/// One case.
pub(crate) struct Shape {
    /// Its name among the others.
    pub(crate) label: String,
    /// `12,000 samples`.
    pub(crate) counted: String,
    /// `p50 3.2 µs · p90 3.9 µs · max 12 ms`.
    pub(crate) ranks: String,
    /// The samples, as path data.
    pub(crate) humps: String,
    /// A stroke for each percentile.
    pub(crate) strokes: String,
}

impl Distribution {
    /// Every case on one scale.
    pub(crate) fn outline(&self) -> Outline {
        let scale = Scale::over(self.span(), 2.0, WIDTH - 2.0);
        let measure = self.cases().next().map_or(Measure::Count, |(_, summary)| {
            Measure::Of(summary.info.unit.clone())
        });
        // A telephone is half as wide, and its letters are not smaller.
        let ticks = scale.ticks(&measure, 140.0);
        let lines = ticks.iter().map(|&tick| {
            let x = whole(scale.at(tick));
            stroke(&[(x, 0), (x, whole(HEIGHT))], false)
        });
        let shape = |(label, summary): (&str, &Summary)| Shape {
            label: label.to_owned(),
            counted: ridge::counted(summary),
            ranks: ridge::ranks(summary),
            humps: humps(summary, &scale),
            strokes: strokes(summary, &scale),
        };
        let tick = |tick: &f64| {
            let share = scale.at(*tick) / WIDTH;
            Tick {
                across: format!("{:.1}", 100.0 * share),
                anchor: match share {
                    left if left < 0.1 => "start",
                    right if right > 0.9 => "end",
                    _ => "middle",
                },
                text: measure.tick(*tick),
            }
        };
        Outline {
            grid: lines.collect(),
            ticks: ticks.iter().map(tick).collect(),
            ridges: self.cases().map(shape).collect(),
        }
    }
}

/// The samples: one by one where they are few, else as humps.
fn humps(summary: &Summary, scale: &Scale) -> String {
    let samples = &summary.distribution;
    let base = whole(HEIGHT);
    if summary.samples <= FEW {
        let values = samples.iter().map(|&(value, _)| value);
        let on = values.filter(|value| scale.holds(*value));
        let mut places: Vec<i64> = on.map(|value| whole(scale.at(value))).collect();
        // What falls on one place is one stroke.
        places.dedup();
        let strokes = places
            .iter()
            .map(|&x| stroke(&[(x, base - 13), (x, base)], false));
        return strokes.collect();
    }
    let shape = density(samples, scale, 0.0, WIDTH);
    let highest = shape
        .iter()
        .fold(f64::MIN_POSITIVE, |high, &(_, height)| high.max(height));
    let top_of = |height: f64| HEIGHT - (HEIGHT - 2.0) * height / highest;
    let mut data = String::new();
    for hump in shape.chunk_by(|a, b| a.1 > 0.0 && b.1 > 0.0) {
        let points = hump.iter().map(|&(x, height)| (x, top_of(height)));
        let curve: Vec<Point> = thinned(&points.collect::<Vec<_>>(), NEAR)
            .iter()
            .map(|&(x, y)| (whole(x), whole(y)))
            .collect();
        let [(first, _), .., (last, _)] = curve.as_slice() else {
            continue;
        };
        let rises = hump
            .iter()
            .any(|&(_, height)| HEIGHT - top_of(height) >= RISES);
        data += &match rises {
            true => {
                let ends = [&[(*first, base)], curve.as_slice(), &[(*last, base)]];
                stroke(&ends.concat(), true)
            }
            false => stroke(&[(*first, base), (*last, base)], false),
        };
    }
    data
}

fn strokes(summary: &Summary, scale: &Scale) -> String {
    let base = whole(HEIGHT);
    let stroke = |value: f64| {
        let x = whole(scale.at(value));
        stroke(&[(x, base - 9), (x, base)], false)
    };
    let percentiles = summary.percentiles.iter();
    percentiles.map(|one| stroke(one.estimate.value)).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a place in a small picture"
)]
fn whole(length: f64) -> i64 {
    length.round() as i64
}
