//! Making a file of lines. It gets its name when its header is in it, and not
//! before: a full disk or a kill leaves no file behind that nobody can read.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;

/// Makes a new file with one line in it. Missing folders are made; an existing
/// file is never overwritten.
///
/// # Errors
/// What `mkdir(2)`, `open(2)`, `write(2)` or `renameat2(2)` say;
/// `AlreadyExists` where there is a file of that name.
pub(crate) fn begun(path: &Path, header: &impl Serialize) -> io::Result<File> {
    begun_by(path, |file| add(file, header))
}

/// Adds a line. All of it reaches the file before the call returns.
///
/// # Errors
/// What `write(2)` says: `StorageFull` on a full disk.
pub(crate) fn add(file: &mut File, line: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    file.write_all(&text)
}

fn begun_by(path: &Path, begin: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<File> {
    let folder = path.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(folder)?;
    let new = |path: &Path| OpenOptions::new().write(true).create_new(true).open(path);
    if path.symlink_metadata().is_ok() {
        // Told as such even where no draft could be made beside it.
        new(path)?;
    }
    let mut draft = tempfile::Builder::new()
        .prefix(".draft-")
        .make_in(folder, new)?;
    begin(draft.as_file_mut())?;
    draft
        .persist_noclobber(path)
        .map_err(|refused| refused.error)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_has_its_name_when_its_header_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/record.jsonl");
        let mut file = begun_by(&path, |file| {
            assert!(!path.exists());
            add(file, &"header")
        })
        .unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"\"header\"\n");
        add(&mut file, &1).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"\"header\"\n1\n");
        assert_eq!(names(path.parent().unwrap()), ["record.jsonl"]);
    }

    #[test]
    fn a_disk_that_has_no_room_for_the_header_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.jsonl");
        let full = begun_by(&path, |file| {
            file.write_all(b"{\"kind\"")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(full.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn who_is_there_first_keeps_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.jsonl");
        let late = begun_by(&path, |file| {
            std::fs::write(&path, "another's")?;
            add(file, &"header")
        });
        let early = begun(&path, &"header");
        for refused in [late, early] {
            let refused = refused.unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
            assert!(refused.to_string().contains("File exists"), "{refused}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), b"another's");
        assert_eq!(names(folder.path()), ["record.jsonl"]);
    }

    #[test]
    fn it_may_be_read_by_whoever_may_read_other_new_files() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |file: &File| file.metadata().unwrap().permissions().mode();
        let made = begun(&folder.path().join("record.jsonl"), &1).unwrap();
        let plain = File::create(folder.path().join("plain")).unwrap();
        assert_eq!(mode(&made), mode(&plain));
    }
}
