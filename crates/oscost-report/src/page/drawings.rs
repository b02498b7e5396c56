//! The pictures of one record: which there are, as figures of the page and as
//! PNG files. A picture that would show nothing is not there.

use oscost_analysis::{Summary, ladder, side_by_side, spawning};
use oscost_record::{Aspect, CaseId, Placement};

use super::case::Anchors;
use super::figure::Figure;
use super::ridges::{Group, Ridges};
use super::topic::Plate;
use crate::picture::{
    Apart, Distribution, Ladder, Lines, Picture, Ranks, Sheet, bandwidth_against_chunk,
    distributions, hand_offs_against_sets, hand_offs_against_tasks, lock_throughput, lock_waits,
    locks_at_loads, memory_against_tasks, messages_against_size, png, spawning_against_memory,
    uncontended_locks, wakes_against_descriptors,
};
use crate::tongue::Lang;
use crate::{ReportError, words};

/// See the module.
pub(super) struct Drawings {
    ladder: Option<Ladder>,
    apart: Option<Apart>,
    lines: Vec<(Lines, Vec<String>)>,
    locks: Vec<Sketch>,
    talking: Vec<Sketch>,
    pub(super) distributions: Vec<Distribution>,
    lang: Lang,
}

/// The anchor of a case's row.
pub(super) type Place<'a> = &'a (dyn Fn(&CaseId) -> String + Sync);

/// A picture of a topic.
struct Sketch {
    shape: Shape,
    /// Whether it is a PNG file too.
    file: bool,
    /// Whether it is folded away on the page.
    folded: bool,
}

enum Shape {
    Lines(Lines),
    Ranks(Ranks),
}

impl Sketch {
    fn open(shape: Shape) -> Self {
        Self {
            shape,
            file: true,
            folded: false,
        }
    }

    fn drawing(&self) -> Drawing<'_> {
        match &self.shape {
            Shape::Lines(one) => Drawing::Lines(one),
            Shape::Ranks(one) => Drawing::Ranks(one),
        }
    }
}

/// The load under which most locks were measured stands open; the others are
/// folded away. Each section with nothing outside it is a file.
fn locks(summaries: &[Summary]) -> Vec<Sketch> {
    let ranks = locks_at_loads(summaries);
    let most = ranks.iter().map(Ranks::len).max();
    let first = ranks.iter().position(|one| Some(one.len()) == most);
    let mut sketches: Vec<Sketch> = Vec::new();
    for (number, one) in ranks.into_iter().enumerate() {
        let is_first = Some(number) == first;
        sketches.push(Sketch {
            file: is_first || !one.has_outside(),
            shape: Shape::Ranks(one),
            folded: !is_first,
        });
    }
    sketches.sort_by_key(|sketch| sketch.folded);
    let lines = [lock_throughput(summaries), lock_waits(summaries)];
    let lines = lines.into_iter().flatten().map(Shape::Lines);
    sketches.extend(lines.map(Sketch::open));
    let alone = uncontended_locks(summaries).map(Shape::Ranks);
    sketches.extend(alone.map(Sketch::open));
    sketches
}

/// Messages between two CPUs stand open and are a file, or else those of the
/// nearest place that there is; other places are folded away.
fn talking(summaries: &[Summary]) -> Vec<Sketch> {
    let mut places = Placement::ALL;
    places.sort_by_key(|place| *place != Placement::CrossCpu);
    let pictures = places
        .into_iter()
        .filter_map(|place| messages_against_size(summaries, place));
    let mut sketches: Vec<Sketch> = Vec::new();
    for one in pictures {
        let is_first = sketches.is_empty();
        sketches.push(Sketch {
            shape: Shape::Lines(one),
            file: is_first,
            folded: !is_first,
        });
    }
    let lines = [
        bandwidth_against_chunk(summaries),
        wakes_against_descriptors(summaries),
    ];
    let lines = lines.into_iter().flatten().map(Shape::Lines);
    sketches.extend(lines.map(Sketch::open));
    sketches
}

fn plates(sketches: &[Sketch], place: Place<'_>, lang: Lang) -> Result<Vec<Plate>, ReportError> {
    let plates = side_by_side(sketches, |sketch| {
        let figure = match &sketch.shape {
            Shape::Lines(one) => Figure::of(one, place, lang),
            Shape::Ranks(one) => Figure::of(one, place, lang),
        }?;
        Ok(Plate {
            figure: Figure {
                file: sketch.file,
                ..figure
            },
            folded: sketch.folded,
        })
    });
    plates.into_iter().collect()
}

fn files(sketches: &[Sketch]) -> impl Iterator<Item = Drawing<'_>> {
    let files = sketches.iter().filter(|sketch| sketch.file);
    files.map(Sketch::drawing)
}

impl Drawings {
    pub(super) fn of(summaries: &[Summary], lang: Lang) -> Self {
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
            locks: locks(summaries),
            talking: talking(summaries),
            distributions: distributions(summaries),
            lang,
        }
    }

    pub(super) fn ladder(&self, place: Place<'_>) -> Result<Option<Figure>, ReportError> {
        let figure = self
            .ladder
            .as_ref()
            .map(|picture| Figure::of(picture, place, self.lang));
        figure.transpose()
    }

    pub(super) fn apart(&self, place: Place<'_>) -> Result<Option<Figure>, ReportError> {
        let figure = self
            .apart
            .as_ref()
            .map(|picture| Figure::of(picture, place, self.lang));
        figure.transpose()
    }

    /// Cost against size.
    pub(super) fn curves(&self, place: Place<'_>) -> Result<Vec<Figure>, ReportError> {
        let figure = |(picture, remarks): &(Lines, Vec<String>)| {
            Ok(Figure::of(picture, place, self.lang)?.saying(remarks.clone()))
        };
        self.lines.iter().map(figure).collect()
    }

    /// The pictures of locks.
    pub(super) fn locks(&self, place: Place<'_>) -> Result<Vec<Plate>, ReportError> {
        plates(&self.locks, place, self.lang)
    }

    /// The pictures of talking.
    pub(super) fn talking(&self, place: Place<'_>) -> Result<Vec<Plate>, ReportError> {
        plates(&self.talking, place, self.lang)
    }

    /// The distributions by aspect.
    pub(super) fn groups(&self, anchors: &Anchors) -> Vec<Group> {
        let numbered: Vec<_> = self.distributions.iter().enumerate().collect();
        let figures = side_by_side(&numbered, |(number, picture)| {
            Ridges::of(*number, picture, anchors)
        });
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
            groups[place].figures.extend(figures.next());
        }
        let mut order: Vec<(Option<Aspect>, Group)> = aspects.into_iter().zip(groups).collect();
        let rank =
            |aspect: &Option<Aspect>| Aspect::ALL.iter().position(|one| Some(*one) == *aspect);
        order.sort_by_key(|(aspect, _)| rank(aspect));
        order.into_iter().map(|(_, group)| group).collect()
    }

    /// The PNG files: names and bytes, the ladder first. Of the distributions
    /// only those that the headlines stand on: a file each would be hundreds.
    pub(super) fn files(
        &self,
        sheets: &[Sheet],
        note: &str,
    ) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
        let headlines = self.distributions.iter().filter(|one| one.is_headline());
        let drawings = (self.ladder.iter().map(Drawing::Ladder))
            .chain(self.apart.iter().map(Drawing::Apart))
            .chain(self.lines.iter().map(|(one, _)| Drawing::Lines(one)))
            .chain(files(&self.locks))
            .chain(files(&self.talking))
            .chain(sheets.iter().map(Drawing::Sheet))
            .chain(headlines.map(Drawing::Distribution));
        let drawings: Vec<Drawing<'_>> = drawings.collect();
        let files = side_by_side(&drawings, |drawing| match drawing {
            Drawing::Ladder(one) => file(*one, note, self.lang),
            Drawing::Apart(one) => file(*one, note, self.lang),
            Drawing::Lines(one) => file(*one, note, self.lang),
            Drawing::Ranks(one) => file(*one, note, self.lang),
            Drawing::Sheet(one) => file(*one, note, self.lang),
            Drawing::Distribution(one) => file(*one, note, self.lang),
        });
        files.into_iter().collect()
    }
}

/// One picture of any kind.
enum Drawing<'a> {
    Ladder(&'a Ladder),
    Apart(&'a Apart),
    Lines(&'a Lines),
    Ranks(&'a Ranks),
    Sheet(&'a Sheet),
    Distribution(&'a Distribution),
}

fn file(picture: &impl Picture, note: &str, lang: Lang) -> Result<(String, Vec<u8>), ReportError> {
    let name = format!("{}.png", picture.stem());
    match png(picture, note, lang) {
        Ok(bytes) => Ok((name, bytes)),
        Err(source) => Err(ReportError::Draw {
            picture: name,
            source,
        }),
    }
}
