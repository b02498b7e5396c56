//! The distribution of one operation: a ridge per case (placement, variant,
//! parameter) over one logarithmic axis. A ridge shows several modes as
//! several humps, which a cumulative curve hides from most readers; few
//! samples are drawn one by one instead.

mod density;

use oscost_analysis::{Summary, format};
use oscost_record::{Aspect, CaseInfo};
use plotters::prelude::DrawingBackend;

use super::axis::{ACROSS, across};
use super::canvas::{Align, Face};
use super::labels::spread;
use super::scale::{Measure, Scale};
use super::theme::Ink;
use super::{Canvas, DrawError, Layout, Picture};
use crate::words;
use density::{FEW, density, quantile};

const RIDGE: f64 = 52.0;
const MARKS: f64 = 24.0;

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
    let mut pictures: Vec<Distribution> = Vec::new();
    for summary in summaries {
        if !summary
            .distribution
            .iter()
            .any(|&(value, n)| n > 0 && value > 0.0)
        {
            continue;
        }
        let name = operation(&summary.info);
        let stem = format!("distribution-{}", words::slug(&name));
        let case = (String::new(), summary.clone());
        match pictures.iter_mut().find(|picture| picture.name == name) {
            Some(picture) => picture.cases.push(case),
            None => {
                let taken = pictures
                    .iter()
                    .filter(|picture| picture.stem.starts_with(&stem));
                let twin = taken
                    .filter(|picture| words::slug(&picture.name) == words::slug(&name))
                    .count();
                let stem = if twin == 0 {
                    stem
                } else {
                    format!("{stem}-{twin}")
                };
                pictures.push(Distribution {
                    stem,
                    name,
                    cases: vec![case],
                });
            }
        }
    }
    for picture in &mut pictures {
        let infos: Vec<CaseInfo> = picture
            .cases
            .iter()
            .map(|(_, summary)| summary.info.clone())
            .collect();
        let labels = words::labels(&infos.iter().collect::<Vec<_>>());
        for (label, summary) in &mut picture.cases {
            *label = labels[&summary.info.id].clone();
        }
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
    /// The operation in words.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What of the operation is measured.
    pub(crate) fn aspect(&self) -> Option<Aspect> {
        self.cases.first().map(|(_, summary)| summary.info.aspect)
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
}

/// Height of the words over a ridge.
fn head(layout: Layout) -> f64 {
    layout.pick(22.0, 56.0)
}

fn row_height(layout: Layout) -> f64 {
    head(layout) + RIDGE + MARKS + 10.0
}

impl Picture for Distribution {
    fn stem(&self) -> &str {
        &self.stem
    }

    fn title(&self) -> String {
        let per = self
            .cases
            .first()
            .map_or_else(String::new, |(_, summary)| words::axis(&summary.info.unit));
        format!("{}: distribution of {per}", self.name)
    }

    fn legend(&self) -> String {
        "Height: share of all samples near that value (each ridge to its own height); few samples stand as single strokes. Where the base line is coloured there are samples, too few to rise.".to_owned()
    }

    fn alt(&self) -> String {
        let cases = self
            .cases
            .iter()
            .map(|(label, summary)| format!("{label}: {}", ranks(summary)));
        format!("{}. {}", self.title(), cases.collect::<Vec<_>>().join(". "))
    }

    fn height(&self, layout: Layout) -> f64 {
        self.cases.len() as f64 * row_height(layout) + ACROSS
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
        let bottom = self.height(layout) - ACROSS;
        let measure = Measure::Of(first.info.unit.clone());
        let title = format!("{} (logarithmic)", words::axis(&first.info.unit));
        across(
            canvas,
            &scale,
            (left, right),
            (0.0, bottom),
            &measure,
            &title,
        )?;
        for (index, (label, summary)) in self.cases.iter().enumerate() {
            ridge(
                canvas,
                layout,
                &scale,
                label,
                summary,
                index as f64 * row_height(layout),
            )?;
        }
        Ok(())
    }
}

/// `p50 3.2 µs · p90 3.9 µs · max 12 ms`: what there are samples enough for.
fn ranks(summary: &Summary) -> String {
    let unit = &summary.info.unit;
    let named = summary.percentiles.iter().map(|percentile| {
        format!(
            "p{} {}",
            percentile.rank,
            format::quantity(percentile.estimate.value, unit)
        )
    });
    let max = summary
        .extremes
        .map(|(_, max)| format!("max {}", format::quantity(max, unit)));
    named.chain(max).collect::<Vec<_>>().join(" · ")
}

/// What was counted: `12,000 samples`, `1,500 means of 1,000 operations`.
fn counted(summary: &Summary) -> String {
    match summary.ops_per_sample {
        0 | 1 => words::several(summary.samples, "sample"),
        ops => format!(
            "{} of {} operations",
            words::several(summary.samples, "mean"),
            format::grouped(ops as f64)
        ),
    }
}

fn ridge<DB: DrawingBackend>(
    canvas: &mut Canvas<DB>,
    layout: Layout,
    scale: &Scale,
    label: &str,
    summary: &Summary,
    top: f64,
) -> Result<(), DrawError> {
    let ink = Ink::Kind(summary.info.task);
    let (left, right) = (8.0, canvas.width - 8.0);
    let name = Face::BODY.bold();
    let note = Face::SMALL.ink(Ink::Muted);
    canvas.mark((left + 4.0, top + 10.0), summary.info.task, 4.0)?;
    let counted = counted(summary);
    let ranks = ranks(summary);
    let label = canvas.fitted(label, name, (canvas.width - 30.0) * layout.pick(0.4, 0.6));
    let after = left + 14.0 + canvas.text_width(&label, name) + 10.0;
    canvas.text((left + 14.0, top + 10.0), &label, name)?;
    match layout {
        Layout::Wide => {
            let ranks_left = right - canvas.text_width(&ranks, Face::SMALL);
            canvas.text((right, top + 10.0), &ranks, Face::SMALL.align(Align::Right))?;
            let counted = canvas.fitted(&counted, note, ranks_left - after - 12.0);
            canvas.text((after, top + 10.0), &counted, note)?;
        }
        Layout::Narrow => {
            let counted = canvas.fitted(&counted, note, right - after);
            canvas.text((right, top + 10.0), &counted, note.align(Align::Right))?;
            for (number, line) in canvas
                .wrapped(&ranks, " · ", Face::SMALL, right - left)
                .iter()
                .enumerate()
            {
                canvas.text((left, top + 28.0 + 17.0 * number as f64), line, Face::SMALL)?;
            }
        }
    }
    let base = top + head(layout) + RIDGE;
    if summary.samples <= FEW {
        for &(value, _) in summary
            .distribution
            .iter()
            .filter(|(value, _)| scale.holds(*value))
        {
            let x = scale.at(value);
            canvas.line(&[(x, base - RIDGE * 0.4), (x, base)], ink, 1.5)?;
        }
    } else {
        let shape = density(&summary.distribution, scale, left, right);
        let highest = shape
            .iter()
            .map(|&(_, height)| height)
            .fold(f64::MIN_POSITIVE, f64::max);
        let top_of = |height: f64| base - (RIDGE - 6.0) * height / highest;
        for hump in shape.chunk_by(|a, b| a.1 > 0.0 && b.1 > 0.0) {
            let curve: Vec<(f64, f64)> = hump
                .iter()
                .map(|&(x, height)| (x, top_of(height)))
                .collect();
            let [(first, _), .., (last, _)] = curve.as_slice() else {
                continue;
            };
            let closed = [&[(*first, base)], curve.as_slice(), &[(*last, base)]].concat();
            canvas.fill(&closed, ink, 0.25)?;
            canvas.line(&curve, ink, 1.5)?;
        }
    }
    canvas.line(&[(left, base), (right, base)], Ink::Muted, 1.0)?;
    marks(canvas, scale, summary, base)?;
    let words = format!("{}: {ranks}", summary.info.id);
    canvas.hit(
        &summary.info.id,
        words,
        [0.0, top, canvas.width, row_height(layout)],
    );
    Ok(())
}

/// Marks the percentiles below the base line, their names kept apart.
fn marks<DB: DrawingBackend>(
    canvas: &mut Canvas<DB>,
    scale: &Scale,
    summary: &Summary,
    base: f64,
) -> Result<(), DrawError> {
    let at: Vec<f64> = summary
        .percentiles
        .iter()
        .map(|percentile| scale.at(percentile.estimate.value))
        .collect();
    let placed = spread(&at, 40.0, 22.0, canvas.width - 22.0);
    for ((percentile, x), label) in summary.percentiles.iter().zip(&at).zip(placed) {
        let (x, y) = (*x, base);
        canvas.line(
            &[(x, y - 5.0), (x, y + 4.0), (label, y + 10.0)],
            Ink::Text,
            1.5,
        )?;
        let name = format!("p{}", percentile.rank);
        canvas.text((label, y + 19.0), &name, Face::SMALL.align(Align::Middle))?;
    }
    Ok(())
}
