//! A folder of records that only grows: `MACHINE/CONFIGURATION/STARTED-HASH.jsonl`.
//! Beside each record lies its digest, which is disposable: missing, damaged or
//! of another version, it is made anew.
//!
//! Nothing here ever changes a record, replaces one, or follows a link out of
//! the folder. A writer may die at any moment: a record is there whole or not
//! at all.

mod add;
mod digests;
mod entry;
mod error;
mod files;
mod place;
mod prune;
mod resolve;
mod timeline;

use std::path::{Path, PathBuf};

pub use add::{Accept, Added};
pub use digests::{Loaded, Unreadable};
pub use entry::Entry;
pub use error::HistoryError;
pub use place::{ConfigurationKey, MachineKey, Place};
pub use prune::{Policy, Removed};
pub use resolve::resolve;
pub use timeline::{Moment, Point, Timeline};

/// A history in its folder. The folder need not exist: it is made when the
/// first record comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    folder: PathBuf,
}

impl History {
    /// The history in `folder`.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every machine and configuration of which there are records, in the order
    /// of their keys.
    ///
    /// # Errors
    /// Where a folder cannot be read.
    pub fn places(&self) -> Result<Vec<Place>, HistoryError> {
        let mut places = Vec::new();
        for machine in files::folders(&self.folder, MachineKey::named)? {
            let folder = self.folder.join(machine.as_str());
            for configuration in files::folders(&folder, ConfigurationKey::named)? {
                places.push(Place {
                    machine: machine.clone(),
                    configuration,
                });
            }
        }
        Ok(places)
    }

    /// The machine whose key begins with `key`.
    ///
    /// # Errors
    /// Where there is none, or several; where a folder cannot be read.
    pub fn machine(&self, key: &str) -> Result<MachineKey, HistoryError> {
        let mut machines = files::folders(&self.folder, MachineKey::named)?;
        machines.retain(|machine| machine.as_str().starts_with(key));
        match (machines.pop(), machines.is_empty()) {
            (Some(machine), true) => Ok(machine),
            (Some(last), false) => Err(HistoryError::Ambiguous {
                what: "machines",
                name: key.to_owned(),
                found: machines
                    .iter()
                    .chain([&last])
                    .map(ToString::to_string)
                    .collect(),
            }),
            (None, _) => Err(resolve::unknown(self, "machine", key)),
        }
    }

    /// The records of a place, oldest first.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn entries(&self, place: &Place) -> Result<Vec<Entry>, HistoryError> {
        let mut entries = files::regular(&self.folder_of(place), Entry::named)?;
        entries.sort();
        Ok(entries)
    }

    /// The file of a record.
    #[must_use]
    pub fn path(&self, place: &Place, entry: &Entry) -> PathBuf {
        self.folder_of(place).join(entry.file())
    }

    fn folder_of(&self, place: &Place) -> PathBuf {
        self.folder
            .join(place.machine.as_str())
            .join(place.configuration.as_str())
    }
}
