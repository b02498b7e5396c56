//! One panel of lines: where its axes are, and what is drawn on them.

use oscost_analysis::Estimate;
use plotters::prelude::DrawingBackend;

use super::super::axis::{ACROSS, across, labels, up};
use super::super::canvas::{Align, Face};
use super::super::scale::{Scale, ends};
use super::super::theme::Ink;
use super::super::{Canvas, DrawError, Layout};
use super::names::{self, Name};
use super::{Lines, Panel, Point};

/// Height of the title of the upright axis.
const TITLE: f64 = 34.0;
/// Height of a panel's own name.
const NAME: f64 = 24.0;
/// Room for a size of zero, left of the logarithmic axis.
const ZERO: f64 = 44.0;
/// Height of the strip for what is not above zero.
const STRIP: f64 = 26.0;
/// From the upright axis to the first place for a mark.
const INSET: f64 = 14.0;

/// With more lines than this, intervals are faint: they would hide the lines.
const MANY: usize = 12;

/// An area of the canvas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

/// Where things are on the canvas.
pub(super) struct Plot<'a> {
    lines: &'a Lines,
    panel: &'a Panel,
    layout: Layout,
    room: Room,
    across: Scale,
    up: Scale,
    left: f64,
    right: f64,
    top: f64,
    /// The lower end of the logarithmic axis.
    bottom: f64,
    /// The middle of the strip below it, where there is one.
    strip: Option<f64>,
    /// From a mark to that of the next line at the same size.
    step: f64,
}

impl<'a> Plot<'a> {
    pub(super) fn of<DB: DrawingBackend>(
        lines: &'a Lines,
        panel: &'a Panel,
        canvas: &Canvas<DB>,
        layout: Layout,
        room: Room,
    ) -> Self {
        let width = room.right - room.left;
        // All panels leave the same room for names, so that they can be compared.
        let names = lines.panels.iter().flat_map(|panel| &panel.series);
        let widest = names.map(|series| names::width(canvas, &series.name, width));
        let right = room.right - widest.fold(0.0, f64::max) - names::BESIDE;
        let named = if panel.name.is_empty() { 0.0 } else { NAME };
        let top = room.top + named + TITLE;
        let foot = room.bottom - ACROSS;
        let strip = lines.points().any(|point| point.estimate.low <= 0.0);
        let bottom = if strip { foot - STRIP } else { foot };
        let zero = lines.points().any(|point| point.size <= 0.0);
        let sizes = lines.points().map(|point| point.size);
        let up = Scale::over(ends(estimates(lines.points())), bottom, top);
        let labels = labels(canvas, &up, &lines.costs) + 10.0;
        let left = room.left + labels.max(layout.pick(66.0, 60.0));
        let start = left + INSET + if zero { ZERO } else { 0.0 };
        Self {
            lines,
            panel,
            layout,
            room,
            across: Scale::over(sizes.clone(), start, right - 10.0).labelled(sizes),
            up,
            left,
            right,
            top,
            bottom,
            strip: strip.then_some(bottom + STRIP / 2.0),
            step: if lines.apart {
                layout.pick(2.5, 1.5)
            } else {
                0.0
            },
        }
    }

    pub(super) fn draw<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
    ) -> Result<(), DrawError> {
        self.axes(canvas)?;
        let mut labels = Vec::new();
        for (number, series) in self.panel.series.iter().enumerate() {
            let ink = series.look.ink;
            for pair in series.points.windows(2) {
                let [from, to] = [&pair[0], &pair[1]].map(|point| self.at(point, number));
                let broken = pair[0].size <= 0.0 || pair.iter().any(|point| !self.is_on(point));
                match broken {
                    false => canvas.line(&[from, to], ink, 2.0)?,
                    true => canvas.dashes(from, to, ink, 1.0)?,
                }
            }
            if let Some(last) = series.points.last() {
                let (x, y) = self.at(last, number);
                // The name of a line that ends early is tied to its end.
                canvas.leader(&[(x, y), (self.right + 1.0, y)], ink)?;
                labels.push(Name {
                    at: y,
                    text: &series.name,
                    look: series.look,
                });
            }
        }
        for (number, series) in self.panel.series.iter().enumerate() {
            // One after the other, what looks alike is one shape of the SVG.
            for point in &series.points {
                let (x, _) = self.at(point, number);
                self.whisker(canvas, point, x, series.look.ink)?;
            }
            for point in &series.points {
                let look = match point.above_zero {
                    true => series.look,
                    false => series.look.hollow(),
                };
                canvas.mark(self.at(point, number), look, 4.0)?;
            }
            // No finger would find one of hundreds on a telephone.
            if self.layout == Layout::Narrow && self.panel.series.len() > MANY {
                continue;
            }
            for point in &series.points {
                let (x, y) = self.at(point, number);
                let area = [x - 12.0, y - 12.0, 24.0, 24.0];
                canvas.hit(&point.id, point.words.clone(), area);
            }
        }
        let foot = self.room.bottom - ACROSS;
        let ends = (self.top - 8.0, foot + 8.0);
        names::beside(canvas, &labels, (self.right, self.room.right), ends)
    }

    fn axes<DB: DrawingBackend>(&self, canvas: &mut Canvas<DB>) -> Result<(), DrawError> {
        let sides = (self.left, self.right);
        if !self.panel.name.is_empty() {
            let at = (self.room.left, self.room.top + NAME / 2.0 - 2.0);
            canvas.text(at, &self.panel.name, Face::BODY.bold())?;
        }
        let cost = format!("{} (logarithmic)", self.lines.cost);
        let title = (self.room.left + 2.0, self.top - 16.0);
        up(canvas, &self.up, sides, &self.lines.costs, (title, &cost))?;
        let foot = self.room.bottom - ACROSS;
        let size = format!("{} (logarithmic)", self.lines.size);
        let ends = (self.top, foot);
        across(canvas, &self.across, sides, ends, &self.lines.sizes, &size)?;
        if self.lines.points().any(|point| point.size <= 0.0) {
            self.zero(canvas, foot)?;
        }
        if let Some(middle) = self.strip {
            let y = self.bottom;
            canvas.line(&[(self.left, y), (self.right, y)], Ink::Muted, 1.0)?;
            let face = Face::SMALL.ink(Ink::Muted).align(Align::Right);
            canvas.text((self.left - 8.0, middle), "≤ 0", face)?;
        }
        Ok(())
    }

    /// Labels the place of a size of zero, and breaks the axis after it.
    fn zero<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        foot: f64,
    ) -> Result<(), DrawError> {
        let x = self.left + INSET;
        let face = Face::SMALL.ink(Ink::Muted).align(Align::Middle);
        canvas.line(&[(x, self.top), (x, foot)], Ink::Grid, 1.0)?;
        canvas.text((x, foot + 13.0), &self.lines.sizes.tick(0.0), face)?;
        for shift in [-3.0, 3.0] {
            let middle = x + ZERO / 2.0 + shift;
            let stroke = [(middle - 3.0, foot + 5.0), (middle + 3.0, foot - 5.0)];
            canvas.line(&stroke, Ink::Muted, 1.0)?;
        }
        Ok(())
    }

    /// Whether a point has a place on the logarithmic axis.
    fn is_on(&self, point: &Point) -> bool {
        point.estimate.value > 0.0
    }

    /// Where a point of a line stands, by the line's number.
    fn at(&self, point: &Point, number: usize) -> (f64, f64) {
        let middle = (self.panel.series.len() - 1) as f64 / 2.0;
        let aside = (number as f64 - middle) * self.step;
        let x = if point.size > 0.0 {
            self.across.at(point.size)
        } else {
            self.left + INSET
        };
        (x + aside, self.height_of(point.estimate.value))
    }

    /// The height of a cost; that of the strip for what is not above zero.
    fn height_of(&self, cost: f64) -> f64 {
        match self.strip {
            Some(strip) if cost <= 0.0 => strip,
            _ => self.up.at(cost),
        }
    }

    /// The interval, with a cap at each end that is on the axis.
    fn whisker<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        point: &Point,
        x: f64,
        ink: Ink,
    ) -> Result<(), DrawError> {
        let ends = [point.estimate.low, point.estimate.high];
        let heights = ends.map(|end| self.height_of(end));
        if self.panel.series.len() > MANY {
            return canvas.leader(&heights.map(|y| (x, y)), ink);
        }
        canvas.line(&heights.map(|y| (x, y)), ink, 1.5)?;
        for (end, y) in ends.into_iter().zip(heights) {
            if self.up.holds(end) {
                canvas.line(&[(x - 3.5, y), (x + 3.5, y)], ink, 1.5)?;
            }
        }
        Ok(())
    }
}

fn estimates<'a>(
    points: impl Iterator<Item = &'a Point> + Clone,
) -> impl Iterator<Item = &'a Estimate> + Clone {
    points.map(|point| &point.estimate)
}
