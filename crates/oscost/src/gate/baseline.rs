//! What the record is held against. Another machine's record, one of another
//! configuration, and one of an emulated CPU are never a baseline by accident.

use std::path::Path;

use anyhow::{Context as _, bail};
use oscost_analysis::Digest;
use oscost_analysis::verdict::{Baseline, Standing, WINDOW, standing};
use oscost_history::{History, Loaded, Place};
use oscost_record::{Driver, Record};
use oscost_report::printable;

use super::{Current, Gate, notes};
use crate::named;

/// What is said of a record without times.
const ONCE: &str = "was made by `oscost run --once`, which proves every case and times none";

/// What the record is held against.
pub(super) struct Held {
    pub(super) by: By,
    /// Why what is said is no verdict: `--across` asked for it all the same.
    pub(super) refusal: Option<String>,
    /// What is held against what, in a few words.
    pub(super) title: String,
    pub(super) notes: Vec<String>,
}

pub(super) enum By {
    History(Vec<Digest>),
    Record(Box<(Record, Digest)>),
}

impl Held {
    pub(super) fn baseline(&self) -> Baseline<'_> {
        match &self.by {
            By::History(digests) => Baseline::History(digests),
            By::Record(one) => Baseline::Record(&one.1),
        }
    }
}

/// What the options mean.
///
/// # Errors
/// Where it cannot be read, or is refused.
pub(super) fn find(options: &Gate, folder: &Path, current: &Current) -> anyhow::Result<Held> {
    let run = &current.record.run;
    if run.driver == Driver::Once {
        bail!(
            "{} {ONCE}: there is nothing to judge",
            options.current.display()
        );
    }
    if let Some(emulator) = run.machine.emulated.as_ref().filter(|_| !options.across) {
        bail!(
            "{} was measured on an emulated CPU ({}): its times say nothing of a machine. \
             `--across` compares all the same",
            options.current.display(),
            printable(emulator)
        );
    }
    match &options.baseline {
        Some(name) => of_record(options, folder, name, current),
        None => of_history(options, &History::at(folder), current),
    }
}

fn of_record(
    options: &Gate,
    folder: &Path,
    name: &Path,
    current: &Current,
) -> anyhow::Result<Held> {
    let record = named::record_in(folder, name)?;
    let (before, run) = (&record.run, &current.record.run);
    if before.driver == Driver::Once {
        bail!("{} {ONCE}, and is no baseline", name.display());
    }
    if let Some(emulator) = &before.machine.emulated {
        bail!(
            "{} was measured on an emulated CPU ({}) and is no baseline",
            name.display(),
            printable(emulator)
        );
    }
    let digest = Digest::of(&record);
    let drivers = (before.driver, run.driver);
    let refusal = refusal(&standing_of(&digest, current), drivers);
    if let Some(why) = refusal.as_ref().filter(|_| !options.across) {
        bail!(
            "{} is refused as a baseline of {}: {why}. `--across` compares all the same, and \
             fails nothing",
            name.display(),
            options.current.display()
        );
    }
    let title = format!("{} against the record of {}", run.started, before.started);
    Ok(Held {
        notes: refusal.iter().map(|why| notes::no_verdict(why)).collect(),
        by: By::Record(Box::new((record, digest))),
        refusal,
        title,
    })
}

fn of_history(options: &Gate, history: &History, current: &Current) -> anyhow::Result<Held> {
    let run = &current.record.run;
    let place = Place::of(run).with_context(|| {
        let key: String = run.machine.key.escape_debug().take(40).collect();
        format!(
            "{} has no history: its machine key is \"{key}\"",
            options.current.display()
        )
    })?;
    let own = history.digests_before(&place, &run.started, WINDOW)?;
    let mut held = Held {
        title: String::new(),
        refusal: None,
        notes: unreadable(&own),
        by: By::History(fitting(own, |digest| {
            standing_of(digest, current).refusal().is_none()
        })),
    };
    if held.is_empty() {
        match nearest(history, &place, current)? {
            None => held.notes.push(notes::no_history(history.folder())),
            Some(other) if options.across => {
                held.notes.push(notes::no_verdict(&other.why));
                held.refusal = Some(other.why);
                let loaded = history.digests_before(&other.place, &run.started, WINDOW)?;
                held.notes.extend(unreadable(&loaded));
                held.by = By::History(fitting(loaded, |digest| digest.machine.emulated.is_none()));
            }
            Some(other) => held.notes.push(notes::another_series(
                history.folder(),
                &other.name,
                &other.why,
            )),
        }
    }
    held.title = match &held.by {
        By::History(digests) => notes::against(&run.started, digests),
        By::Record(_) => String::new(),
    };
    Ok(held)
}

impl Held {
    fn is_empty(&self) -> bool {
        matches!(&self.by, By::History(digests) if digests.is_empty())
    }
}

fn fitting(loaded: Loaded, fits: impl Fn(&Digest) -> bool) -> Vec<Digest> {
    let digests = loaded.digests.into_iter().map(|(_, digest)| digest);
    digests.filter(fits).collect()
}

fn unreadable(loaded: &Loaded) -> Vec<String> {
    let unreadable = loaded.unreadable.iter();
    unreadable
        .map(|record| format!("{}: {}", record.path.display(), record.why))
        .collect()
}

/// A series that is not the record's own.
struct Other {
    place: Place,
    /// Its newest record.
    name: String,
    /// Why it is not.
    why: String,
}

/// The series used last: of the same machine if there is one, else of any.
fn nearest(history: &History, own: &Place, current: &Current) -> anyhow::Result<Option<Other>> {
    let mut found = Vec::new();
    for place in history.places()? {
        let mut entries = history.entries(&place)?;
        if let Some(newest) = entries.pop().filter(|_| place != *own) {
            found.push((place.machine == own.machine, newest, place));
        }
    }
    found.sort();
    for (_, newest, place) in found.into_iter().rev() {
        let loaded = history.latest_digests(&place, 1)?;
        let Some((_, digest)) = loaded.digests.into_iter().next() else {
            continue;
        };
        if digest.machine.emulated.is_some() {
            continue;
        }
        let why = standing_of(&digest, current).refusal();
        return Ok(Some(Other {
            name: format!("{}/{}", place.machine, newest.started()),
            place,
            why: why.map_or_else(|| notes::OTHER_DRIVER.to_owned(), |why| printable(&why)),
        }));
    }
    Ok(None)
}

fn standing_of(before: &Digest, current: &Current) -> Standing {
    let now = &current.record.run;
    standing(
        (&before.machine, &before.configuration),
        (&now.machine, &now.configuration),
    )
}

/// Why no verdict may be given, fit for a terminal.
fn refusal(standing: &Standing, (before, after): (Driver, Driver)) -> Option<String> {
    let of_machine = standing.refusal().map(|why| printable(&why));
    of_machine.or_else(|| (before != after).then(|| notes::OTHER_DRIVER.to_owned()))
}
