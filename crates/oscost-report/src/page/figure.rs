//! A picture with the words around it.

use oscost_record::CaseId;

use super::case::CaseNote;
use crate::ReportError;
use crate::picture::{Distribution, Hit, Picture, Svg, svg};

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
    /// What the picture comes to, in sentences.
    pub(super) remarks: Vec<String>,
    /// Whether it is a PNG file too.
    pub(super) file: bool,
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
                remarks: Vec::new(),
                file: true,
            }),
            Err(source) => Err(ReportError::Draw {
                picture: stem,
                source,
            }),
        }
    }

    /// A distribution, with what is to be said of its cases.
    pub(super) fn distribution(
        picture: &Distribution,
        place: &dyn Fn(&CaseId) -> String,
        cases: Vec<CaseNote>,
    ) -> Result<Self, ReportError> {
        Ok(Self {
            name: picture.name().to_owned(),
            cases,
            file: picture.is_headline(),
            ..Self::of(picture, place)?
        })
    }

    pub(super) fn saying(self, remarks: Vec<String>) -> Self {
        Self { remarks, ..self }
    }
}
