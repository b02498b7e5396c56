//! Pictures: each one is a drawing function over any backend of plotters,
//! rendered as a PNG file and as two inline SVGs for the page. Nothing here
//! measures or estimates; a picture shows what the analysis says.

mod apart;
mod axis;
mod canvas;
mod course;
mod distribution;
mod gauge;
mod labels;
mod ladder;
mod lines;
mod mark;
mod path;
mod ranks;
mod render;
mod rungs;
mod scale;
mod script;
mod squares;
mod theme;

use plotters::prelude::{DrawingAreaErrorKind, DrawingBackend};
use thiserror::Error;

use crate::tongue::Lang;

pub(crate) use apart::Apart;
pub(crate) use canvas::{Canvas, Hit};
pub(crate) use course::{Change, Course, NUMBERED, Sheet, View};
pub(crate) use distribution::{Distribution, Outline, Shape, distributions};
pub(crate) use gauge::{Gauge, Needle};
pub(crate) use ladder::Ladder;
pub(crate) use lines::{
    Lines, bandwidth_against_chunk, hand_offs_against_sets, hand_offs_against_tasks,
    lock_throughput, lock_waits, memory_against_tasks, messages_against_size,
    spawning_against_memory, wakes_against_descriptors,
};
pub(crate) use ranks::{Ranks, locks_at_loads, uncontended_locks};
pub(crate) use render::{Svg, png, svg};
pub(crate) use scale::Measure;
pub(crate) use squares::{Square, Squares, SquaresColumn, SquaresRow};
pub(crate) use theme::CHINESE_FONT;

/// Drawing went wrong: what plotters says.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("cannot draw: {0}")]
pub struct DrawError(pub(crate) String);

impl<E: std::error::Error + Send + Sync> From<DrawingAreaErrorKind<E>> for DrawError {
    fn from(error: DrawingAreaErrorKind<E>) -> Self {
        Self(error.to_string())
    }
}

/// How much room there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A desk: 960 logical pixels.
    Wide,
    /// A telephone: 360 logical pixels.
    Narrow,
}

impl Layout {
    /// Logical pixels.
    pub(crate) fn width(self) -> f64 {
        match self {
            Self::Wide => 960.0,
            Self::Narrow => 360.0,
        }
    }

    /// One of two values.
    pub(crate) fn pick<T>(self, wide: T, narrow: T) -> T {
        match self {
            Self::Wide => wide,
            Self::Narrow => narrow,
        }
    }
}

/// Something that can be drawn.
pub(crate) trait Picture {
    /// The name of its PNG file without the ending, and of its anchor.
    fn stem(&self) -> &str;

    /// What was measured, as a title.
    fn title(&self) -> String;

    /// How to read it, in a sentence.
    fn legend(&self) -> String;

    /// What a person who can't see it should know.
    fn alt(&self) -> String;

    /// Logical pixels that the drawing needs.
    fn height(&self, layout: Layout, lang: Lang) -> f64;

    /// Draws it.
    ///
    /// # Errors
    /// What the backend says.
    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
    ) -> Result<(), DrawError>;
}
