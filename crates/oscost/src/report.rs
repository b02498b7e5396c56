//! `oscost report`: a page and pictures from a record.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use oscost_record::Record;

use crate::cli::Report;
use crate::exit::End;
use crate::output::{complain, say};

/// Makes the report.
///
/// # Errors
/// Where the record cannot be read or the folder not be written.
pub(crate) fn report(options: &Report) -> anyhow::Result<End> {
    let record = Record::read(&options.record)?;
    for damage in &record.damage {
        complain(&format!(
            "{}, line {}: {} (the rest is kept)",
            options.record.display(),
            damage.line,
            damage.why
        ));
    }
    let out = options
        .out
        .clone()
        .unwrap_or_else(|| beside(&options.record));
    let written = oscost_report::write(&record, &out)?;
    say(&written.page.display().to_string())?;
    if options.open {
        Command::new("xdg-open")
            .arg(&written.page)
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
