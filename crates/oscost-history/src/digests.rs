//! The digests of a series: read where they are good, made from their records
//! where they are not. A record that cannot be read is named, not hidden.

use std::fs;
use std::io;
use std::path::PathBuf;

use oscost_analysis::{DIGEST, Digest, side_by_side};
use oscost_record::Record;

use crate::files::{self, Lock};
use crate::{Entry, History, HistoryError, Place};

/// A digest file beyond this size was not written by this program.
const LONGEST_DIGEST: u64 = 64 << 20;

/// Characters of what should have been a time.
const LONGEST_TIME: usize = 40;

/// The digests of a series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// Each record with its digest, oldest first.
    pub digests: Vec<(Entry, Digest)>,
    /// Records that have no digest and give none.
    pub unreadable: Vec<Unreadable>,
}

/// A record that gives no digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its file.
    pub path: PathBuf,
    /// Why not.
    pub why: String,
}

impl History {
    /// The digests of a series, oldest first. Digests that had to be made anew
    /// are kept for the next time, where the folder can be written to.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn digests(&self, place: &Place) -> Result<Loaded, HistoryError> {
        self.latest_digests(place, usize::MAX)
    }

    /// The same of the newest `most` records alone.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn latest_digests(&self, place: &Place, most: usize) -> Result<Loaded, HistoryError> {
        Ok(self.loaded(place, self.entries(place)?, most))
    }

    /// The same of records that began before `started` (RFC 3339, UTC): what a
    /// record that began then can be held against. A record is never before
    /// itself.
    ///
    /// # Errors
    /// Where the folder cannot be read, or `started` is no time.
    pub fn digests_before(
        &self,
        place: &Place,
        started: &str,
        most: usize,
    ) -> Result<Loaded, HistoryError> {
        let begin = Entry::begin(started).ok_or_else(|| HistoryError::NoTime {
            found: started.chars().take(LONGEST_TIME).collect(),
        })?;
        let mut entries = self.entries(place)?;
        entries.retain(|entry| entry.started() < begin);
        Ok(self.loaded(place, entries, most))
    }

    fn loaded(&self, place: &Place, mut entries: Vec<Entry>, most: usize) -> Loaded {
        entries.drain(..entries.len().saturating_sub(most));
        let found = side_by_side(&entries, |entry| self.digest(place, entry));
        let mut loaded = Loaded::default();
        for (entry, digest) in entries.into_iter().zip(found) {
            match digest {
                Ok(Some(digest)) => loaded.digests.push((entry, digest)),
                // Cleared away since the folder was read.
                Ok(None) => (),
                Err(why) => loaded.unreadable.push(Unreadable {
                    path: self.path(place, &entry),
                    why,
                }),
            }
        }
        loaded
    }

    /// The digest of one record; `None` where there is no such record.
    fn digest(&self, place: &Place, entry: &Entry) -> Result<Option<Digest>, String> {
        if let Some(digest) = self.kept(place, entry) {
            return Ok(Some(digest));
        }
        let path = self.path(place, entry);
        match Record::read(&path) {
            Ok(record) => {
                let digest = Digest::of(&record);
                // A folder that cannot be written to can still be judged.
                let _ = self.keep(place, entry, &digest);
                Ok(Some(digest))
            }
            Err(_) if !path.exists() => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The digest that lies beside the record, if it is one that can be used.
    fn kept(&self, place: &Place, entry: &Entry) -> Option<Digest> {
        let path = self.folder_of(place).join(entry.digest_file());
        let kind = fs::symlink_metadata(&path).ok()?;
        if !kind.is_file() || kind.len() > LONGEST_DIGEST {
            return None;
        }
        let digest: Digest = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
        let is_its = Entry::of(&digest.started, entry.hash()).as_ref() == Some(entry);
        (digest.version == DIGEST && is_its).then_some(digest)
    }

    /// Puts a digest beside its record, in place of an older one.
    pub(crate) fn keep(
        &self,
        place: &Place,
        entry: &Entry,
        digest: &Digest,
    ) -> Result<(), HistoryError> {
        let _lock = Lock::shared(&self.folder)?;
        let folder = self.folder_of(place);
        let path = folder.join(entry.digest_file());
        let draft = files::begin(&folder)?;
        let mut text = io::BufWriter::new(draft.as_file());
        serde_json::to_writer(&mut text, digest)
            .map_err(io::Error::from)
            .and_then(|()| io::Write::flush(&mut text))
            .map_err(HistoryError::io("write", &path))?;
        drop(text);
        draft
            .persist(&path)
            .map_err(|refused| HistoryError::io("write", &path)(refused.error))?;
        Ok(())
    }
}
