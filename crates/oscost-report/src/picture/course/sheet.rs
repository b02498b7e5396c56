//! The courses of the cases that the answers stand on, as one picture for a
//! file: a panel each, side by side where they fit.

use oscost_analysis::{HEADLINE_CASES, full_title};
use plotters::prelude::DrawingBackend;

use super::super::canvas::{Align, Face};
use super::super::theme::Ink;
use super::super::{Canvas, DrawError, Layout, Picture};
use super::Course;
use crate::tongue::Lang;
use crate::words;

/// Heights of a panel: of its words, its drawing and its dates.
const HEAD: f64 = 44.0;
const BODY: f64 = 110.0;
const FOOT: f64 = 34.0;
/// From one panel to the next.
const BETWEEN: f64 = 26.0;
/// Room for the labels of the axis.
const LABELS: f64 = 62.0;

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    stem: String,
    machine: String,
    /// The dates of the first, the middle and the last record.
    dates: [String; 3],
    courses: Vec<Course>,
}

impl Sheet {
    /// Of the headline cases among these courses; `None` where there are none.
    pub(crate) fn of(
        stem: String,
        machine: String,
        dates: [String; 3],
        courses: &[Course],
    ) -> Option<Self> {
        let ids = HEADLINE_CASES.iter().flat_map(|(_, ids)| *ids);
        let of = |id: &str| courses.iter().find(|course| course.info.id.0 == id);
        let courses: Vec<Course> = ids.filter_map(of).cloned().collect();
        (!courses.is_empty()).then_some(Self {
            stem,
            machine,
            dates,
            courses,
        })
    }

    fn columns(layout: Layout) -> usize {
        layout.pick(3, 1)
    }

    fn panel<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        course: &Course,
        (left, right): (f64, f64),
        top: f64,
    ) -> Result<(), DrawError> {
        let ink = Ink::Kind(course.info.task);
        let kind = words::sentence(&format!(
            "{} {}",
            course.info.task,
            full_title(&course.info)
        ));
        let name = canvas.fitted(kind.trim_end_matches('.'), Face::BODY.bold(), right - left);
        canvas.text((left, top + 10.0), &name, Face::BODY.bold().ink(ink))?;
        let measure = course.measure();
        let small = Face::SMALL.ink(Ink::Muted);
        let last = format!(
            "{} now, {}",
            measure.exact(course.last),
            words::axis(&course.info.unit)
        );
        let last = canvas.fitted(&last, small, right - left);
        canvas.text((left, top + 28.0), &last, small)?;
        let (start, end) = (top + HEAD, top + HEAD + BODY);
        let sides = (left + LABELS, right - 2.0);
        let up = course.up(end, start);
        for tick in up.ticks(&measure, 30.0) {
            let y = up.at(tick);
            canvas.line(&[(sides.0, y), (sides.1, y)], Ink::Grid, 1.0)?;
            let label = small.align(Align::Right);
            canvas.text((sides.0 - 8.0, y), &measure.tick(tick), label)?;
        }
        let across = |place: f64| course.across(place, (sides.0 + 2.0, sides.1 - 2.0));
        for &place in &course.settings {
            let x = across(place);
            canvas.dashes((x, start), (x, end), Ink::Muted, 1.0)?;
        }
        for change in &course.changes {
            let x = across(change.place);
            canvas.line(&[(x, start - 4.0), (x, end)], Ink::Text, 1.5)?;
        }
        let over = course
            .spots
            .iter()
            .map(|spot| (across(spot.place), up.at(spot.high)));
        let under = course
            .spots
            .iter()
            .rev()
            .map(|spot| (across(spot.place), up.at(spot.low)));
        canvas.fill(&over.chain(under).collect::<Vec<_>>(), ink, 0.22)?;
        let spots = course.spots.iter();
        let line: Vec<(f64, f64)> = spots
            .map(|spot| (across(spot.place), up.at(spot.level)))
            .collect();
        canvas.line(&line, ink, 1.5)?;
        canvas.line(&[(sides.0, end), (sides.1, end)], Ink::Muted, 1.0)?;
        // A panel has no room for the middle one.
        let [first, _, last] = &self.dates;
        canvas.text((sides.0, end + 13.0), first, small)?;
        canvas.text((sides.1, end + 13.0), last, small.align(Align::Right))
    }
}

impl Picture for Sheet {
    fn stem(&self) -> &str {
        &self.stem
    }

    fn title(&self) -> String {
        format!("Through time: {}", self.machine)
    }

    fn legend(&self) -> String {
        LEGEND.to_owned()
    }

    fn alt(&self) -> String {
        let course = |course: &Course| format!("{}: {}", course.info.id, course.words());
        let courses: Vec<String> = self.courses.iter().map(course).collect();
        format!("{}. {}", self.title(), courses.join(". "))
    }

    fn height(&self, layout: Layout, _: Lang) -> f64 {
        let rows = self.courses.len().div_ceil(Self::columns(layout));
        rows as f64 * (HEAD + BODY + FOOT)
    }

    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
    ) -> Result<(), DrawError> {
        let columns = Self::columns(layout);
        let width = (canvas.width - BETWEEN * (columns - 1) as f64) / columns as f64;
        for (number, course) in self.courses.iter().enumerate() {
            let left = (number % columns) as f64 * (width + BETWEEN);
            let top = (number / columns) as f64 * (HEAD + BODY + FOOT);
            self.panel(canvas, course, (left, left + width), top)?;
        }
        Ok(())
    }
}

/// How to read a course.
const LEGEND: &str = "Line: the level, a mean over rounds. Band: the spread over rounds, a standard deviation to either side. Upright strokes: where the level changed for good; dashed: where the machine was configured otherwise from then on. Records stand side by side in the order of time. Logarithmic; each panel has a scale of its own.";
