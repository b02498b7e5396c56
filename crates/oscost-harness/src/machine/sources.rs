//! Where facts about the machine are read from: `/proc`, `/sys` and the few
//! questions that only the CPU or a library answers. A test puts a folder in
//! their place. Never writes, and never turns a missing file into an error.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use procfs::FromRead;

/// The root under which `/proc`, `/sys` and `/run` are looked for, and what
/// the running program itself knows.
#[derive(Clone, Debug)]
pub struct Sources {
    root: PathBuf,
    arch: String,
    live: bool,
}

impl Sources {
    /// The machine that this program runs on.
    #[must_use]
    pub fn machine() -> Self {
        Self {
            root: PathBuf::from("/"),
            arch: std::env::consts::ARCH.to_owned(),
            live: true,
        }
    }

    /// A tree of files that looks like another machine, for a program built
    /// for `arch`. Only the files are asked, never the running machine.
    #[must_use]
    pub fn under(root: &Path, arch: &str) -> Self {
        Self {
            root: root.to_owned(),
            arch: arch.to_owned(),
            live: false,
        }
    }

    /// The architecture that the program was built for.
    #[must_use]
    pub fn arch(&self) -> &str {
        &self.arch
    }

    /// Whether these are the running machine's own, so that system calls and
    /// CPU instructions speak of the same machine as the files.
    pub(super) fn is_live(&self) -> bool {
        self.live
    }

    /// The real place of an absolute `path`.
    pub(super) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    pub(super) fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.path(path).exists()
    }

    /// The file without white space at its ends; absent where it cannot be
    /// read or is empty. Bytes that are no UTF-8 are replaced.
    pub(super) fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        let bytes = std::fs::read(self.path(path)).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The file as one value.
    pub(super) fn value<T: FromStr>(&self, path: impl AsRef<Path>) -> Option<T> {
        self.text(path)?.parse().ok()
    }

    /// The file as `procfs` understands it.
    pub(super) fn parsed<T: FromRead>(&self, path: impl AsRef<Path>) -> Option<T> {
        T::from_file(self.path(path)).ok()
    }

    /// The value behind `name:` in a file such as `/proc/self/status`.
    pub(super) fn field(&self, path: impl AsRef<Path>, name: &str) -> Option<String> {
        self.text(path)?.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.trim() == name).then(|| value.trim().to_owned())
        })
    }

    /// The names in a folder, sorted; none where there is no such folder.
    pub(super) fn names(&self, folder: impl AsRef<Path>) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.path(folder))
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort_unstable();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::Tree;

    #[test]
    fn a_missing_or_empty_file_is_absent() {
        let tree = Tree::new()
            .file("/proc/empty", "\n")
            .file("/proc/seven", " 7\n");
        let sources = tree.sources("x86_64");
        assert_eq!(sources.text("/proc/missing"), None);
        assert_eq!(sources.text("/proc/empty"), None);
        assert_eq!(sources.value::<u32>("/proc/seven"), Some(7));
        assert!(sources.names("/sys/devices").is_empty());
    }
}
