//! Which records there are, and whose each is: `HOST.jsonl`, or any record in
//! a folder `HOST`. Links are not followed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Folders in folders that are looked into: a history has machine, then
/// configuration.
const DEPTH: usize = 4;

/// A record and whose it is.
pub(super) struct Found {
    pub(super) host: String,
    pub(super) path: PathBuf,
}

/// Every record of these folders and files.
///
/// # Errors
/// Where a folder cannot be read.
pub(super) fn found(places: &[PathBuf]) -> anyhow::Result<Vec<Found>> {
    let (folders, files): (Vec<&PathBuf>, Vec<&PathBuf>) =
        places.iter().partition(|place| place.is_dir());
    let mut found = Vec::new();
    for folder in folders {
        below(folder, None, DEPTH, &mut found)?;
    }
    let stems: BTreeSet<String> = files.iter().map(|file| stem(file)).collect();
    let distinct = stems.len() == files.len();
    found.extend(files.into_iter().map(|path| Found {
        host: match distinct {
            true => stem(path),
            false => path.display().to_string(),
        },
        path: path.clone(),
    }));
    Ok(found)
}

/// The records in a folder; `host` where it is a host's.
fn below(
    folder: &Path,
    host: Option<&str>,
    depth: usize,
    found: &mut Vec<Found>,
) -> anyhow::Result<()> {
    let reading = || format!("cannot read the folder {}", folder.display());
    for entry in fs::read_dir(folder).with_context(reading)? {
        let entry = entry.with_context(reading)?;
        let kind = entry.file_type().with_context(reading)?;
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() && depth > 0 {
            below(&path, Some(host.unwrap_or(&name)), depth - 1, found)?;
        } else if kind.is_file() && name.ends_with(".jsonl") {
            let host = host.map_or_else(|| stem(&path), str::to_owned);
            found.push(Found { host, path });
        }
    }
    Ok(())
}

/// The name of a file without what comes after its last point.
fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_its_files_or_its_folders() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "a.example.jsonl",
            "b/one.jsonl",
            "b/c/two.jsonl",
            "b/.draft.jsonl",
            "x.txt",
        ] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"").unwrap();
        }
        let found = found(&[folder.path().to_owned()]).unwrap();
        let mut hosts: Vec<&str> = found.iter().map(|one| one.host.as_str()).collect();
        hosts.sort_unstable();
        assert_eq!(hosts, ["a.example", "b", "b"]);
    }

    #[test]
    fn files_of_one_name_are_told_apart_by_their_paths() {
        let hosts = |paths: [&str; 2]| {
            let found = found(&paths.map(PathBuf::from)).unwrap();
            found.into_iter().map(|one| one.host).collect::<Vec<_>>()
        };
        assert_eq!(hosts(["x/a.jsonl", "x/b.jsonl"]), ["a", "b"]);
        assert_eq!(
            hosts(["x/a.jsonl", "y/a.jsonl"]),
            ["x/a.jsonl", "y/a.jsonl"]
        );
    }
}
