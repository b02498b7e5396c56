//! What happened between two records of a machine: which cases changed their
//! level there, and what is configured otherwise from then on.

use std::collections::BTreeMap;

use oscost_analysis::{Difference, Digest, configuration_differences};

use super::case::Anchors;
use crate::picture::{Change, Course};
use crate::words;

/// Cases that an event names.
const NAMED: usize = 3;

/// See the module.
pub(super) struct Event {
    /// When the first record after it was begun.
    pub(super) when: String,
    /// How many cases changed.
    pub(super) what: String,
    /// Those that changed most.
    pub(super) cases: Vec<Named>,
    /// What is configured otherwise, or that nothing is.
    pub(super) otherwise: Vec<String>,
}

/// A case that changed.
pub(super) struct Named {
    pub(super) id: String,
    pub(super) anchor: String,
    pub(super) change: String,
}

/// Every record with which something changed, the newest first. Another build
/// of the program alone is no event.
pub(super) fn events(digests: &[Digest], courses: &[Course], anchors: &Anchors) -> Vec<Event> {
    let mut changes: BTreeMap<usize, Vec<(&Course, &Change)>> = BTreeMap::new();
    for course in courses {
        for change in &course.changes {
            let at = changes.entry(change.record).or_default();
            at.push((course, change));
        }
    }
    let mut events = Vec::new();
    for (index, pair) in digests.windows(2).enumerate().rev() {
        let [before, digest] = pair else { continue };
        let changed = changes.remove(&(index + 1)).unwrap_or_default();
        let differences = configuration_differences(&before.configuration, &digest.configuration);
        let is_other = differences.iter().any(|one| one.name != "binary");
        if changed.is_empty() && !is_other {
            continue;
        }
        events.push(Event {
            when: moment(&digest.started),
            what: counted(&changed),
            cases: named(changed, anchors),
            otherwise: otherwise(&differences, before, digest),
        });
    }
    events
}

fn counted(changed: &[(&Course, &Change)]) -> String {
    let dearer = changed
        .iter()
        .filter(|(_, change)| change.after > change.before);
    let dearer = dearer.count();
    let cheaper = changed.len() - dearer;
    let cases = words::several(changed.len() as u64, "case");
    match (dearer, cheaper) {
        (0, 0) => "No case changed its level.".to_owned(),
        (_, 0) => format!("{cases} dearer."),
        (0, _) => format!("{cases} cheaper."),
        _ => format!("{cases}: {dearer} dearer, {cheaper} cheaper."),
    }
}

fn named(mut changed: Vec<(&Course, &Change)>, anchors: &Anchors) -> Vec<Named> {
    let size = |change: &Change| change.times().ln().abs();
    changed.sort_by(|(_, a), (_, b)| size(b).total_cmp(&size(a)));
    let named = changed.iter().take(NAMED).map(|(course, change)| Named {
        id: course.info.id.0.clone(),
        anchor: anchors.of_case(&course.info.id),
        change: course.told(change),
    });
    named.collect()
}

fn otherwise(differences: &[Difference], before: &Digest, after: &Digest) -> Vec<String> {
    let told = differences.iter().filter(|one| one.name != "binary");
    let mut lines: Vec<String> = told
        .map(|one| words::otherwise(one, " from here on"))
        .collect();
    if before.tool != after.tool {
        let build = words::shortened(&after.tool);
        lines.push(format!(
            "oscost itself is another build from here on: {build}"
        ));
    }
    if lines.is_empty() {
        lines.push("Nothing is configured otherwise than in the record before.".to_owned());
    }
    lines
}

/// A record's time to the minute: `2026-01-04 12:00`.
pub(super) fn moment(started: &str) -> String {
    plain(started, 16)
}

/// A record's date: `2026-01-04`.
pub(super) fn date(started: &str) -> String {
    plain(started, 10)
}

fn plain(started: &str, length: usize) -> String {
    match humantime::parse_rfc3339(started) {
        Ok(time) => {
            let text = humantime::format_rfc3339_seconds(time).to_string();
            text.replace('T', " ").chars().take(length).collect()
        }
        Err(_) => "at no known time".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_to_the_minute() {
        assert_eq!(moment("2026-01-04T12:00:59.5Z"), "2026-01-04 12:00");
        assert_eq!(date("2026-01-04T12:00:00Z"), "2026-01-04");
        assert_eq!(date("<b>yesterday</b>"), "at no known time");
    }
}
