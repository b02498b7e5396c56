//! Cost against size: lines on two logarithmic axes, with intervals, in one
//! panel or in several that share their scales. A figure that can't be told
//! from zero has a place too: it is drawn hollow, and in a strip below the
//! axis where it is not above zero at all.

mod contention;
mod crowds;
mod gather;
mod grid;
mod keeping;
mod messages;
mod names;
mod plot;
mod spawning;
mod streams;
mod wakes;

use oscost_analysis::Estimate;
use oscost_record::CaseId;
use plotters::prelude::DrawingBackend;

use super::mark::Look;
use super::scale::Measure;
use super::{Canvas, DrawError, Layout, Picture};
use crate::tongue::Lang;
pub(crate) use contention::{lock_throughput, lock_waits};
pub(crate) use crowds::hand_offs_against_tasks;
pub(crate) use grid::hand_offs_against_sets;
pub(crate) use keeping::memory_against_tasks;
pub(crate) use messages::messages_against_size;
use plot::{Plot, Room};
pub(crate) use spawning::spawning_against_memory;
pub(crate) use streams::bandwidth_against_chunk;
pub(crate) use wakes::wakes_against_descriptors;

/// What tells the kinds of task apart in a picture of several.
const KINDS: &str = "A colour for each kind of task: processes, threads, coroutines.";
/// Height that the name of one of many lines takes, on a desk and on a telephone.
const NAME: (f64, f64) = (18.0, 38.0);
/// From one panel to the next.
const BETWEEN: (f64, f64) = (24.0, 18.0);

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    stem: String,
    title: String,
    /// How to read it, beyond marks and whiskers.
    legend: String,
    /// What the sizes are, in words.
    size: &'static str,
    sizes: Measure,
    /// What the upright axis counts; per whichever kind a case is about.
    costs: Measure,
    cost: String,
    /// Heights of a panel on a desk and on a telephone.
    heights: (f64, f64),
    /// Whether marks of one size stand side by side rather than over one
    /// another.
    apart: bool,
    /// Panels side by side on a desk, at most.
    abreast: usize,
    panels: Vec<Panel>,
}

/// One pair of axes.
#[derive(Clone, Debug)]
struct Panel {
    /// What tells it from the others; empty for a single one.
    name: String,
    series: Vec<Series>,
}

/// One line.
#[derive(Clone, Debug)]
struct Series {
    name: String,
    look: Look,
    points: Vec<Point>,
}

/// One case.
#[derive(Clone, Debug)]
struct Point {
    id: CaseId,
    /// What it says, in words.
    words: String,
    size: f64,
    estimate: Estimate,
    /// Whether its interval is above zero.
    above_zero: bool,
}

impl Panel {
    fn points(&self) -> impl Iterator<Item = &Point> + Clone {
        self.series.iter().flat_map(|series| &series.points)
    }
}

impl Lines {
    fn points(&self) -> impl Iterator<Item = &Point> + Clone {
        self.panels.iter().flat_map(Panel::points)
    }

    /// Panels side by side.
    fn columns(&self, layout: Layout) -> usize {
        layout.pick(self.panels.len().min(self.abreast), 1)
    }

    fn panel_height(&self, layout: Layout) -> f64 {
        layout.pick(self.heights.0, self.heights.1)
    }
}

impl Picture for Lines {
    fn stem(&self) -> &str {
        &self.stem
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn legend(&self) -> String {
        let mut legend = "Mark: median over rounds. Whiskers: 95 % interval.".to_owned();
        if self.points().any(|point| !point.above_zero) {
            legend += " Hollow: below resolution, can't be told from zero; in the strip under the axis: zero or less.";
        }
        if self.apart {
            legend += " Marks of one size stand side by side.";
        }
        if !self.legend.is_empty() {
            legend = format!("{legend} {}", self.legend);
        }
        legend
    }

    fn alt(&self) -> String {
        let line = |panel: &Panel, series: &Series| {
            let (first, last) = (series.points.first()?, series.points.last()?);
            let [from, to] = [first, last].map(|point| self.costs.exact(point.estimate.value));
            let [small, large] = [first, last].map(|point| self.sizes.tick(point.size));
            let name = match panel.name.as_str() {
                "" => series.name.clone(),
                panel => format!("{panel}, {}", series.name),
            };
            Some(format!("{name}: {from} at {small}, {to} at {large}"))
        };
        let lines = self
            .panels
            .iter()
            .flat_map(|panel| panel.series.iter().filter_map(move |one| line(panel, one)));
        format!("{}. {}", self.title, lines.collect::<Vec<_>>().join(". "))
    }

    fn height(&self, layout: Layout, _: Lang) -> f64 {
        let rows = self.panels.len().div_ceil(self.columns(layout).max(1)) as f64;
        rows * self.panel_height(layout) + (rows - 1.0) * BETWEEN.1
    }

    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
    ) -> Result<(), DrawError> {
        let columns = self.columns(layout);
        let width = (canvas.width - BETWEEN.0 * (columns - 1) as f64) / columns as f64;
        let height = self.panel_height(layout);
        for (index, panel) in self.panels.iter().enumerate() {
            let (column, row) = (index % columns, index / columns);
            let left = column as f64 * (width + BETWEEN.0);
            let top = row as f64 * (height + BETWEEN.1);
            let room = Room {
                left,
                right: left + width,
                top,
                bottom: top + height,
            };
            Plot::of(self, panel, canvas, layout, room).draw(canvas)?;
        }
        Ok(())
    }
}
