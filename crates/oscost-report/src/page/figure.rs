//! A picture with the words around it.

use oscost_record::CaseId;

use super::case::CaseNote;
use crate::ReportError;
use crate::picture::{Hit, Picture, Svg, svg};

/// A figure of the page.
pub(super) struct Figure {
    /// Its anchor, and its PNG file's name without the ending.
    pub(super) stem: String,
    pub(super) title: String,
    /// A shorter name, for a list.
    pub(super) name: String,
    pub(super) legend: String,
    pub(super) svg: Svg,
    /// What is to be said of each case in it.
    pub(super) cases: Vec<CaseNote>,
}

impl Figure {
    /// Draws `picture`; `anchor` gives the anchor of a case's row.
    pub(super) fn of(
        picture: &impl Picture,
        anchor: &dyn Fn(&CaseId) -> String,
    ) -> Result<Self, ReportError> {
        let stem = picture.stem().to_owned();
        let place = |hit: &Hit| anchor(&hit.id);
        match svg(picture, &place) {
            Ok(svg) => Ok(Self {
                stem,
                name: picture.title(),
                title: picture.title(),
                legend: picture.legend(),
                svg,
                cases: Vec::new(),
            }),
            Err(source) => Err(ReportError::Draw {
                picture: stem,
                source,
            }),
        }
    }

    pub(super) fn with_cases(self, name: &str, cases: Vec<CaseNote>) -> Self {
        Self {
            name: name.to_owned(),
            cases,
            ..self
        }
    }
}
