//! Rows of one figure each on a common logarithmic axis, in groups: the name,
//! the interval, the value. Nothing of a name is ever cut off: it is broken into
//! lines, and its row is as high as that takes.

use oscost_analysis::Estimate;
use oscost_record::{CaseId, TaskKind};
use plotters::prelude::DrawingBackend;

use super::axis::{ACROSS, across};
use super::canvas::{Align, Face};
use super::mark::Look;
use super::render::DENSITY;
use super::scale::{Measure, Scale, ends};
use super::theme::Ink;
use super::{Canvas, DrawError, Layout};
use crate::tongue::Lang;

const HEADING: f64 = 40.0;
const GROUP: f64 = 26.0;
/// From one line of a name to the next.
const LINE: f64 = 16.0;
/// Left of the names.
const INDENT: f64 = 18.0;
/// The column of names on a desk is no narrower and no wider.
const COLUMN: (f64, f64) = (200.0, 380.0);
/// Right of a name on a desk; room for a value on a telephone.
const AFTER: f64 = 22.0;
const VALUE: f64 = 78.0;

/// Groups on one axis.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    pub(super) heading: String,
    pub(super) measure: Measure,
    /// What the axis is called.
    pub(super) axis: String,
    pub(super) groups: Vec<Group>,
}

/// Rows that belong together.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) heading: String,
    pub(super) kind: TaskKind,
    pub(super) rows: Vec<Row>,
}

/// One figure.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: CaseId,
    pub(super) name: String,
    pub(super) estimate: Estimate,
    pub(super) measure: Measure,
    pub(super) bold: bool,
}

impl Row {
    fn face(&self) -> Face {
        Face::BODY.bold_if(self.bold)
    }

    /// The name in lines.
    fn lines(&self, layout: Layout, lang: Lang) -> Vec<String> {
        let room = match layout {
            Layout::Wide => COLUMN.1 - INDENT - AFTER,
            Layout::Narrow => layout.width() - INDENT - VALUE,
        };
        let name = lang.say(&self.name);
        self.face().wrapped(&name, " ", room, DENSITY)
    }

    fn height(&self, layout: Layout, lang: Lang) -> f64 {
        layout.pick(22.0, 42.0) + LINE * (self.lines(layout, lang).len() - 1) as f64
    }
}

impl Panel {
    pub(super) fn height(&self, layout: Layout, lang: Lang) -> f64 {
        let groups = self.groups.iter().map(|group| {
            let rows = group.rows.iter().map(|row| row.height(layout, lang));
            GROUP + rows.sum::<f64>()
        });
        HEADING + groups.sum::<f64>() + ACROSS
    }

    /// Every row in words, group by group.
    pub(super) fn alt(&self) -> String {
        let groups = self.groups.iter().map(|group| {
            let rows = group.rows.iter().map(|row| {
                let value = row.measure.interval(&row.estimate);
                format!("{} {value}", row.name)
            });
            let rows = rows.collect::<Vec<_>>().join(", ");
            format!("{} {}: {rows}", group.kind, group.heading)
        });
        groups.collect::<Vec<_>>().join(". ")
    }

    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.groups.iter().flat_map(|group| &group.rows)
    }

    pub(super) fn draw<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
        top: f64,
    ) -> Result<(), DrawError> {
        canvas.text((0.0, top + 16.0), &self.heading, Face::BODY.bold())?;
        let names = self.rows().flat_map(|row| {
            let width = |line: &String| canvas.text_width(line, row.face());
            row.lines(layout, canvas.lang)
                .iter()
                .map(width)
                .collect::<Vec<_>>()
        });
        let column = INDENT + names.fold(0.0, f64::max) + AFTER;
        let column = column.clamp(COLUMN.0, COLUMN.1);
        let (left, right) = layout.pick((column, canvas.width - 96.0), (10.0, canvas.width - 10.0));
        let estimates = self.groups.iter().flat_map(|group| &group.rows);
        let estimates = estimates.map(|row| &row.estimate);
        let scale = Scale::over(ends(estimates), left, right);
        let bottom = top + self.height(layout, canvas.lang) - ACROSS;
        let title = format!("{} (logarithmic)", self.axis);
        let reach = (top + HEADING - 6.0, bottom);
        across(canvas, &scale, (left, right), reach, &self.measure, &title)?;
        let mut y = top + HEADING;
        for group in &self.groups {
            let look = Look::of(group.kind);
            canvas.mark((7.0, y + GROUP / 2.0), look, 4.5)?;
            let face = Face::BODY.bold().ink(Ink::Kind(group.kind));
            canvas.text((INDENT, y + GROUP / 2.0), &group.heading, face)?;
            y += GROUP;
            for row in &group.rows {
                row.draw(canvas, layout, &scale, look, y)?;
                y += row.height(layout, canvas.lang);
            }
        }
        Ok(())
    }
}

impl Row {
    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
        scale: &Scale,
        look: Look,
        top: f64,
    ) -> Result<(), DrawError> {
        let Estimate { value, low, high } = self.estimate;
        let text = self.measure.exact(value);
        // Where an end has no place on the axis, its line has no cap.
        let capped: Vec<f64> = [low, high]
            .into_iter()
            .filter(|end| scale.holds(*end))
            .map(|end| scale.at(end))
            .collect();
        let (low, middle, high) = (scale.at(low), scale.at(value), scale.at(high));
        let lines = self.lines(layout, canvas.lang);
        let below = LINE * (lines.len() - 1) as f64;
        let y = top + layout.pick(11.0 + below / 2.0, 25.0 + below);
        let (thick, cap, radius) = if self.bold {
            (2.5, 8.0, 5.0)
        } else {
            (1.5, 6.0, 3.0)
        };
        canvas.line(&[(low, y), (high, y)], look.ink, thick)?;
        for end in capped {
            canvas.line(&[(end, y - cap), (end, y + cap)], look.ink, thick)?;
        }
        canvas.mark((middle, y), look, radius)?;
        let first = top + layout.pick(11.0, 9.0);
        for (number, line) in lines.iter().enumerate() {
            let at = (INDENT, first + LINE * number as f64);
            canvas.text(at, line, self.face())?;
        }
        match layout {
            Layout::Wide => {
                let right = high.max(middle + 6.0) + 8.0;
                canvas.text((right, y), &text, self.face())?;
            }
            Layout::Narrow => {
                let face = self.face().align(Align::Right);
                canvas.text((canvas.width - 2.0, first), &text, face)?;
            }
        }
        let words = format!("{}: {}", self.id, self.measure.interval(&self.estimate));
        let area = [0.0, top, canvas.width, self.height(layout, canvas.lang)];
        canvas.hit(&self.id, words, area);
        Ok(())
    }
}
