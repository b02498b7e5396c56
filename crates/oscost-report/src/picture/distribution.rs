//! The distribution of one operation: a ridge per case (placement, variant,
//! parameter) over one logarithmic axis. A ridge shows several modes as
//! several humps, which a cumulative curve hides from most readers; few
//! samples are drawn one by one instead. Drawn for a file only: the page has its
//! outline.

mod density;
mod outline;
mod ridge;

use std::collections::{BTreeMap, HashMap};

use oscost_analysis::{HEADLINE_CASES, Summary};
use oscost_record::{Aspect, CaseInfo};
use plotters::prelude::DrawingBackend;

use super::axis::{ACROSS, across};
use super::scale::{Measure, Scale};
use super::{Canvas, DrawError, Layout, Picture};
use crate::tongue::Lang;
use crate::words;
use density::quantile;
pub(crate) use outline::{Outline, Shape};
use ridge::Ridge;

/// An operation with more cases than this has a picture for each of its
/// variants, and a picture with more than that has low ridges.
const MANY: usize = 8;

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Distribution {
    stem: String,
    name: String,
    cases: Vec<(String, Summary)>,
}

/// One picture per suite and operation, in the order of the catalogue. Cases
/// without samples are in none.
pub(crate) fn distributions(summaries: &[Summary]) -> Vec<Distribution> {
    let with_samples = |summary: &&Summary| {
        let mut samples = summary.distribution.iter();
        samples.any(|&(value, n)| n > 0 && value > 0.0)
    };
    let drawn: Vec<&Summary> = summaries.iter().filter(with_samples).collect();
    let mut sizes: HashMap<String, usize> = HashMap::new();
    for summary in &drawn {
        *sizes.entry(operation(&summary.info)).or_default() += 1;
    }
    let mut pictures: Vec<Distribution> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for summary in drawn {
        let mut name = operation(&summary.info);
        if sizes.get(&name).is_some_and(|size| *size > MANY) {
            name = format!("{}/{}", summary.info.suite, summary.info.operation);
        }
        let place = *places.entry(name.clone()).or_insert_with(|| {
            pictures.push(Distribution {
                stem: String::new(),
                name,
                cases: Vec::new(),
            });
            pictures.len() - 1
        });
        pictures[place].cases.push((String::new(), summary.clone()));
    }
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for picture in &mut pictures {
        let stem = format!("distribution-{}", words::slug(&picture.name));
        let twins = taken.entry(stem.clone()).or_default();
        picture.stem = match *twins {
            0 => stem,
            twin => format!("{stem}-{twin}"),
        };
        *twins += 1;
        picture.label();
    }
    pictures
}

/// `process/switch/pipe`: suite, operation and mechanism, without variants.
fn operation(info: &CaseInfo) -> String {
    let parts = info.operation.split('/').take(2);
    std::iter::once(info.suite.as_str())
        .chain(parts)
        .collect::<Vec<_>>()
        .join("/")
}

impl Distribution {
    /// Names every case as briefly as tells it from the others.
    fn label(&mut self) {
        let infos: Vec<CaseInfo> = self
            .cases
            .iter()
            .map(|(_, summary)| summary.info.clone())
            .collect();
        let labels = words::labels(&infos.iter().collect::<Vec<_>>());
        for (label, summary) in &mut self.cases {
            *label = labels[&summary.info.id].clone();
        }
    }

    /// The operation in words.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What of the operation is measured.
    pub(crate) fn aspect(&self) -> Option<Aspect> {
        self.cases.first().map(|(_, summary)| summary.info.aspect)
    }

    /// Whether the headlines speak of one of its cases. Only such a picture is
    /// a file of its own: there may be hundreds, and the page has them all.
    pub(crate) fn is_headline(&self) -> bool {
        let headlines: Vec<&str> = HEADLINE_CASES.iter().flat_map(|(_, ids)| *ids).collect();
        self.cases()
            .any(|(_, summary)| headlines.contains(&summary.info.id.0.as_str()))
    }

    /// The cases in it, with their names.
    pub(crate) fn cases(&self) -> impl Iterator<Item = (&str, &Summary)> {
        self.cases
            .iter()
            .map(|(label, summary)| (label.as_str(), summary))
    }

    /// All but the farthest 1 in 1,000 of each case on either side.
    fn span(&self) -> impl Iterator<Item = f64> {
        self.cases.iter().flat_map(|(_, summary)| {
            let ends = [0.001, 0.999].map(|share| quantile(&summary.distribution, share));
            ends.into_iter().chain(
                summary
                    .percentiles
                    .iter()
                    .map(|percentile| percentile.estimate.value),
            )
        })
    }

    /// What its axis is called.
    pub(crate) fn axis(&self) -> String {
        let first = self.cases.first();
        first.map_or_else(String::new, |(_, summary)| words::axis(&summary.info.unit))
    }

    fn is_low(&self) -> bool {
        self.cases.len() > MANY
    }
}

impl Picture for Distribution {
    fn stem(&self) -> &str {
        &self.stem
    }

    fn title(&self) -> String {
        format!("{}: distribution of {}", self.name, self.axis())
    }

    fn legend(&self) -> String {
        let strokes = match self.is_low() {
            true => " Strokes across the base line: the percentiles.",
            false => "",
        };
        format!(
            "Height: share of all samples near that value (each ridge to its own height); few samples stand as single strokes. Where the base line is coloured there are samples, too few to rise.{strokes}"
        )
    }

    fn alt(&self) -> String {
        // With many cases the names would be too much to listen to.
        let cases = self
            .cases
            .iter()
            .take(MANY)
            .map(|(label, summary)| format!("{label}: {}", ridge::ranks(summary)));
        format!("{}. {}", self.title(), cases.collect::<Vec<_>>().join(". "))
    }

    fn height(&self, _: Layout, _: Lang) -> f64 {
        self.cases.len() as f64 * ridge::height(self.is_low()) + ACROSS
    }

    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        layout: Layout,
    ) -> Result<(), DrawError> {
        let Some((_, first)) = self.cases.first() else {
            return Ok(());
        };
        let (left, right) = (8.0, canvas.width - 8.0);
        let scale = Scale::over(self.span(), left, right);
        let bottom = self.height(layout, canvas.lang) - ACROSS;
        let measure = Measure::Of(first.info.unit.clone());
        let title = format!("{} (logarithmic)", self.axis());
        let ends = (0.0, bottom);
        across(canvas, &scale, (left, right), ends, &measure, &title)?;
        for (index, (label, summary)) in self.cases.iter().enumerate() {
            let ridge = Ridge {
                label,
                summary,
                scale: &scale,
                low: self.is_low(),
                top: index as f64 * ridge::height(self.is_low()),
            };
            ridge.draw(canvas)?;
        }
        Ok(())
    }
}
