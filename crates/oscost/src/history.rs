//! `oscost history`: keeps records by machine and configuration, and shows
//! them. It adds, and removes only what `prune` is told to.

mod list;
mod options;
mod show;

use std::time::Duration;

use oscost_history::{Accept, Policy};
use serde_json::{Value, json};

pub(crate) use options::History;
use options::{Add, Prune, What};

use crate::exit::End;
use crate::output::{complain, say};
use crate::places;

/// Does what is asked of the history.
///
/// # Errors
/// Where a record is refused, a name means nothing, the folder cannot be read
/// or written, or standard output is closed.
pub(crate) fn history(options: &History) -> anyhow::Result<End> {
    let folder = options.dir.clone().unwrap_or_else(places::history);
    let history = oscost_history::History::at(folder);
    match &options.what {
        What::Add(add) => add_records(&history, add, options.json),
        What::List => list::list(&history, options.json),
        What::Show(show) => show::show(&history, show, options.json),
        What::Prune(prune) => clear_away(&history, prune, options.json),
    }
}

/// Adds record after record. One that is refused does not keep out the others;
/// the first refusal is how the verb ends.
fn add_records(
    history: &oscost_history::History,
    options: &Add,
    json: bool,
) -> anyhow::Result<End> {
    let accept = Accept {
        emulated: options.emulated,
        unfinished: options.unfinished,
    };
    let mut refused = None;
    let mut entries: Vec<Value> = Vec::new();
    for record in &options.records {
        let added = match history.add(record, accept) {
            Ok(added) => added,
            Err(error) => {
                if let Some(earlier) = refused.replace(error) {
                    complain(&format!("oscost: {earlier}"));
                }
                continue;
            }
        };
        if added.damaged_lines > 0 {
            complain(&format!(
                "{}: {} lines cannot be read; they are kept as they are",
                record.display(),
                added.damaged_lines
            ));
        }
        if json {
            entries.push(json!({
                "path": added.path,
                "machine": added.place.machine.as_str(),
                "configuration": added.place.configuration.as_str(),
                "started": added.entry.started(),
                "was_there": added.was_there,
            }));
        } else {
            say(&added.path.display().to_string())?;
            if added.was_there {
                complain("it was there already");
            }
        }
    }
    if json {
        say(&serde_json::to_string_pretty(&entries)?)?;
    }
    refused.map_or(Ok(End::Done), |error| Err(error.into()))
}

fn clear_away(
    history: &oscost_history::History,
    options: &Prune,
    json: bool,
) -> anyhow::Result<End> {
    let policy = Policy {
        keep: options.keep,
        older_than: options
            .older_than
            .map(|days| Duration::from_hours(24).saturating_mul(days)),
    };
    let removed = history.prune(policy, options.dry_run)?;
    if json {
        let entries = removed.iter().map(
            |removed| json!({"path": removed.path, "what": removed.what, "bytes": removed.bytes}),
        );
        let all = json!({"dry_run": options.dry_run, "removed": entries.collect::<Vec<_>>()});
        say(&serde_json::to_string_pretty(&all)?)?;
        return Ok(End::Done);
    }
    for removed in &removed {
        say(&format!("{} {}", removed.what, removed.path.display()))?;
    }
    let bytes: u64 = removed.iter().map(|removed| removed.bytes).sum();
    let done = if options.dry_run {
        "would be removed"
    } else {
        "removed"
    };
    complain(&format!("{} files, {bytes} bytes {done}", removed.len()));
    Ok(End::Done)
}
