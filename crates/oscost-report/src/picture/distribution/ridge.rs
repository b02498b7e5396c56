//! One case of a distribution: its name, its percentiles, its shape.

use oscost_analysis::{Summary, format};
use plotters::prelude::DrawingBackend;

use super::super::canvas::{Align, Face};
use super::super::labels::spread;
use super::super::mark::Look;
use super::super::scale::Scale;
use super::super::theme::Ink;
use super::super::{Canvas, DrawError};
use super::density::{FEW, density, thinned};
use crate::words;

/// Heights of a ridge, and of the names of percentiles below it; a low one
/// among many has none.
const HIGH: (f64, f64) = (52.0, 24.0);
const LOW: (f64, f64) = (26.0, 4.0);

/// From the left edge to a name, beside its mark.
const NAME: f64 = 22.0;

/// See the module.
pub(super) struct Ridge<'a> {
    pub(super) label: &'a str,
    pub(super) summary: &'a Summary,
    pub(super) scale: &'a Scale,
    pub(super) low: bool,
    pub(super) top: f64,
}

/// Height of the words over a ridge.
const HEAD: f64 = 22.0;

/// Height of a whole row.
pub(super) fn height(low: bool) -> f64 {
    let (ridge, marks) = if low { LOW } else { HIGH };
    HEAD + ridge + marks + 10.0
}

/// `p50 3.2 µs · p90 3.9 µs · max 12 ms`: what there are samples enough for.
pub(super) fn ranks(summary: &Summary) -> String {
    let unit = &summary.info.unit;
    let named = summary.percentiles.iter().map(|percentile| {
        let value = format::quantity(percentile.estimate.value, unit);
        format!("p{} {value}", percentile.rank)
    });
    let max = summary
        .extremes
        .map(|(_, max)| format!("max {}", format::quantity(max, unit)));
    named.chain(max).collect::<Vec<_>>().join(" · ")
}

/// What was counted: `12,000 samples`, `1,500 means of 1,000 operations`.
pub(super) fn counted(summary: &Summary) -> String {
    match summary.ops_per_sample {
        0 | 1 => words::several(summary.samples, "sample"),
        ops => format!(
            "{} of {} operations",
            words::several(summary.samples, "mean"),
            format::grouped(ops as f64)
        ),
    }
}

impl Ridge<'_> {
    pub(super) fn draw<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
    ) -> Result<(), DrawError> {
        let ranks = ranks(self.summary);
        self.words(canvas, &ranks)?;
        let tall = if self.low { LOW.0 } else { HIGH.0 };
        let base = self.top + HEAD + tall;
        self.shape(canvas, base, tall)?;
        let (left, right) = (8.0, canvas.width - 8.0);
        canvas.line(&[(left, base), (right, base)], Ink::Muted, 1.0)?;
        if self.low {
            self.strokes(canvas, base)?;
        } else {
            self.marks(canvas, base)?;
        }
        let id = &self.summary.info.id;
        let area = [0.0, self.top, canvas.width, height(self.low)];
        canvas.hit(id, format!("{id}: {ranks}"), area);
        Ok(())
    }

    /// The name, what was counted, and the percentiles.
    fn words<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        ranks: &str,
    ) -> Result<(), DrawError> {
        let (left, right, y) = (8.0, canvas.width - 8.0, self.top + 10.0);
        let name = Face::BODY.bold();
        let note = Face::SMALL.ink(Ink::Muted);
        let look = Look::of(self.summary.info.task);
        canvas.mark((left + 4.0, y), look, 4.0)?;
        let ranks_left = right - canvas.text_width(ranks, Face::SMALL);
        let room = ranks_left - NAME - 12.0;
        let label = canvas.fitted(self.label, name, room);
        canvas.text((NAME, y), &label, name)?;
        let after = NAME + canvas.text_width(&label, name) + 10.0;
        let counted = counted(self.summary);
        let free = ranks_left - after - 12.0;
        if !self.low && canvas.text_width(&counted, note) <= free {
            canvas.text((after, y), &counted, note)?;
        }
        canvas.text((right, y), ranks, Face::SMALL.align(Align::Right))
    }

    /// The samples: one by one where they are few, else as humps.
    fn shape<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        base: f64,
        tall: f64,
    ) -> Result<(), DrawError> {
        let ink = Ink::Kind(self.summary.info.task);
        let samples = &self.summary.distribution;
        if self.summary.samples <= FEW {
            let values = samples.iter().map(|&(value, _)| value);
            let on = values.filter(|value| self.scale.holds(*value));
            // What falls on one pixel is one stroke.
            let mut places: Vec<f64> = on
                .map(|value| (2.0 * self.scale.at(value)).round() / 2.0)
                .collect();
            places.dedup();
            for x in places {
                canvas.line(&[(x, base - tall * 0.4), (x, base)], ink, 1.5)?;
            }
            return Ok(());
        }
        let shape = density(samples, self.scale, 8.0, canvas.width - 8.0);
        let heights = shape.iter().map(|&(_, height)| height);
        let highest = heights.fold(f64::MIN_POSITIVE, f64::max);
        let top_of = |height: f64| base - (tall - 6.0) * height / highest;
        for hump in shape.chunk_by(|a, b| a.1 > 0.0 && b.1 > 0.0) {
            let points = hump.iter().map(|&(x, height)| (x, top_of(height)));
            let curve = thinned(&points.collect::<Vec<_>>(), 0.25);
            let [(first, _), .., (last, _)] = curve.as_slice() else {
                continue;
            };
            // Where too few samples lie to rise there is nothing to fill; one of
            // many low ridges has no outline.
            let rises = curve.iter().any(|&(_, y)| base - y >= 1.0);
            if rises {
                let closed = [&[(*first, base)], curve.as_slice(), &[(*last, base)]].concat();
                canvas.fill(&closed, ink, if self.low { 0.5 } else { 0.25 })?;
            }
            if !(rises && self.low) {
                canvas.line(&curve, ink, 1.5)?;
            }
        }
        Ok(())
    }

    /// A stroke for each percentile.
    fn strokes<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        base: f64,
    ) -> Result<(), DrawError> {
        for percentile in &self.summary.percentiles {
            let x = self.scale.at(percentile.estimate.value);
            canvas.line(&[(x, base - 6.0), (x, base + 4.0)], Ink::Text, 1.5)?;
        }
        Ok(())
    }

    /// Marks the percentiles below the base line, their names kept apart.
    fn marks<DB: DrawingBackend>(
        &self,
        canvas: &mut Canvas<DB>,
        base: f64,
    ) -> Result<(), DrawError> {
        let percentiles = &self.summary.percentiles;
        let at: Vec<f64> = percentiles
            .iter()
            .map(|percentile| self.scale.at(percentile.estimate.value))
            .collect();
        let placed = spread(&at, 40.0, 22.0, canvas.width - 22.0);
        for ((percentile, x), label) in percentiles.iter().zip(&at).zip(placed) {
            let foot = [(*x, base - 5.0), (*x, base + 4.0), (label, base + 10.0)];
            canvas.line(&foot, Ink::Text, 1.5)?;
            let name = format!("p{}", percentile.rank);
            let face = Face::SMALL.align(Align::Middle);
            canvas.text((label, base + 19.0), &name, face)?;
        }
        Ok(())
    }
}
