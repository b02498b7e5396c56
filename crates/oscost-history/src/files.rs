//! The folder as the file system shows it: looking without following links,
//! and a lock between those who write and the one who clears away.

use std::fs::{self, File, FileType, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::HistoryError;

/// What a draft is called: it is nobody's when no writer holds the lock.
const DRAFT: &str = ".draft-";

/// The names in a folder that `kind` makes something of: real folders alone.
pub(crate) fn folders<T: Ord>(
    folder: &Path,
    kind: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, HistoryError> {
    let mut found = listed(folder, FileType::is_dir, kind)?;
    found.sort();
    Ok(found)
}

/// The same of regular files.
pub(crate) fn regular<T>(
    folder: &Path,
    kind: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, HistoryError> {
    listed(folder, FileType::is_file, kind)
}

/// A folder that is not there has nothing in it.
fn listed<T>(
    folder: &Path,
    is_wanted: fn(&FileType) -> bool,
    kind: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, HistoryError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(HistoryError::io("read the folder", folder))?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(HistoryError::io("read the folder", folder))?;
        // Of the entry itself: a link is neither a folder nor a file.
        let is_wanted = entry.file_type().is_ok_and(|kind| is_wanted(&kind));
        if let Some(kind) = entry
            .file_name()
            .to_str()
            .and_then(&kind)
            .filter(|_| is_wanted)
        {
            found.push(kind);
        }
    }
    Ok(found)
}

/// Whether a file of that name is a draft.
pub(crate) fn draft(name: &str) -> Option<String> {
    name.starts_with(DRAFT).then(|| name.to_owned())
}

/// A file under a name of its own that is put in place later; it goes when it
/// is dropped.
pub(crate) fn begin(folder: &Path) -> Result<NamedTempFile, HistoryError> {
    tempfile::Builder::new()
        .prefix(DRAFT)
        // Less what the umask says, as any other file.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)
        .map_err(HistoryError::io("write into", folder))
}

/// Makes what was put into a folder survive a power cut.
pub(crate) fn settle(folder: &Path) -> Result<(), HistoryError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(HistoryError::io("write through to the disk", folder))
}

/// The lock of a history. Writers share it; who clears away holds it alone, so
/// that every draft it then sees is a dead writer's. The system releases it
/// when its holder dies (flock(2)).
#[derive(Debug)]
pub(crate) struct Lock {
    _held: File,
}

impl Lock {
    fn open(folder: &Path) -> Result<File, HistoryError> {
        fs::create_dir_all(folder).map_err(HistoryError::io("make the folder", folder))?;
        let path = folder.join(".lock");
        let mut options = File::options();
        let opened = options.read(true).write(true).create(true).truncate(false);
        opened.open(&path).map_err(HistoryError::io("open", &path))
    }

    /// Among writers.
    pub(crate) fn shared(folder: &Path) -> Result<Self, HistoryError> {
        let file = Self::open(folder)?;
        file.lock_shared()
            .map_err(HistoryError::io("lock", folder))?;
        Ok(Self { _held: file })
    }

    /// Alone; waits for writers.
    pub(crate) fn alone(folder: &Path) -> Result<Self, HistoryError> {
        let file = Self::open(folder)?;
        file.lock().map_err(HistoryError::io("lock", folder))?;
        Ok(Self { _held: file })
    }

    /// Alone if nobody else has it now.
    pub(crate) fn alone_if_free(folder: &Path) -> Result<Option<Self>, HistoryError> {
        let file = Self::open(folder)?;
        Ok(file.try_lock().is_ok().then_some(Self { _held: file }))
    }
}
