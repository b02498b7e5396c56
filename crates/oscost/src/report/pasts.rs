//! The records of every machine at hand: those named on the command line and
//! those of a history. A record that is both counts once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use oscost_analysis::Digest;
use oscost_history::{History, MachineKey};
use oscost_record::{CaseId, CaseInfo, Record};
use oscost_report::Past;

use crate::output::complain;

/// A machine's records as they come together.
#[derive(Default)]
struct Gathered {
    digests: Vec<Digest>,
    infos: HashMap<CaseId, CaseInfo>,
}

/// By machine, that of the record which the page is about first.
///
/// # Errors
/// Where the history cannot be read.
pub(super) fn pasts<'a>(
    records: impl Iterator<Item = &'a Record>,
    about: &Record,
    history: Option<&Path>,
) -> anyhow::Result<Vec<Past>> {
    let mut machines: BTreeMap<String, Gathered> = BTreeMap::new();
    if let Some(folder) = history {
        let history = History::at(folder);
        let keys: BTreeSet<MachineKey> = history
            .places()?
            .into_iter()
            .map(|place| place.machine)
            .collect();
        for key in keys {
            let machine = machines.entry(key.as_str().to_owned()).or_default();
            machine.take_in(&history, &key)?;
        }
    }
    for record in records {
        let machine = machines.entry(record.run.machine.key.clone()).or_default();
        machine.add(record);
    }
    let own = &about.run.machine.key;
    let mut all: Vec<(String, Gathered)> = machines.into_iter().collect();
    all.sort_by_key(|(key, _)| key != own);
    let order: HashMap<&CaseId, usize> = about
        .run
        .cases
        .iter()
        .map(|info| &info.id)
        .zip(0..)
        .collect();
    Ok(all
        .into_iter()
        .map(|(_, machine)| machine.past(&order))
        .collect())
}

impl Gathered {
    fn take_in(&mut self, history: &History, key: &MachineKey) -> anyhow::Result<()> {
        let timeline = history.timeline(key)?;
        for record in &timeline.unreadable {
            complain(&format!("{}: {}", record.path.display(), record.why));
        }
        let digests = timeline.moments.iter().map(|moment| &moment.digest);
        let ids: BTreeSet<&CaseId> = digests.flat_map(|digest| digest.cases.keys()).collect();
        self.infos = timeline.infos(history, &ids.into_iter().collect::<Vec<_>>());
        self.digests = timeline
            .moments
            .into_iter()
            .map(|moment| moment.digest)
            .collect();
        Ok(())
    }

    fn add(&mut self, record: &Record) {
        let run = &record.run;
        for info in &run.cases {
            self.infos.insert(info.id.clone(), info.clone());
        }
        let is_it = |digest: &Digest| digest.started == run.started && digest.seed == run.seed;
        if !self.digests.iter().any(is_it) {
            self.digests.push(Digest::of(record));
        }
    }

    /// Oldest first; cases in the order of the record that the page is about,
    /// what it hasn't after that.
    fn past(mut self, order: &HashMap<&CaseId, usize>) -> Past {
        self.digests.sort_by(|a, b| a.started.cmp(&b.started));
        let mut cases: Vec<CaseInfo> = self.infos.into_values().collect();
        let place = |info: &CaseInfo| order.get(&info.id).copied().unwrap_or(usize::MAX);
        cases.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.id.cmp(&b.id)));
        Past {
            digests: self.digests,
            cases,
        }
    }
}
