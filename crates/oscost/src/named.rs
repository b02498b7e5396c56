//! Which record a word on the command line means, and that record. Damage of
//! a record is told, and is no error: the rest of it counts.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use oscost_record::{Damage, Record};

use crate::output::complain;
use crate::places;

/// Damaged lines that are told one by one.
const TOLD: usize = 10;

/// The file that a word means: itself, where there is such a file, else a
/// record of the history in `folder`, as [`oscost_history::resolve`] reads
/// names.
///
/// # Errors
/// Where the word means none.
fn resolve(folder: &Path, name: &Path) -> anyhow::Result<PathBuf> {
    match name
        .to_str()
        .filter(|text| is_of_history(text) && !name.exists())
    {
        Some(text) => oscost_history::resolve(folder, text)
            .with_context(|| format!("there is no file {}", name.display())),
        None => Ok(name.to_owned()),
    }
}

/// Whether a word has the form of a name of a record: `latest`, or something
/// of a machine's key.
fn is_of_history(text: &str) -> bool {
    let is_key = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    text == "latest" || text.split_once('/').is_some_and(|(key, _)| is_key(key))
}

/// The record that a word means.
///
/// # Errors
/// Where it means none, or what it means cannot be read.
pub(crate) fn record(name: &Path) -> anyhow::Result<Record> {
    record_in(&places::history(), name)
}

/// The record that a word means, by way of the history in `folder`.
///
/// # Errors
/// Where it means none, or what it means cannot be read.
pub(crate) fn record_in(folder: &Path, name: &Path) -> anyhow::Result<Record> {
    let path = resolve(folder, name)?;
    let record = Record::read(&path)?;
    tell(&path, &record.damage);
    Ok(record)
}

/// The first lines that are damaged, and how many more.
fn tell(path: &Path, damage: &[Damage]) {
    let path = path.display();
    for damage in damage.iter().take(TOLD) {
        // What stands there comes from the file: it must not move the cursor.
        let why: String = damage.why.escape_debug().collect();
        complain(&format!(
            "{path}, line {}: {why} (the rest is kept)",
            damage.line
        ));
    }
    if let Some(more) = damage.len().checked_sub(TOLD + 1) {
        complain(&format!("{path}: {} more damaged lines", more + 1));
    }
}
