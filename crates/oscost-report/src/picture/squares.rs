//! Machines × costs as squares: a row for each cost, a column for each machine,
//! the deeper in colour the further from the best of the row. It is told what
//! to say, and ranks nobody.

use oscost_record::TaskKind;
use plotters::prelude::DrawingBackend;

use super::canvas::{Align, Face};
use super::mark::Look;
use super::render::DENSITY;
use super::theme::Ink;
use super::{Canvas, DrawError, Layout, Picture};
use crate::tongue::Lang;

/// One picture.
pub(crate) struct Squares {
    pub(crate) columns: Vec<SquaresColumn>,
    pub(crate) rows: Vec<SquaresRow>,
    /// How many machines have no column, in words.
    pub(crate) beyond: Option<String>,
}

/// One machine.
pub(crate) struct SquaresColumn {
    /// A name, which no language changes.
    pub(crate) name: String,
    pub(crate) emulated: bool,
}

/// One cost.
pub(crate) struct SquaresRow {
    pub(crate) title: String,
    pub(crate) kind: TaskKind,
    /// Per what.
    pub(crate) per: String,
    pub(crate) squares: Vec<Square>,
}

/// One machine at one cost.
pub(crate) struct Square {
    /// How deep the colour is, up to [`DEEPEST`]; `None` for who has no rank.
    pub(crate) depth: Option<usize>,
    pub(crate) ratio: String,
    pub(crate) level: String,
}

/// The deepest colour, and how much of its ink the shallowest and the deepest have:
/// those of the page.
const DEEPEST: usize = 8;
const INKS: [f64; DEEPEST + 1] = [0.0, 0.07, 0.13, 0.19, 0.25, 0.32, 0.39, 0.46, 0.53];

/// Above a square of this width there is room for a name, and in it for figures.
const ROOMY: f64 = 66.0;
/// Lines of a name above its column.
const NAME_LINES: usize = 3;

const LABELS: f64 = 268.0;
const ROW: f64 = 36.0;
const GAP: f64 = 2.0;
const LINE: f64 = 16.0;
const HEAD: f64 = LINE * NAME_LINES as f64 + 10.0;

impl Squares {
    /// The width of a column.
    fn across(&self, layout: Layout) -> f64 {
        (layout.width() - LABELS) / self.columns.len().max(1) as f64
    }

    fn is_roomy(&self, layout: Layout) -> bool {
        self.across(layout) >= ROOMY
    }

    /// Names by their numbers, where columns have no room for them. They are no
    /// words, and so wrapped as they are.
    fn key(&self, layout: Layout) -> Vec<String> {
        if self.is_roomy(layout) {
            return Vec::new();
        }
        let named = self.columns.iter().zip(1..);
        let named =
            named.map(|(column, number): (_, usize)| format!("{number}\u{a0}{}", column.name));
        let named: Vec<String> = named.collect();
        Face::SMALL.wrapped(&named.join(",  "), ",  ", layout.width(), DENSITY)
    }

    fn heads<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
    ) -> Result<(), DrawError> {
        let across = self.across(layout);
        for (number, column) in self.columns.iter().enumerate() {
            let middle = LABELS + across * (number as f64 + 0.5);
            let ink = if column.emulated {
                Ink::Muted
            } else {
                Ink::Text
            };
            let face = Face::SMALL.align(Align::Middle).ink(ink);
            let bottom = HEAD - 12.0;
            if !self.is_roomy(layout) {
                canvas.name((middle, bottom), &(number + 1).to_string(), face)?;
                continue;
            }
            let room = across - 2.0 * GAP;
            let lines = face.wrapped(&column.name, " ", room, DENSITY);
            let mut lines: Vec<String> = lines.into_iter().take(NAME_LINES).collect();
            if column.emulated && lines.len() < NAME_LINES {
                lines.push(canvas.fitted("emulated", face, room));
            }
            for (up, line) in lines.iter().rev().enumerate() {
                let line = canvas.fitted_name(line, face, room);
                canvas.name((middle, bottom - LINE * up as f64), &line, face)?;
            }
        }
        Ok(())
    }

    fn row<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
        row: &SquaresRow,
        top: f64,
    ) -> Result<(), DrawError> {
        let middle = top + ROW / 2.0;
        canvas.mark((6.0, middle - 8.0), Look::of(row.kind), 4.5)?;
        let room = LABELS - 26.0;
        let title = canvas.fitted(&row.title, Face::BODY, room);
        canvas.name((18.0, middle - 8.0), &title, Face::BODY)?;
        let muted = Face::SMALL.ink(Ink::Muted);
        let per = canvas.fitted(&format!("{}, per {}", row.kind, row.per), muted, room);
        canvas.name((18.0, middle + 9.0), &per, muted)?;
        let across = self.across(layout);
        for (number, square) in row.squares.iter().enumerate() {
            let left = LABELS + across * number as f64;
            let [right, bottom] = [left + across - GAP, top + ROW - GAP];
            if let Some(depth) = square.depth {
                let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
                canvas.fill(&corners, Ink::Line(1), INKS[depth.min(DEEPEST)])?;
            }
            self.figures(canvas, layout, square, (f64::midpoint(left, right), top))?;
        }
        let under = [
            (0.0, top + ROW - GAP / 2.0),
            (layout.width(), top + ROW - GAP / 2.0),
        ];
        canvas.line(&under, Ink::Grid, 1.0)
    }

    /// What a square says, where it has room; else whether it has a figure at all.
    fn figures<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
        square: &Square,
        (middle, top): (f64, f64),
    ) -> Result<(), DrawError> {
        let ink = if square.depth.is_some() {
            Ink::Text
        } else {
            Ink::Muted
        };
        let face = Face::SMALL.align(Align::Middle).ink(ink);
        if !self.is_roomy(layout) {
            return match square.depth {
                Some(_) => Ok(()),
                None => canvas.name((middle, top + ROW / 2.0 - 1.0), &square.ratio, face),
            };
        }
        let best = square.depth == Some(0);
        canvas.name((middle, top + 10.0), &square.ratio, face.bold_if(best))?;
        canvas.name((middle, top + 26.0), &square.level, face)
    }
}

impl Picture for Squares {
    fn stem(&self) -> &str {
        "fleet"
    }

    fn title(&self) -> String {
        "Machines × costs".to_owned()
    }

    fn legend(&self) -> String {
        let figures = match self.is_roomy(Layout::Wide) {
            true => {
                "How many times the best of each row, and the level under it; the deeper in colour, the dearer. ≈: the rounds do not tell it from the best. Emulated machines have a level and no rank."
            }
            false => {
                "How many times the best of each row: the deeper in colour, the dearer. Machines stand under their numbers, the names are below."
            }
        };
        let beyond = self.beyond.as_ref();
        let beyond = beyond.map_or_else(String::new, |beyond| format!(" {beyond} not drawn."));
        format!("{figures}{beyond}")
    }

    fn alt(&self) -> String {
        let names = self.columns.iter().map(|column| column.name.as_str());
        format!("{}: {}", self.title(), names.collect::<Vec<_>>().join(", "))
    }

    fn height(&self, layout: Layout, _: Lang) -> f64 {
        let key = self.key(layout).len() as f64;
        HEAD + ROW * self.rows.len() as f64 + 8.0 + LINE * key
    }

    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
    ) -> Result<(), DrawError> {
        self.heads(canvas, layout)?;
        let mut top = HEAD;
        for row in &self.rows {
            self.row(canvas, layout, row, top)?;
            top += ROW;
        }
        for line in self.key(layout) {
            top += LINE;
            canvas.name((0.0, top), &line, Face::SMALL.ink(Ink::Muted))?;
        }
        Ok(())
    }
}
