//! A picture with the words around it.

use oscost_record::CaseId;

use crate::ReportError;
use crate::picture::{Hit, Picture, Svg, svg};
use crate::tongue::Lang;

/// A figure of the page.
pub(super) struct Figure {
    /// Its anchor, and its PNG file's name without the ending.
    pub(super) stem: String,
    pub(super) title: String,
    pub(super) legend: String,
    pub(super) svg: Svg,
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
        lang: Lang,
    ) -> Result<Self, ReportError> {
        let stem = picture.stem().to_owned();
        let place = |hit: &Hit| anchor(&hit.id);
        match svg(picture, &place, lang) {
            Ok(svg) => Ok(Self {
                stem,
                title: picture.title(),
                legend: picture.legend(),
                svg,
                remarks: Vec::new(),
                file: true,
            }),
            Err(source) => Err(ReportError::Draw {
                picture: stem,
                source,
            }),
        }
    }

    pub(super) fn saying(self, remarks: Vec<String>) -> Self {
        Self { remarks, ..self }
    }
}
