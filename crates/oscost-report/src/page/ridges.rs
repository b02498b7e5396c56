//! The distributions of the page: one figure per operation, a ridge per case,
//! and under each ridge what is to be said of its case.

use super::case::{Anchors, CaseNote};
use crate::picture::{Distribution, Outline, Picture as _, Shape};

/// The distributions of one aspect.
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) figures: Vec<Ridges>,
}

/// One operation.
pub(super) struct Ridges {
    /// Its anchor, and its PNG file's name without the ending.
    pub(super) stem: String,
    pub(super) name: String,
    /// The anchor of its grid: short, since each ridge names it.
    pub(super) grid: String,
    /// Their question, where all cases have the same.
    pub(super) question: Option<String>,
    /// What the axis is called.
    pub(super) axis: String,
    pub(super) outline: Outline,
    /// What is to be said of each case, in the order of the ridges.
    notes: Vec<CaseNote>,
    /// Whether it is a PNG file too.
    pub(super) file: bool,
}

impl Ridges {
    pub(super) fn of(number: usize, picture: &Distribution, anchors: &Anchors) -> Self {
        let notes = CaseNote::all(picture, anchors);
        let same = notes
            .windows(2)
            .all(|pair| pair[0].question == pair[1].question);
        let question = notes.first().map(|note| note.question.clone());
        Self {
            question: question.filter(|_| same),
            stem: picture.stem().to_owned(),
            name: picture.name().to_owned(),
            grid: format!("grid-{number}"),
            axis: picture.axis(),
            outline: picture.outline(),
            notes,
            file: picture.is_headline(),
        }
    }

    /// Each ridge with its note.
    pub(super) fn cases(&self) -> impl Iterator<Item = (&Shape, &CaseNote)> {
        self.outline.ridges.iter().zip(&self.notes)
    }
}
