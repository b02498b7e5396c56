//! Many machines: their records are read one by one, each is boiled down before
//! the next, and none is held.

mod files;
mod json;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use oscost_analysis::fleet::{Fleet, Joined, Sheet, Unread, is_cost, join};
use oscost_analysis::side_by_side;
use oscost_record::Record;

use crate::output::complain;
use files::{Found, found};
pub(crate) use json::as_json;

/// So many records are read before what they say is put together: what lies
/// between is all that memory holds of them.
const AT_ONCE: usize = 256;

/// Records that cannot be read and are told one by one.
const TOLD: usize = 10;

/// Joins the records of folders and files. `list` names a file with the hosts
/// that are expected, one a line.
///
/// # Errors
/// Where a folder or the list cannot be read, or there is no record at all.
pub(crate) fn gather(places: &[PathBuf], list: Option<&Path>) -> anyhow::Result<Joined> {
    let expected = list.map(expected).transpose()?;
    let mut records = found(places)?;
    let mut unread = Vec::new();
    latest(&mut records, &mut unread);
    let mut fleet = Fleet::default();
    for some in records.chunks(AT_ONCE) {
        for sheet in side_by_side(some, sheet) {
            match sheet {
                Ok(sheet) => fleet.take(sheet),
                Err(why) => unread.push(why),
            }
        }
    }
    if fleet.hosts.is_empty() && unread.is_empty() {
        let places: Vec<_> = places
            .iter()
            .map(|place| place.display().to_string())
            .collect();
        bail!(
            "no record in {}: a host's is HOST.jsonl, or in a folder HOST",
            places.join(", ")
        );
    }
    tell(&unread);
    Ok(join(fleet, expected.as_deref(), unread))
}

/// Whether a call means many machines: one folder, or more than two records.
pub(crate) fn is_meant(places: &[PathBuf]) -> bool {
    places.len() > 2 || places.iter().any(|place| place.is_dir())
}

fn sheet(record: &Found) -> Result<Sheet, Unread> {
    match Record::read_brief(&record.path, is_cost) {
        Ok(read) => Ok(Sheet::taken(&record.host, read)),
        Err(error) => Err(Unread {
            host: record.host.clone(),
            why: error.to_string(),
        }),
    }
}

/// Of a host with several records keeps that which began last, by their
/// headers; the others are not read.
fn latest(records: &mut Vec<Found>, unread: &mut Vec<Unread>) {
    let mut hosts: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    for record in records.drain(..) {
        hosts.entry(record.host.clone()).or_default().push(record);
    }
    for (host, mut of_it) in hosts {
        if of_it.len() > 1 {
            let mut last: Option<(String, Found)> = None;
            for record in of_it.drain(..) {
                match Record::header(&record.path) {
                    Ok(run) if last.as_ref().is_none_or(|(began, _)| run.started > *began) => {
                        last = Some((run.started, record));
                    }
                    Ok(_) => (),
                    Err(error) => unread.push(Unread {
                        host: host.clone(),
                        why: error.to_string(),
                    }),
                }
            }
            of_it.extend(last.map(|(_, record)| record));
        }
        records.append(&mut of_it);
    }
}

/// The hosts of a list: one a line, `#` begins a remark.
fn expected(list: &Path) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(list)
        .with_context(|| format!("cannot read the list of hosts {}", list.display()))?;
    let names = text.lines().filter_map(|line| {
        let name = line.split('#').next().unwrap_or_default().trim();
        (!name.is_empty()).then(|| name.to_owned())
    });
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        bail!("{} names no host: one a line", list.display());
    }
    Ok(names)
}

fn tell(unread: &[Unread]) {
    for Unread { host, why } in unread.iter().take(TOLD) {
        let (host, why) = (host.escape_debug(), why.escape_debug());
        complain(&format!("{host}: {why}"));
    }
    if let Some(more) = unread.len().checked_sub(TOLD + 1) {
        complain(&format!("{} more records that cannot be read", more + 1));
    }
}
