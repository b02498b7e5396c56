//! `oscost report`: a page and pictures from a record, and from all records of
//! its machine that are at hand; or a page about many machines.

mod pasts;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use oscost_record::Record;

use crate::cli::Report;
use crate::exit::End;
use crate::output::say;
use crate::{fleet, named, places};
use pasts::pasts;

/// Makes the report. The page is about the record that began last; the others
/// are part of its view through time.
///
/// # Errors
/// Where a record cannot be read or the folder not be written.
pub(crate) fn report(options: &Report) -> anyhow::Result<End> {
    if options.records.iter().any(|name| name.is_dir()) {
        return machines(options);
    }
    if options.hosts.is_some() {
        bail!("`--hosts` is of many machines: give a folder of records");
    }
    let history = options.history.clone();
    let folder = history.clone().unwrap_or_else(places::history);
    let mut names = options.records.clone();
    if names.is_empty() {
        names.push("latest".into());
    }
    let mut records: Vec<(PathBuf, Record)> = Vec::new();
    for name in names {
        let record = named::record_in(&folder, &name)?;
        records.push((name, record));
    }
    records.sort_by(|(_, a), (_, b)| a.run.started.cmp(&b.run.started));
    let Some((name, record)) = records.last() else {
        bail!("there is no record to report on");
    };
    let history = history.as_deref();
    let pasts = pasts(records.iter().map(|(_, record)| record), record, history)?;
    let out = match &options.out {
        Some(out) => out.clone(),
        None if name.exists() => beside(name),
        // Nothing but records belongs in a history.
        None => PathBuf::from("oscost-report"),
    };
    let written = oscost_report::write_in(record, &pasts, &out, options.lang)?;
    shown(&written.page, options.open)
}

/// How far from 1 a ratio must lie for two machines to be told apart at a cost.
const THRESHOLD: f64 = 0.05;

/// Makes the page about the machines of a folder.
fn machines(options: &Report) -> anyhow::Result<End> {
    if options.history.is_some() {
        bail!("a page about many machines shows none of them through time: leave out `--history`");
    }
    let joined = fleet::gather(&options.records, options.hosts.as_deref())?;
    let out = options.out.clone();
    let out = out.unwrap_or_else(|| match &options.records[..] {
        [folder] if folder.file_name().is_some() => beside(folder),
        _ => PathBuf::from("oscost-report"),
    });
    let page = oscost_report::write_fleet(&joined, THRESHOLD, &out, options.lang)?;
    shown(&page, options.open)
}

/// Says where the page is, and opens it where that was asked for.
fn shown(page: &Path, open: bool) -> anyhow::Result<End> {
    say(&page.display().to_string())?;
    if open {
        Command::new("xdg-open")
            .arg(page)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start xdg-open")?;
    }
    Ok(End::Done)
}

/// `x.jsonl` has its report in `x-report`.
fn beside(record: &Path) -> PathBuf {
    let mut name = record.file_stem().unwrap_or_default().to_owned();
    name.push("-report");
    record.with_file_name(name)
}
