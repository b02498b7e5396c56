//! Taking a record in. A draft in the folder where the record will lie is
//! written through to the disk, read back, and then given its name in one step
//! that never replaces a file.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use oscost_analysis::Digest;
use oscost_record::{Driver, Record, Run};
use sha2::{Digest as _, Sha256};

use crate::files::{self, Lock};
use crate::place::short;
use crate::{Entry, History, HistoryError, Place};

/// What is taken in although it makes no good baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accept {
    /// Records of emulated CPUs.
    pub emulated: bool,
    /// Records without a closing line.
    pub unfinished: bool,
}

/// A record that is in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its series.
    pub place: Place,
    /// Its name there.
    pub entry: Entry,
    /// Its file.
    pub path: PathBuf,
    /// It was there before; nothing was done.
    pub was_there: bool,
    /// Lines that could not be read. They are kept as they are.
    pub damaged_lines: usize,
}

impl History {
    /// Takes in a copy of the record in the file `record`.
    ///
    /// # Errors
    /// Where the file is no record, one that is not wanted ([`Accept`]), or the
    /// history cannot be written to.
    pub fn add(&self, record: &Path, accept: Accept) -> Result<Added, HistoryError> {
        let claimed = Record::header(record)?;
        let place = self.judge(record, &claimed, accept)?;
        let folder = self.folder_of(&place);
        is_inside(&folder)?;
        self.sweep(&folder)?;
        let _lock = Lock::shared(&self.folder)?;
        self.make(&folder)?;
        let mut draft = files::begin(&folder)?;
        let hash = copy(record, draft.as_file_mut())?;
        // What was copied, not what it was copied from: that may have changed.
        let copied = Record::read(draft.path())?;
        if copied.run != claimed {
            return Err(changed(record));
        }
        if copied.end.is_none() && !accept.unfinished {
            return Err(HistoryError::Unfinished {
                path: record.to_owned(),
            });
        }
        let entry = Entry::of(&claimed.started, &hash)
            .ok_or_else(|| claim(record, "`started`", &claimed.started))?;
        let path = folder.join(entry.file());
        draft
            .as_file()
            .sync_all()
            .map_err(HistoryError::io("write through to the disk", &path))?;
        let was_there = match draft.persist_noclobber(&path) {
            Ok(_) => false,
            Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => {
                is_whole(&path, &entry)?;
                true
            }
            Err(refused) => return Err(HistoryError::io("write", &path)(refused.error)),
        };
        files::settle(&folder)?;
        // A digest can be made at any time: not having one is no failure.
        let _ = self.keep(&place, &entry, &Digest::of(&copied));
        Ok(Added {
            place,
            entry,
            path,
            was_there,
            damaged_lines: copied.damage.len(),
        })
    }

    fn judge(&self, path: &Path, run: &Run, accept: Accept) -> Result<Place, HistoryError> {
        if run.driver == Driver::Once {
            return Err(HistoryError::Once {
                path: path.to_owned(),
            });
        }
        if let Some(by) = run.machine.emulated.as_deref().filter(|_| !accept.emulated) {
            return Err(HistoryError::Emulated {
                path: path.to_owned(),
                by: cut(by),
            });
        }
        Place::of(run).ok_or_else(|| claim(path, "the machine's key", &run.machine.key))
    }

    /// Removes what dead writers left in a folder, unless someone writes now.
    fn sweep(&self, folder: &Path) -> Result<(), HistoryError> {
        if let Some(_lock) = Lock::alone_if_free(&self.folder)? {
            for draft in files::regular(folder, files::draft)? {
                let path = folder.join(draft);
                fs::remove_file(&path).map_err(HistoryError::io("remove", &path))?;
            }
        }
        Ok(())
    }

    /// Makes the folder of a place, and makes it last.
    fn make(&self, folder: &Path) -> Result<(), HistoryError> {
        if folder.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(folder).map_err(HistoryError::io("make the folder", folder))?;
        let above = folder.ancestors().skip(1);
        above.take(2).try_for_each(files::settle)
    }
}

/// A link in place of a machine's or a configuration's folder would lead out of
/// the history.
fn is_inside(folder: &Path) -> Result<(), HistoryError> {
    let mut folders = folder.ancestors().take(2);
    match folders.find(|folder| folder.is_symlink()) {
        None => Ok(()),
        Some(link) => {
            let source = io::Error::other("it is a link, and a history follows none");
            Err(HistoryError::io("write into", link)(source))
        }
    }
}

/// Copies a file and returns the first digits of its hash.
fn copy(from: &Path, to: &mut impl io::Write) -> Result<String, HistoryError> {
    let mut source = File::open(from).map_err(HistoryError::io("read", from))?;
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        let read = source
            .read(&mut block)
            .map_err(HistoryError::io("read", from))?;
        if read == 0 {
            return Ok(short(hash));
        }
        hash.update(&block[..read]);
        to.write_all(&block[..read])
            .map_err(HistoryError::io("copy into the history", from))?;
    }
}

/// Whether a file holds what its name says.
fn is_whole(path: &Path, entry: &Entry) -> Result<(), HistoryError> {
    if copy(path, &mut io::sink())? == entry.hash() {
        return Ok(());
    }
    Err(HistoryError::Damaged {
        path: path.to_owned(),
    })
}

fn changed(path: &Path) -> HistoryError {
    let source = io::Error::other("it changed meanwhile; try again");
    HistoryError::io("copy into the history", path)(source)
}

fn claim(path: &Path, what: &'static str, found: &str) -> HistoryError {
    HistoryError::Claim {
        path: path.to_owned(),
        what,
        found: cut(found),
    }
}

/// As much of a text from a file as a message has room for.
fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}
