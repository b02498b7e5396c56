//! Clearing away. What goes is a record, a digest or a draft that this crate
//! knows by its name, in a folder that it knows by its name; nothing else is
//! ever removed, and no link is followed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::files::{self, Lock};
use crate::{Entry, History, HistoryError};

/// Which records go. One goes where everything that is set says so; where
/// nothing is set, none does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// All but the newest so many of each machine and configuration.
    pub keep: Option<usize>,
    /// Those whose run began longer ago than this.
    pub older_than: Option<Duration>,
}

/// A file that was removed, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Which.
    pub path: PathBuf,
    /// `record`, `digest` or `draft`.
    pub what: &'static str,
    /// Its size in bytes.
    pub bytes: u64,
}

impl History {
    /// Removes the records that `policy` names with their digests, drafts of
    /// dead writers, digests without a record, and folders that are empty then.
    /// With `dry_run` it only says what it would remove.
    ///
    /// # Errors
    /// Where a folder cannot be read or a file not be removed; what was removed
    /// before is gone.
    pub fn prune(&self, policy: Policy, dry_run: bool) -> Result<Vec<Removed>, HistoryError> {
        if !self.folder.is_dir() {
            return Ok(Vec::new());
        }
        let _lock = (!dry_run).then(|| Lock::alone(&self.folder)).transpose()?;
        let mut removed = Vec::new();
        for place in self.places()? {
            let folder = self.folder_of(&place);
            for (what, name) in doomed(&folder, &self.entries(&place)?, policy)? {
                let path = folder.join(name);
                removed.extend(remove(path, what, dry_run)?);
            }
            if !dry_run {
                // Refused by the system where something is left.
                let _ = fs::remove_dir(&folder);
                let _ = folder.parent().map(fs::remove_dir);
            }
        }
        Ok(removed)
    }
}

/// What goes from one folder, oldest record first. A digest goes before its
/// record: no digest is ever left alone.
fn doomed(
    folder: &Path,
    entries: &[Entry],
    policy: Policy,
) -> Result<Vec<(&'static str, String)>, HistoryError> {
    let now = SystemTime::now();
    let is_old = |entry: &Entry| match policy.older_than {
        Some(age) => entry.time().is_some_and(|time| {
            let since = now.duration_since(time);
            since.is_ok_and(|since| since > age)
        }),
        None => policy.keep.is_some(),
    };
    let surplus = entries.len().saturating_sub(policy.keep.unwrap_or(0));
    let goes = |entry: &Entry| entries[..surplus].contains(entry) && is_old(entry);
    let mut doomed = Vec::new();
    let mut digests = files::regular(folder, Entry::of_digest)?;
    digests.sort();
    digests.retain(|entry| goes(entry) || entries.binary_search(entry).is_err());
    doomed.extend(digests.iter().map(|entry| ("digest", entry.digest_file())));
    let records = entries.iter().filter(|entry| goes(entry));
    doomed.extend(records.map(|entry| ("record", entry.file())));
    let drafts = files::regular(folder, files::draft)?;
    doomed.extend(drafts.into_iter().map(|name| ("draft", name)));
    Ok(doomed)
}

/// Removes one file; `None` where it has gone by itself.
fn remove(
    path: PathBuf,
    what: &'static str,
    dry_run: bool,
) -> Result<Option<Removed>, HistoryError> {
    let gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    let bytes = match fs::symlink_metadata(&path) {
        Err(error) if gone(&error) => return Ok(None),
        kind => kind.map_err(HistoryError::io("examine", &path))?.len(),
    };
    if !dry_run {
        match fs::remove_file(&path) {
            Err(error) if gone(&error) => return Ok(None),
            done => done.map_err(HistoryError::io("remove", &path))?,
        }
    }
    Ok(Some(Removed { path, what, bytes }))
}
