//! Grid lines, tick labels and axis titles. Every axis says its unit.

use plotters::prelude::DrawingBackend;

use super::DrawError;
use super::canvas::{Align, Canvas, Face};
use super::scale::{Measure, Scale};
use super::theme::Ink;

/// Height that [`across`] needs below the drawing.
pub(super) const ACROSS: f64 = 48.0;

/// Draws a horizontal axis: grid lines from `top` to `bottom`, labels and
/// `title` below.
pub(super) fn across<DB: DrawingBackend>(
    canvas: &mut Canvas<DB>,
    scale: &Scale,
    (left, right): (f64, f64),
    (top, bottom): (f64, f64),
    measure: &Measure,
    title: &str,
) -> Result<(), DrawError> {
    let face = Face::SMALL.ink(Ink::Muted).align(Align::Middle);
    let wide = |canvas: &Canvas<DB>, ticks: &[f64]| {
        let widths = ticks
            .iter()
            .map(|tick| canvas.text_width(&measure.tick(*tick), face));
        widths.fold(0.0, f64::max) + 12.0
    };
    // The room that labels need hangs on which labels there are.
    let mut ticks = scale.ticks(measure, 30.0);
    while ticks
        .windows(2)
        .any(|pair| scale.at(pair[1]) - scale.at(pair[0]) < wide(canvas, &ticks))
    {
        ticks = scale.ticks(measure, wide(canvas, &ticks));
    }
    // Of counts the smallest is worth a label although it may be no round one.
    if let (Measure::Count, Some(&first)) = (measure, ticks.first())
        && scale.at(first) - scale.at(scale.least()) > wide(canvas, &[first])
    {
        ticks.insert(0, scale.least());
    }
    for tick in ticks {
        let x = scale.at(tick);
        canvas.line(&[(x, top), (x, bottom)], Ink::Grid, 1.0)?;
        let text = measure.tick(tick);
        let half = canvas.text_width(&text, face) / 2.0;
        let at = x.max(half + 1.0).min(canvas.width - half - 1.0);
        canvas.text((at, bottom + 13.0), &text, face)?;
    }
    canvas.line(&[(left, bottom), (right, bottom)], Ink::Muted, 1.0)?;
    let half = canvas.text_width(title, face) / 2.0;
    let middle = ((left + right) / 2.0)
        .min(canvas.width - half - 2.0)
        .max(half + 2.0);
    let title = canvas.fitted(title, face, canvas.width - 4.0);
    canvas.text((middle, bottom + 33.0), &title, face)
}

/// The values that a vertical axis names.
fn named(scale: &Scale, measure: &Measure) -> Vec<f64> {
    scale.ticks(measure, 34.0)
}

/// How wide the labels of a vertical axis are.
pub(super) fn labels<DB: DrawingBackend>(
    canvas: &Canvas<DB>,
    scale: &Scale,
    measure: &Measure,
) -> f64 {
    let ticks = named(scale, measure).into_iter();
    let widths = ticks.map(|tick| canvas.text_width(&measure.tick(tick), Face::SMALL));
    widths.fold(0.0, f64::max)
}

/// Draws a vertical axis: grid lines from `left` to `right`, labels left of
/// them, a title at its place.
pub(super) fn up<DB: DrawingBackend>(
    canvas: &mut Canvas<DB>,
    scale: &Scale,
    (left, right): (f64, f64),
    measure: &Measure,
    (at, title): ((f64, f64), &str),
) -> Result<(), DrawError> {
    let face = Face::SMALL.ink(Ink::Muted);
    for tick in named(scale, measure) {
        let y = scale.at(tick);
        canvas.line(&[(left, y), (right, y)], Ink::Grid, 1.0)?;
        let label = face.align(Align::Right);
        canvas.text((left - 8.0, y), &measure.tick(tick), label)?;
    }
    canvas.text(at, title, face)
}
