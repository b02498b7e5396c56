//! All records of a machine in the order of time, whatever its configuration
//! was, and one case through them: where its level changed, and what else did
//! just then.

use oscost_analysis::statistics::{changes, trimmed_mean};
use oscost_analysis::{CaseDigest, Difference, Digest, configuration_differences};
use oscost_record::CaseId;

use crate::{Entry, History, HistoryError, MachineKey, Place, Unreadable};

/// The records of a machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// Oldest first.
    pub moments: Vec<Moment>,
    /// Records that have no digest and give none.
    pub unreadable: Vec<Unreadable>,
}

/// One record of a machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Its series.
    pub place: Place,
    /// Its name there.
    pub entry: Entry,
    /// What it says.
    pub digest: Digest,
}

/// A case in one record of its machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Point<'a> {
    /// The record.
    pub moment: &'a Moment,
    /// The case in it.
    pub case: &'a CaseDigest,
    /// What is configured otherwise than in the record before.
    pub differences: Vec<Difference>,
    /// The level before and the level from here on, where it changed here.
    pub change: Option<(f64, f64)>,
}

impl History {
    /// Every record of a machine.
    ///
    /// # Errors
    /// Where a folder cannot be read.
    pub fn timeline(&self, machine: &MachineKey) -> Result<Timeline, HistoryError> {
        let mut timeline = Timeline::default();
        let places = self.places()?.into_iter();
        for place in places.filter(|place| place.machine == *machine) {
            let loaded = self.digests(&place)?;
            let moments = loaded.digests.into_iter().map(|(entry, digest)| Moment {
                place: place.clone(),
                entry,
                digest,
            });
            timeline.moments.extend(moments);
            timeline.unreadable.extend(loaded.unreadable);
        }
        timeline.moments.sort_by(|a, b| a.entry.cmp(&b.entry));
        Ok(timeline)
    }
}

impl Timeline {
    /// One case through the records that measured it. Its level changed where
    /// [`changes`] says so of the logarithms of its levels, or of the levels
    /// themselves where one is not above zero. The same records always give the
    /// same answer.
    #[must_use]
    pub fn series(&self, id: &CaseId) -> Vec<Point<'_>> {
        let mut points: Vec<Point<'_>> = Vec::new();
        for moment in &self.moments {
            let Some(case) = moment.digest.cases.get(id) else {
                continue;
            };
            let before = points
                .last()
                .map(|point| &point.moment.digest.configuration);
            points.push(Point {
                moment,
                case,
                differences: before.map_or_else(Vec::new, |before| {
                    configuration_differences(before, &moment.digest.configuration)
                }),
                change: None,
            });
        }
        let mut levels: Vec<f64> = points.iter().map(|point| point.case.raw.level).collect();
        let is_relative = levels.iter().all(|&level| level > 0.0);
        if is_relative {
            levels.iter_mut().for_each(|level| *level = level.ln());
        }
        let begins = changes(&levels, 0);
        let level = |from: usize, to: usize| {
            let mean = trimmed_mean(&levels[from..to])?;
            Some(if is_relative { mean.exp() } else { mean })
        };
        for (index, &at) in begins.iter().enumerate() {
            let from = index.checked_sub(1).map_or(0, |before| begins[before]);
            let to = begins.get(index + 1).copied().unwrap_or(levels.len());
            points[at].change = level(from, at).zip(level(at, to));
        }
        points
    }
}
