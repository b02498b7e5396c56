//! Puts files in place as a whole: a reader sees the old file or the new one,
//! never half of either, and a full disk leaves the old one standing.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::ReportError;

/// Makes the folder where it is missing.
pub(crate) fn folder(path: &Path) -> Result<(), ReportError> {
    fs::create_dir_all(path).map_err(|source| ReportError::Write {
        path: path.to_owned(),
        source,
    })
}

/// Writes `bytes` to `name` in `folder`, by way of a file that is renamed.
pub(crate) fn replace(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, ReportError> {
    let path = folder.join(name);
    let draft = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = File::create(&draft)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&draft, &path));
    match written {
        Ok(()) => Ok(path),
        Err(source) => {
            // The draft may not exist; the first error is the one that counts.
            let _ = fs::remove_file(&draft);
            Err(ReportError::Write { path, source })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        replace(folder.path(), "a.html", b"one").unwrap();
        let path = replace(folder.path(), "a.html", b"two").unwrap();
        assert_eq!(fs::read(path).unwrap(), b"two");
        assert_eq!(names(folder.path()), ["a.html"]);
    }

    #[test]
    fn a_failure_leaves_no_draft_and_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        // A folder in the way: rename(2) says EISDIR, even to root.
        fs::create_dir(folder.path().join("a.html")).unwrap();
        let error = replace(folder.path(), "a.html", b"one")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("a.html") && error.contains("os error 21"),
            "{error}"
        );
        assert_eq!(names(folder.path()), ["a.html"]);
    }

    #[test]
    fn a_folder_below_a_file_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, b"").unwrap();
        let error = super::folder(&file.join("below")).unwrap_err().to_string();
        assert!(
            error.contains("file/below") && error.contains("os error 20"),
            "{error}"
        );
    }
}
