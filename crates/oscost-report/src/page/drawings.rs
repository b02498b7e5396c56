//! The pictures of one record: which there are, as figures of the page and as
//! PNG files. A picture that would show nothing is not there.

use oscost_analysis::{Summary, ladder, side_by_side, spawning};
use oscost_record::{Aspect, CaseId};

use super::case::{Anchors, CaseNote};
use super::figure::Figure;
use crate::picture::{
    Apart, Distribution, Ladder, Lines, Picture, distributions, hand_offs_against_sets,
    hand_offs_against_tasks, memory_against_tasks, png, spawning_against_memory,
};
use crate::{ReportError, words};

/// See the module.
pub(super) struct Drawings {
    ladder: Option<Ladder>,
    apart: Option<Apart>,
    lines: Vec<(Lines, Vec<String>)>,
    pub(super) distributions: Vec<Distribution>,
}

/// The distributions of one aspect.
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) figures: Vec<Figure>,
}

impl Drawings {
    pub(super) fn of(summaries: &[Summary]) -> Self {
        let alone = |lines: Option<Lines>| lines.map(|lines| (lines, Vec::new()));
        let spawning = spawning_against_memory(summaries).map(|lines| (lines, spawning(summaries)));
        let lines = [
            spawning,
            alone(hand_offs_against_sets(summaries)),
            alone(hand_offs_against_tasks(summaries)),
            alone(memory_against_tasks(summaries)),
        ];
        Self {
            ladder: Ladder::of(&ladder(summaries)),
            apart: Apart::of(summaries),
            lines: lines.into_iter().flatten().collect(),
            distributions: distributions(summaries),
        }
    }

    pub(super) fn ladder(
        &self,
        place: &dyn Fn(&CaseId) -> String,
    ) -> Result<Option<Figure>, ReportError> {
        let figure = self
            .ladder
            .as_ref()
            .map(|picture| Figure::of(picture, place));
        figure.transpose()
    }

    pub(super) fn apart(
        &self,
        place: &dyn Fn(&CaseId) -> String,
    ) -> Result<Option<Figure>, ReportError> {
        let figure = self
            .apart
            .as_ref()
            .map(|picture| Figure::of(picture, place));
        figure.transpose()
    }

    /// Cost against size.
    pub(super) fn curves(
        &self,
        place: &dyn Fn(&CaseId) -> String,
    ) -> Result<Vec<Figure>, ReportError> {
        let figure = |(picture, remarks): &(Lines, Vec<String>)| {
            Ok(Figure::of(picture, place)?.saying(remarks.clone()))
        };
        self.lines.iter().map(figure).collect()
    }

    /// The distributions by aspect.
    pub(super) fn groups(
        &self,
        place: &(dyn Fn(&CaseId) -> String + Sync),
        anchors: &Anchors,
    ) -> Result<Vec<Group>, ReportError> {
        let figure = |picture: &Distribution| {
            Figure::distribution(picture, place, CaseNote::all(picture, anchors))
        };
        let figures = side_by_side(&self.distributions, figure);
        let mut figures = figures.into_iter();
        let mut groups: Vec<Group> = Vec::new();
        let mut aspects: Vec<Option<Aspect>> = Vec::new();
        for picture in &self.distributions {
            let aspect = picture.aspect();
            let title = aspect.map_or("", words::aspect);
            let known = aspects.iter().position(|other| *other == aspect);
            let place = known.unwrap_or_else(|| {
                aspects.push(aspect);
                let figures = Vec::new();
                groups.push(Group { title, figures });
                groups.len() - 1
            });
            groups[place].figures.extend(figures.next().transpose()?);
        }
        let mut order: Vec<(Option<Aspect>, Group)> = aspects.into_iter().zip(groups).collect();
        let rank =
            |aspect: &Option<Aspect>| Aspect::ALL.iter().position(|one| Some(*one) == *aspect);
        order.sort_by_key(|(aspect, _)| rank(aspect));
        Ok(order.into_iter().map(|(_, group)| group).collect())
    }

    /// The PNG files: names and bytes, the ladder first. Of the distributions
    /// only those that the headlines stand on: a file each would be hundreds.
    pub(super) fn files(&self, note: &str) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
        let headlines = self.distributions.iter().filter(|one| one.is_headline());
        let drawings = (self.ladder.iter().map(Drawing::Ladder))
            .chain(self.apart.iter().map(Drawing::Apart))
            .chain(self.lines.iter().map(|(one, _)| Drawing::Lines(one)))
            .chain(headlines.map(Drawing::Distribution));
        let drawings: Vec<Drawing<'_>> = drawings.collect();
        let files = side_by_side(&drawings, |drawing| match drawing {
            Drawing::Ladder(one) => file(*one, note),
            Drawing::Apart(one) => file(*one, note),
            Drawing::Lines(one) => file(*one, note),
            Drawing::Distribution(one) => file(*one, note),
        });
        files.into_iter().collect()
    }
}

/// One picture of any kind.
enum Drawing<'a> {
    Ladder(&'a Ladder),
    Apart(&'a Apart),
    Lines(&'a Lines),
    Distribution(&'a Distribution),
}

fn file(picture: &impl Picture, note: &str) -> Result<(String, Vec<u8>), ReportError> {
    let name = format!("{}.png", picture.stem());
    match png(picture, note) {
        Ok(bytes) => Ok((name, bytes)),
        Err(source) => Err(ReportError::Draw {
            picture: name,
            source,
        }),
    }
}
