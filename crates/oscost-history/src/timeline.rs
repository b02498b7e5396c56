//! All records of a machine in the order of time, whatever its configuration
//! was, and one case through them: where its level changed, and what else did
//! just then.

use std::collections::{HashMap, HashSet};

use oscost_analysis::{CaseDigest, Difference, Digest, Stage, course};
use oscost_record::{CaseId, CaseInfo, Record};

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
    /// One case through the records that measured it, as [`course`] sees it.
    #[must_use]
    pub fn series<'a>(&'a self, id: &CaseId) -> Vec<Point<'a>> {
        let digests = self.moments.iter().map(|moment| &moment.digest);
        let stages = course(digests, id).into_iter();
        let point = |stage: Stage<'a>| Point {
            moment: &self.moments[stage.record],
            case: stage.case,
            differences: stage.differences,
            change: stage.change,
        };
        stages.map(point).collect()
    }

    /// What these cases are. A digest does not say; the newest record that
    /// measured a case does.
    #[must_use]
    pub fn infos(&self, history: &History, ids: &[&CaseId]) -> HashMap<CaseId, CaseInfo> {
        let mut wanted: HashSet<&CaseId> = ids.iter().copied().collect();
        let mut infos = HashMap::new();
        for moment in self.moments.iter().rev() {
            if !wanted.iter().any(|id| moment.digest.cases.contains_key(id)) {
                continue;
            }
            let Ok(run) = Record::header(&history.path(&moment.place, &moment.entry)) else {
                continue;
            };
            for info in run.cases {
                if wanted.remove(&info.id) {
                    infos.insert(info.id.clone(), info);
                }
            }
        }
        infos
    }
}
