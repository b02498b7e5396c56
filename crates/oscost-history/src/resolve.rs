//! Names of records for people: `latest`, `KEY/latest`, `KEY/2026-11-23`. A
//! name that could mean several records means none.

use std::path::{Path, PathBuf};

use crate::{Entry, History, HistoryError, Place};

/// The word for the record that began last.
const LATEST: &str = "latest";

/// Records that a message lists.
const LISTED: usize = 5;

/// The record in the history `folder` that `name` means:
///
/// - `latest`: that of all machines which began last,
/// - `KEY/latest`: that of one machine,
/// - `KEY/DATE`: the one of that machine whose start begins with `DATE`, as in
///   `2026-11-23` or `2026-11-23T23:09`; a longer beginning of the file's name
///   serves as well.
///
/// `KEY` is a machine's key or the beginning of one.
///
/// # Errors
/// Where no record has the name, several have, or the folder cannot be read.
pub fn resolve(folder: &Path, name: &str) -> Result<PathBuf, HistoryError> {
    let history = History::at(folder);
    let (key, date) = match name.split_once('/') {
        Some((key, date)) if !key.is_empty() && !date.is_empty() => (key, date),
        None if name == LATEST => ("", LATEST),
        _ => return Err(unknown(&history, "record", name)),
    };
    let mut found = records(&history, key)?;
    if date == LATEST {
        let last = found.into_iter().max_by(|a, b| a.1.cmp(&b.1));
        let (place, entry) = last.ok_or_else(|| unknown(&history, "record", name))?;
        return Ok(history.path(&place, &entry));
    }
    let wanted = date.replace(':', "");
    found.retain(|(_, entry)| entry.stem().starts_with(&wanted));
    match &found[..] {
        [] => Err(unknown(&history, "record", name)),
        [(place, entry)] => Ok(history.path(place, entry)),
        several => Err(HistoryError::Ambiguous {
            what: "records",
            name: name.to_owned(),
            found: several
                .iter()
                .map(|(place, entry)| format!("{}/{}", place.machine, entry.stem()))
                .collect(),
        }),
    }
}

/// The records of every machine whose key begins with `key`.
fn records(history: &History, key: &str) -> Result<Vec<(Place, Entry)>, HistoryError> {
    let mut places = history.places()?;
    places.retain(|place| place.machine.as_str().starts_with(key));
    let mut found = Vec::new();
    for place in places {
        let entries = history.entries(&place)?;
        found.extend(entries.into_iter().map(|entry| (place.clone(), entry)));
    }
    Ok(found)
}

pub(crate) fn unknown(history: &History, what: &'static str, name: &str) -> HistoryError {
    let mut last = records(history, "").unwrap_or_default();
    last.sort_by(|a, b| b.1.cmp(&a.1));
    let last: Vec<String> = last
        .iter()
        .take(LISTED)
        .map(|(place, entry)| format!("{}/{}", place.machine, entry.started()))
        .collect();
    HistoryError::Unknown {
        what,
        folder: history.folder().to_owned(),
        name: name.to_owned(),
        hint: match &last[..] {
            [] => "there are no records; `oscost history add RECORD` adds one".to_owned(),
            last => format!(
                "names are `latest`, `KEY/latest` and `KEY/DATE`; the last are {}",
                last.join(", ")
            ),
        },
    }
}
