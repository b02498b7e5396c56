//! Names of lines at the right end of a picture, kept apart from each other.

use oscost_record::TaskKind;
use plotters::prelude::DrawingBackend;

use super::super::canvas::Face;
use super::super::labels::spread;
use super::super::theme::Ink;
use super::super::{Canvas, DrawError};

/// From the right end of the axes to a name, with a mark in between.
pub(super) const NAME: f64 = 28.0;

/// The name of a line.
pub(super) struct Name<'a> {
    /// The height at which its line ends.
    pub(super) at: f64,
    pub(super) text: &'a str,
    pub(super) kind: TaskKind,
    /// Its points carry the mark of its kind.
    pub(super) marked: bool,
}

/// Writes the names right of `right`, between the heights `low` and `high`;
/// one that had to move is tied to its line.
pub(super) fn beside<DB: DrawingBackend>(
    canvas: &mut Canvas<DB>,
    names: &[Name<'_>],
    right: f64,
    (low, high): (f64, f64),
) -> Result<(), DrawError> {
    let wanted: Vec<f64> = names.iter().map(|name| name.at).collect();
    for (name, at) in names.iter().zip(spread(&wanted, 17.0, low, high)) {
        let ink = Ink::Kind(name.kind);
        if (at - name.at).abs() > 4.0 {
            canvas.line(&[(right + 1.0, name.at), (right + 8.0, at)], ink, 1.0)?;
        }
        if name.marked {
            canvas.mark((right + 16.0, at), name.kind, 4.0)?;
        } else {
            canvas.line(&[(right + 10.0, at), (right + 22.0, at)], ink, 1.5)?;
        }
        let text = canvas.fitted(name.text, Face::SMALL, canvas.width - right - NAME + 2.0);
        canvas.text((right + NAME - 2.0, at), &text, Face::SMALL.ink(ink))?;
    }
    Ok(())
}
