//! Cost against size: lines on two logarithmic axes, with intervals, and
//! horizontal lines for what does not depend on the size.

mod names;
mod series;

use oscost_analysis::{Estimate, format};
use oscost_record::{CaseId, TaskKind, Unit};
use plotters::prelude::DrawingBackend;

use super::axis::{ACROSS, across, up};
use super::canvas::{Align, Face};
use super::scale::{Measure, Scale};
use super::theme::Ink;
use super::{Canvas, DrawError, Layout, Picture};
use crate::words;
use names::{NAME, Name};
pub(crate) use series::{fork_against_memory, memory_against_tasks};

/// Height of the title of the upright axis.
const TOP: f64 = 34.0;
/// Room for a size of zero, left of the logarithmic axis.
const ZERO: f64 = 44.0;

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    stem: &'static str,
    title: &'static str,
    /// What the sizes are, in words.
    size: &'static str,
    sizes: Measure,
    /// The unit of the costs; per whichever kind a case is about.
    unit: Unit,
    cost: String,
    series: Vec<Series>,
    levels: Vec<Point>,
}

/// One line.
#[derive(Clone, Debug)]
struct Series {
    /// What it is called where there is room.
    name: String,
    /// What it is called on a telephone, beside its mark.
    short: String,
    kind: TaskKind,
    points: Vec<Point>,
}

impl Series {
    fn name(&self, layout: Layout) -> &str {
        layout.pick(&self.name, &self.short)
    }
}

/// One case.
#[derive(Clone, Debug)]
struct Point {
    id: CaseId,
    name: String,
    kind: TaskKind,
    size: f64,
    estimate: Estimate,
}

/// Where things are on the canvas.
struct Frame {
    across: Scale,
    up: Scale,
    left: f64,
    right: f64,
    bottom: f64,
}

impl Lines {
    fn points(&self) -> impl Iterator<Item = &Point> {
        self.series.iter().flat_map(|series| &series.points)
    }

    fn has_zero(&self) -> bool {
        self.points().any(|point| point.size <= 0.0)
    }

    fn frame<DB: DrawingBackend>(&self, canvas: &Canvas<DB>, layout: Layout) -> Frame {
        let names = self.series.iter().map(|series| series.name(layout));
        let levels = self.levels.iter().map(|level| level.name.as_str());
        // On a telephone the levels are named inside.
        let widest = names
            .chain(levels.filter(|_| layout == Layout::Wide))
            .map(|name| canvas.text_width(name, Face::SMALL))
            .fold(0.0, f64::max);
        let room = widest.min(canvas.width * 0.4) + NAME;
        let left = layout.pick(66.0, 60.0);
        let (right, bottom) = (canvas.width - room, self.height(layout) - ACROSS);
        let start = left + 14.0 + if self.has_zero() { ZERO } else { 0.0 };
        let costs = self.points().chain(&self.levels).flat_map(|point| {
            let Estimate { value, low, high } = point.estimate;
            [low, value, high]
        });
        Frame {
            across: Scale::over(self.points().map(|point| point.size), start, right - 10.0),
            up: Scale::over(costs, bottom, TOP),
            left,
            right,
            bottom,
        }
    }

    fn point<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        frame: &Frame,
        point: &Point,
    ) -> Result<(), DrawError> {
        let ink = Ink::Kind(point.kind);
        let (x, y) = frame.at(point);
        let (low, high) = (
            frame.up.at(point.estimate.low),
            frame.up.at(point.estimate.high),
        );
        canvas.line(&[(x, low), (x, high)], ink, 1.5)?;
        for end in [low, high] {
            canvas.line(&[(x - 4.0, end), (x + 4.0, end)], ink, 1.5)?;
        }
        canvas.mark((x, y), point.kind, 4.0)?;
        canvas.hit(
            &point.id,
            self.words(point),
            [x - 12.0, y - 12.0, 24.0, 24.0],
        );
        Ok(())
    }

    /// Names the levels over their lines: right, where the curve has left them
    /// below, else left. Of levels that are close the dearer name stands over
    /// the cheaper one.
    fn names_inside<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        frame: &Frame,
    ) -> Result<(), DrawError> {
        let top = self.points().map(|point| frame.up.at(point.estimate.high));
        let top = top.fold(f64::INFINITY, f64::min);
        let height = |level: &Point| frame.up.at(level.estimate.value);
        let mut levels: Vec<&Point> = self.levels.iter().collect();
        levels.sort_by(|a, b| height(b).total_cmp(&height(a)));
        let mut free = frame.bottom;
        for level in levels {
            let below = height(level) > top + 60.0;
            let (align, x) = match below {
                true => (Align::Right, frame.right - 4.0),
                false => (Align::Left, frame.left + 4.0),
            };
            let y = (height(level) - 9.0).min(free);
            free = y - 16.0;
            let face = Face::SMALL.ink(Ink::Kind(level.kind)).align(align);
            let name = canvas.fitted(&level.name, face, frame.right - frame.left - 8.0);
            canvas.text((x, y), &name, face)?;
        }
        Ok(())
    }

    fn words(&self, point: &Point) -> String {
        format!(
            "{}: {}",
            point.id,
            words::interval(&point.estimate, &self.unit)
        )
    }
}

impl Frame {
    fn at(&self, point: &Point) -> (f64, f64) {
        let x = if point.size > 0.0 {
            self.across.at(point.size)
        } else {
            self.left + 14.0
        };
        (x, self.up.at(point.estimate.value))
    }
}

impl Picture for Lines {
    fn stem(&self) -> &str {
        self.stem
    }

    fn title(&self) -> String {
        self.title.to_owned()
    }

    fn legend(&self) -> String {
        let levels = if self.levels.is_empty() {
            ""
        } else {
            " Dashed: does not depend on the size, drawn to compare."
        };
        let kinds = if self.series.len() > 1 {
            " Squares: processes; discs: threads; diamonds: coroutines."
        } else {
            ""
        };
        format!("Mark: median over rounds. Whiskers: 95 % interval.{kinds}{levels}")
    }

    fn alt(&self) -> String {
        let lines = self.series.iter().filter_map(|series| {
            let (first, last) = (series.points.first()?, series.points.last()?);
            let [from, to] =
                [first, last].map(|point| format::quantity(point.estimate.value, &self.unit));
            let [small, large] = [first, last].map(|point| self.sizes.tick(point.size));
            Some(format!(
                "{}: {from} at {small}, {to} at {large}",
                series.name
            ))
        });
        let levels = self.levels.iter().map(|level| {
            format!(
                "{}: {}",
                level.name,
                format::quantity(level.estimate.value, &self.unit)
            )
        });
        format!(
            "{}. {}",
            self.title,
            lines.chain(levels).collect::<Vec<_>>().join(". ")
        )
    }

    fn height(&self, layout: Layout) -> f64 {
        layout.pick(430.0, 400.0)
    }

    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
    ) -> Result<(), DrawError> {
        let frame = self.frame(canvas, layout);
        let Frame {
            left,
            right,
            bottom,
            ..
        } = frame;
        up(
            canvas,
            &frame.up,
            (left, right),
            TOP,
            &Measure::Of(self.unit.clone()),
            &format!("{} (logarithmic)", self.cost),
        )?;
        let size = format!("{} (logarithmic)", self.size);
        across(
            canvas,
            &frame.across,
            (left, right),
            (TOP, bottom),
            &self.sizes,
            &size,
        )?;
        if self.has_zero() {
            zero(canvas, &frame, &self.sizes)?;
        }
        let mut labels = Vec::new();
        let inside = layout == Layout::Narrow;
        for level in &self.levels {
            let y = frame.up.at(level.estimate.value);
            canvas.dashes((left, y), (right, y), Ink::Kind(level.kind), 1.5)?;
            canvas.hit(
                &level.id,
                self.words(level),
                [left, y - 6.0, right - left, 12.0],
            );
            if !inside {
                labels.push(Name {
                    at: y,
                    text: &level.name,
                    kind: level.kind,
                    marked: false,
                });
            }
        }
        for series in &self.series {
            for pair in series.points.windows(2) {
                let [from, to] = [&pair[0], &pair[1]].map(|point| frame.at(point));
                match pair[0].size > 0.0 {
                    true => canvas.line(&[from, to], Ink::Kind(series.kind), 2.0)?,
                    false => canvas.dashes(from, to, Ink::Kind(series.kind), 1.0)?,
                }
            }
            for point in &series.points {
                self.point(canvas, &frame, point)?;
            }
            if let Some(last) = series.points.last() {
                let at = frame.at(last).1;
                labels.push(Name {
                    at,
                    text: series.name(layout),
                    kind: series.kind,
                    marked: true,
                });
            }
        }
        if inside {
            self.names_inside(canvas, &frame)?;
        }
        names::beside(canvas, &labels, right, (TOP + 6.0, bottom - 8.0))
    }
}

/// Labels the place of a size of zero, and breaks the axis after it.
fn zero<DB: DrawingBackend>(
    canvas: &mut Canvas<DB>,
    frame: &Frame,
    sizes: &Measure,
) -> Result<(), DrawError> {
    let x = frame.left + 14.0;
    let face = Face::SMALL.ink(Ink::Muted).align(Align::Middle);
    canvas.line(&[(x, TOP), (x, frame.bottom)], Ink::Grid, 1.0)?;
    canvas.text((x, frame.bottom + 13.0), &sizes.tick(0.0), face)?;
    let middle = x + ZERO / 2.0;
    for shift in [-3.0, 3.0] {
        let foot = middle + shift;
        canvas.line(
            &[
                (foot - 3.0, frame.bottom + 5.0),
                (foot + 3.0, frame.bottom - 5.0),
            ],
            Ink::Muted,
            1.0,
        )?;
    }
    Ok(())
}
