//! One case through time on the page: a small drawing, and its words.

use oscost_analysis::format;

use super::case::Anchors;
use super::event::moment;
use crate::picture::{Change, Course, NUMBERED, View};
use crate::words;

/// See the module.
pub(super) struct Card {
    pub(super) id: String,
    pub(super) anchor: String,
    pub(super) task: &'static str,
    /// The level in the last record.
    pub(super) last: String,
    pub(super) per: String,
    /// What a person who can't see it should know.
    pub(super) alt: String,
    pub(super) view: View,
    /// Its last changes: number and text.
    pub(super) changes: Vec<(usize, String)>,
    /// What is not drawn or told.
    pub(super) remarks: Vec<String>,
}

impl Card {
    pub(super) fn of(course: &Course, anchors: &Anchors) -> Self {
        let info = &course.info;
        let first = course.changes.len().saturating_sub(NUMBERED);
        let changes = course.changes.iter().enumerate().skip(first);
        Self {
            id: info.id.0.clone(),
            anchor: anchors.of_case(&info.id),
            task: info.task.name(),
            last: course.measure().exact(course.last),
            per: words::axis(&info.unit),
            alt: course.words(),
            view: course.view(),
            changes: changes
                .map(|(number, change)| (number + 1, course.dated(change)))
                .collect(),
            remarks: remarks(course, first),
        }
    }
}

fn remarks(course: &Course, untold: usize) -> Vec<String> {
    let mut remarks = Vec::new();
    if untold > 0 {
        remarks.push(format!(
            "and {} before",
            words::several(untold as u64, "change")
        ));
    }
    if course.is_thinned() {
        let records = words::several(course.records as u64, "record");
        remarks.push(format!("{records}, drawn as {} points", course.drawn()));
    }
    if course.below > 0 {
        let below = words::several(course.below as u64, "record");
        remarks.push(format!("{below} at or below zero, not drawn"));
    }
    remarks
}

impl Course {
    /// What a change is in words: `100 ns to 150 ns, 1.50×`.
    pub(super) fn told(&self, change: &Change) -> String {
        let measure = self.measure();
        let (before, after) = (measure.exact(change.before), measure.exact(change.after));
        let mut text = format!("{before} to {after}, {}", words::times(change.times()));
        if let Some(relative) = change.relative {
            let ratio = format::ratio(relative);
            text += &format!(" ({ratio}× beside the frozen workload)");
        }
        text
    }

    /// The same with the record in which it began.
    fn dated(&self, change: &Change) -> String {
        format!("{}: {}", moment(&change.started), self.told(change))
    }
}
