//! How a line and its points look: colour, shape, filled or hollow. Shape tells
//! apart what colour alone must never have to.

use oscost_record::TaskKind;
use plotters::prelude::DrawingBackend;

use super::theme::Ink;
use super::{Canvas, DrawError};

/// The outline of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Processes.
    Square,
    /// Threads.
    Disc,
    /// Coroutines.
    Diamond,
    /// A triangle that points up.
    Up,
    /// A triangle that points down.
    Down,
}

/// Colour and shape of a mark, and of the line that joins such marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) ink: Ink,
    shape: Shape,
    pub(crate) hollow: bool,
}

impl Look {
    /// That of a kind of task: a square for a process, a disc for a thread, a
    /// diamond for a coroutine.
    pub(crate) fn of(kind: TaskKind) -> Self {
        let shape = match kind {
            TaskKind::Process => Shape::Square,
            TaskKind::Thread => Shape::Disc,
            TaskKind::Coroutine => Shape::Diamond,
        };
        Self {
            ink: Ink::Kind(kind),
            shape,
            hollow: false,
        }
    }

    /// That of the `n`th of several lines that have this one's colour: another
    /// shape, and hollow when shapes run out.
    pub(crate) fn variant(self, n: usize) -> Self {
        let shapes = [self.shape, Shape::Up, Shape::Down];
        Self {
            shape: shapes[n % shapes.len()],
            hollow: n / shapes.len() % 2 == 1,
            ..self
        }
    }

    /// That of the `n`th of several lines whose kind goes without saying.
    pub(crate) fn nth(n: usize) -> Self {
        // Where colours begin again, shapes must not.
        Self::member(n, n + n / 10)
    }

    /// That of the `n`th line of a family: all of a family have its colour, and
    /// each a shape of its own.
    pub(crate) fn member(family: usize, n: usize) -> Self {
        const SHAPES: [Shape; 5] = [
            Shape::Disc,
            Shape::Square,
            Shape::Up,
            Shape::Diamond,
            Shape::Down,
        ];
        Self {
            ink: Ink::line(family),
            shape: SHAPES[n % SHAPES.len()],
            hollow: n / SHAPES.len() % 2 == 1,
        }
    }

    /// The same, hollow.
    pub(crate) fn hollow(self) -> Self {
        Self {
            hollow: true,
            ..self
        }
    }
}

impl<DB: DrawingBackend> Canvas<DB> {
    /// Draws a mark; one of `radius` has about the area of a disc of that
    /// radius.
    pub(crate) fn mark(
        &mut self,
        (x, y): (f64, f64),
        look: Look,
        radius: f64,
    ) -> Result<(), DrawError> {
        let Look { ink, shape, hollow } = look;
        let around = |r: f64, corners: &[(f64, f64)]| -> Vec<(f64, f64)> {
            let corner = |(dx, dy): &(f64, f64)| (x + dx * r, y + dy * r);
            corners.iter().map(corner).collect()
        };
        let outline = match shape {
            Shape::Disc => {
                self.disc((x, y), radius, ink)?;
                if hollow {
                    self.disc((x, y), radius - LINE, Ink::Paper)?;
                }
                return Ok(());
            }
            Shape::Square => around(
                radius * 0.9,
                &[(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)],
            ),
            Shape::Diamond => around(
                radius * 1.25,
                &[(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)],
            ),
            Shape::Up => around(radius * 1.2, &[(0.0, -1.0), (1.0, 0.75), (-1.0, 0.75)]),
            Shape::Down => around(radius * 1.2, &[(0.0, 1.0), (1.0, -0.75), (-1.0, -0.75)]),
        };
        if !hollow {
            return self.fill(&outline, ink, 1.0);
        }
        self.fill(&outline, Ink::Paper, 1.0)?;
        let closed = [outline.as_slice(), &outline[..1]].concat();
        self.line(&closed, ink, LINE)
    }
}

/// How thick the outline of a hollow mark is.
const LINE: f64 = 1.5;
