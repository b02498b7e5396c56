//! Names of lines at the right end of a panel, kept apart from each other.
//! Nothing of a name is ever cut off: it is broken into lines.

use plotters::prelude::DrawingBackend;

use super::super::canvas::Face;
use super::super::labels::stack;
use super::super::mark::Look;
use super::super::{Canvas, DrawError};

/// From the right end of the axes to a name, with a mark in between.
pub(super) const BESIDE: f64 = 28.0;
/// Height of a line of a name, and the gap between two names.
const LINE: f64 = 14.0;
const GAP: f64 = 3.0;

/// The name of a line.
pub(super) struct Name<'a> {
    /// The height at which its line ends.
    pub(super) at: f64,
    pub(super) text: &'a str,
    pub(super) look: Look,
}

/// How wide the lines of a name are, in a panel that is `room` wide.
pub(super) fn width<DB: DrawingBackend>(canvas: &Canvas<DB>, name: &str, room: f64) -> f64 {
    let lines = broken(canvas, name, room * 0.26);
    let widths = lines
        .iter()
        .map(|line| canvas.text_width(line, Face::SMALL));
    widths.fold(0.0, f64::max)
}

/// The name in lines of `room`, as far as its words allow.
fn broken<DB: DrawingBackend>(canvas: &Canvas<DB>, name: &str, room: f64) -> Vec<String> {
    canvas.wrapped(name, " ", Face::SMALL, room)
}

/// Writes the names between `sides`, no higher than the one end and no lower
/// than the other; one that had to move is tied to its line.
pub(super) fn beside<DB: DrawingBackend>(
    canvas: &mut Canvas<DB>,
    names: &[Name<'_>],
    (left, right): (f64, f64),
    (top, bottom): (f64, f64),
) -> Result<(), DrawError> {
    let room = right - left - BESIDE + 2.0;
    let texts: Vec<Vec<String>> = names
        .iter()
        .map(|name| broken(canvas, name.text, room))
        .collect();
    let wanted: Vec<f64> = names.iter().map(|name| name.at).collect();
    let heights: Vec<f64> = texts
        .iter()
        .map(|lines| LINE * lines.len() as f64 + GAP)
        .collect();
    let places = stack(&wanted, &heights, top, bottom);
    for ((name, at), lines) in names.iter().zip(places).zip(texts) {
        let ink = name.look.ink;
        if (at - name.at).abs() > 3.0 {
            canvas.leader(&[(left + 1.0, name.at), (left + 10.0, at)], ink)?;
        }
        canvas.mark((left + 16.0, at), name.look, 4.0)?;
        let first = at - LINE * (lines.len() - 1) as f64 / 2.0;
        for (number, line) in lines.iter().enumerate() {
            let y = first + LINE * number as f64;
            canvas.text((left + BESIDE - 2.0, y), line, Face::SMALL.ink(ink))?;
        }
    }
    Ok(())
}
