//! The name of a record in a history: when the run began, and a hash of what
//! the file holds. The same content has the same name, so that adding a record
//! twice changes nothing.

use std::time::SystemTime;

use crate::place::is_key;

/// A record of a history. Entries sort by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// `2026-11-23T230910Z-0123456789ab`.
    stem: String,
}

/// What a record's file name ends in, and a digest's.
const RECORD: &str = ".jsonl";
const DIGEST: &str = ".digest.json";

impl Entry {
    /// Of a run that began at `started` (RFC 3339, UTC) and whose file has this
    /// hash; `None` where `started` is no time.
    pub(crate) fn of(started: &str, hash: &str) -> Option<Self> {
        // Colons are no part of a file name that wants to travel.
        let name = Self::begin(started)?.replace(':', "");
        Self::with_stem(&format!("{name}-{hash}"))
    }

    /// A time as [`Self::started`] tells it; `None` where it is none.
    pub(crate) fn begin(started: &str) -> Option<String> {
        let time = humantime::parse_rfc3339(started).ok()?;
        Some(humantime::format_rfc3339_seconds(time).to_string())
    }

    /// The entry of a record's file name, or nothing.
    pub(crate) fn named(file: &str) -> Option<Self> {
        Self::with_stem(file.strip_suffix(RECORD)?)
    }

    /// The entry of a digest's file name, or nothing.
    pub(crate) fn of_digest(file: &str) -> Option<Self> {
        Self::with_stem(file.strip_suffix(DIGEST)?)
    }

    fn with_stem(stem: &str) -> Option<Self> {
        let entry = Self {
            stem: stem.to_owned(),
        };
        let (_, hash) = stem.rsplit_once('-')?;
        (is_key(hash) && entry.time().is_some()).then_some(entry)
    }

    /// The name without what files end in.
    #[must_use]
    pub fn stem(&self) -> &str {
        &self.stem
    }

    /// When the run began, RFC 3339, UTC, to the second.
    #[must_use]
    pub fn started(&self) -> String {
        // 2026-11-23T230910Z: the colons go back where they were.
        let time = self.stem.rsplit_once('-').map_or("", |(time, _)| time);
        match (time.get(..13), time.get(13..15), time.get(15..)) {
            (Some(hour), Some(minute), Some(second)) => format!("{hour}:{minute}:{second}"),
            _ => time.to_owned(),
        }
    }

    /// The same as a time.
    pub(crate) fn time(&self) -> Option<SystemTime> {
        let started = self.started();
        let time = humantime::parse_rfc3339(&started).ok()?;
        let is_plain = humantime::format_rfc3339_seconds(time).to_string() == started;
        is_plain.then_some(time)
    }

    /// The hash of the record's file.
    pub(crate) fn hash(&self) -> &str {
        self.stem.rsplit_once('-').map_or("", |(_, hash)| hash)
    }

    /// The record's file name.
    pub(crate) fn file(&self) -> String {
        format!("{}{RECORD}", self.stem)
    }

    /// The digest's file name.
    pub(crate) fn digest_file(&self) -> String {
        format!("{}{DIGEST}", self.stem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_survives_itself() {
        let entry = Entry::of("2026-11-23T23:09:10.5Z", "0123456789ab").unwrap();
        assert_eq!(entry.file(), "2026-11-23T230910Z-0123456789ab.jsonl");
        assert_eq!(entry.started(), "2026-11-23T23:09:10Z");
        assert_eq!(Entry::named(&entry.file()).as_ref(), Some(&entry));
        assert_eq!(Entry::of_digest(&entry.digest_file()), Some(entry));
    }

    #[test]
    fn what_is_no_name_of_ours_is_not_taken_for_one() {
        assert_eq!(Entry::of("../../etc", "0123456789ab"), None);
        assert_eq!(Entry::of("2026-11-23T23:09:10Z", "../../../../"), None);
        for name in [
            "notes.jsonl",
            "2026-11-23T230910Z-0123456789ab.json",
            "2026-11-23T230910.5Z-0123456789ab.jsonl",
            "2026-13-23T230910Z-0123456789ab.jsonl",
            "2026-11-23T230910Z-0123456789ag.jsonl",
            "ééééééééé-0123456789ab.jsonl",
        ] {
            assert_eq!(Entry::named(name), None, "{name}");
        }
    }
}
