//! The cases of a machine through all its records: what changed when, and a
//! small drawing for each case, the foremost open and the others folded away.

use std::collections::BTreeMap;

use oscost_analysis::{HEADLINE_CASES, side_by_side};
use oscost_record::CaseInfo;

use super::case::Anchors;
use super::course::Card;
use super::event::{Event, date, events};
use crate::picture::{Course, Sheet};
use crate::{Past, words};

/// Cases that stand open.
const OPEN: usize = 24;
/// Events that stand open, and that are told at all.
const EVENTS: (usize, usize) = (8, 100);

/// One machine.
pub(super) struct Times {
    pub(super) machine: String,
    pub(super) key: String,
    /// How much there is, in sentences.
    pub(super) summary: String,
    /// The newest first.
    pub(super) events: Vec<Event>,
    pub(super) older: Vec<Event>,
    /// How many more there are.
    pub(super) untold: Option<String>,
    pub(super) open: Vec<Card>,
    pub(super) folds: Vec<Fold>,
    /// The dates of the first, the middle and the last record.
    pub(super) dates: [String; 3],
    /// The name of its PNG file without the ending, where it has one.
    pub(super) file: Option<String>,
}

/// Cases that are folded away.
pub(super) struct Fold {
    pub(super) title: String,
    pub(super) cards: Vec<Card>,
}

/// Every machine, and the picture of each that is a file. None where there are
/// not two records.
pub(super) fn all(pasts: &[Past], anchors: &Anchors) -> (Vec<Times>, Vec<Sheet>) {
    let records: usize = pasts.iter().map(|past| past.digests.len()).sum();
    if records < 2 {
        return (Vec::new(), Vec::new());
    }
    let mut times = Vec::new();
    let mut sheets = Vec::new();
    for past in pasts {
        let stem = match times.len() {
            0 => "through-time".to_owned(),
            number => format!("through-time-{}", number + 1),
        };
        let Some((one, sheet)) = Times::of(past, stem, anchors) else {
            continue;
        };
        times.push(one);
        sheets.extend(sheet);
    }
    (times, sheets)
}

impl Times {
    /// `None` where there is no record.
    fn of(past: &Past, stem: String, anchors: &Anchors) -> Option<(Self, Option<Sheet>)> {
        let (first, last) = (past.digests.first()?, past.digests.last()?);
        let machine = words::machine(&last.machine);
        let middle = &past.digests[past.digests.len() / 2];
        let dates = [first, middle, last].map(|digest| date(&digest.started));
        let courses = side_by_side(&past.cases, |info| Course::of(&past.digests, info));
        let mut courses: Vec<Course> = courses.into_iter().flatten().collect();
        let summary = summary(past, &courses, &dates);
        let mut told = events(&past.digests, &courses, anchors);
        let untold = told.len().saturating_sub(EVENTS.1);
        told.truncate(EVENTS.1);
        let older = told.split_off(told.len().min(EVENTS.0));
        let sheet = Sheet::of(stem.clone(), machine.clone(), dates.clone(), &courses);
        courses.sort_by(|a, b| {
            foremost(a)
                .cmp(&foremost(b))
                .then(upset(b).total_cmp(&upset(a)))
        });
        let is_open = |(number, course): (usize, &Course)| {
            number < OPEN && (headline(&course.info).is_some() || !course.changes.is_empty())
        };
        let open = courses
            .iter()
            .enumerate()
            .take_while(|&one| is_open(one))
            .count();
        // A short list needs no fold.
        let open = if courses.len() <= OPEN {
            courses.len()
        } else {
            open
        };
        let card = |course: &Course| Card::of(course, anchors);
        let times = Self {
            machine,
            key: last.machine.key.clone(),
            summary,
            events: told,
            older,
            untold: (untold > 0).then(|| words::several(untold as u64, "older event")),
            folds: folds(&courses[open..], card),
            open: courses[..open].iter().map(card).collect(),
            dates,
            file: sheet.is_some().then_some(stem),
        };
        Some((times, sheet))
    }
}

/// The place of a case among those that the answers stand on.
fn headline(info: &CaseInfo) -> Option<usize> {
    let mut ids = HEADLINE_CASES.iter().flat_map(|(_, ids)| *ids);
    ids.position(|id| info.id.0 == id)
}

/// Headlines first, in their order; then what changed; then the rest.
fn foremost(course: &Course) -> usize {
    let unchanged = usize::from(course.changes.is_empty());
    headline(&course.info).unwrap_or(usize::MAX - 1 + unchanged)
}

/// How large the largest change is.
fn upset(course: &Course) -> f64 {
    let sizes = course
        .changes
        .iter()
        .map(|change| change.times().ln().abs());
    sizes.filter(|size| size.is_finite()).fold(0.0, f64::max)
}

/// The rest by suite.
fn folds(courses: &[Course], card: impl Fn(&Course) -> Card) -> Vec<Fold> {
    let mut suites: BTreeMap<&str, Vec<Card>> = BTreeMap::new();
    for course in courses {
        let suite = suites.entry(&course.info.suite).or_default();
        suite.push(card(course));
    }
    let fold = |(suite, cards): (&str, Vec<Card>)| Fold {
        title: format!(
            "{suite}: {}",
            words::several(cards.len() as u64, "more case")
        ),
        cards,
    };
    suites.into_iter().map(fold).collect()
}

fn summary(past: &Past, courses: &[Course], [first, _, last]: &[String; 3]) -> String {
    let records = words::several(past.digests.len() as u64, "record");
    let when = match first == last {
        true => first.clone(),
        false => format!("{first} to {last}"),
    };
    let changed = courses.iter().filter(|course| !course.changes.is_empty());
    let found = match (courses.len(), changed.count()) {
        (0, _) => "No case stands in two of them.".to_owned(),
        (all, 0) => format!(
            "{}: none changed its level.",
            words::several(all as u64, "case")
        ),
        (all, some) => format!(
            "{}: {some} changed their level.",
            words::several(all as u64, "case")
        ),
    };
    format!("{records}, {when}. {found}")
}
