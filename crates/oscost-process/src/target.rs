//! What the exec cases execute and have loaded: part of this binary, and put
//! into files in memory, so that nothing is left on a disk however a run ends.

use std::ffi::CString;
use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsRawFd as _;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use oscost_harness::{During as _, Failure, Need};
use oscost_sys::memory_file;

/// Why nothing of this runs under user-mode emulation.
pub(crate) const FOREIGN: Need =
    Need::Native("it cannot execute a program of the emulated architecture by itself");

/// The loader that the programs linked with the C library ask for (their
/// `PT_INTERP`). This program may be a static one on a host that has none.
pub(crate) fn loader() -> Need {
    let bytes = Target::Dynamic.bytes();
    let inside = bytes.windows(4).position(|window| window == b"/ld-");
    let path = inside.and_then(|at| {
        let begin = bytes[..at].iter().rposition(|&byte| byte == 0)? + 1;
        let length = bytes[at..].iter().position(|&byte| byte == 0)?;
        std::str::from_utf8(&bytes[begin..at + length]).ok()
    });
    path.map_or(Need::Never("its program names no loader"), Need::File)
}

/// Which file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// A program without a library: the kernel's part of `exec` alone.
    Static,
    /// A program linked with the C library, so that the dynamic loader runs.
    Dynamic,
    /// Like `Static`, but it notes when it began and when it ended.
    NotingStatic,
    /// Like `Dynamic`, but it notes when it began and when it ended.
    NotingDynamic,
    /// A shared library.
    Library,
}

/// A file in memory. It can be executed, or loaded, as long as this is alive.
#[derive(Debug)]
pub(crate) struct Image {
    file: File,
    path: CString,
}

macro_rules! built {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name))
    };
}

impl Target {
    fn bytes(self) -> &'static [u8] {
        match self {
            Self::Static => built!("static"),
            Self::Dynamic => built!("dynamic"),
            Self::NotingStatic => built!("noting-static"),
            Self::NotingDynamic => built!("noting-dynamic"),
            Self::Library => built!("library"),
        }
    }

    /// Puts it into memory (`memfd_create(2)`).
    pub(crate) fn load(self) -> Result<Image, Failure> {
        let mut file = File::from(memory_file::program(c"oscost-target").map_err(Failure::told)?);
        file.write_all(self.bytes()).during("write(memfd)")?;
        let path = CString::new(format!("/proc/self/fd/{}", file.as_raw_fd()))
            .map_err(|error| Failure::Fail(error.to_string()))?;
        Ok(Image { file, path })
    }
}

impl Image {
    /// A path that names it in this process and in its children.
    pub(crate) fn path(&self) -> &CString {
        &self.path
    }

    /// Lets the path hold in programs that children execute, too.
    pub(crate) fn keep_over_exec(&self) -> Result<(), Failure> {
        keep_over_exec(&self.file)
    }
}

/// Lets programs that are executed inherit a descriptor.
pub(crate) fn keep_over_exec(file: &File) -> Result<(), Failure> {
    fcntl(file, FcntlArg::F_SETFD(FdFlag::empty())).during("fcntl(F_SETFD)")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_are_what_their_names_say() {
        let has = |target: Target, word: &[u8]| {
            let mut windows = target.bytes().windows(word.len());
            windows.any(|window| window == word)
        };
        for (target, has_loader) in [
            (Target::Static, false),
            (Target::Dynamic, true),
            (Target::NotingStatic, false),
            (Target::NotingDynamic, true),
        ] {
            assert!(target.bytes().starts_with(b"\x7fELF"));
            assert_eq!(has(target, b"/ld-"), has_loader, "{target:?}");
        }
        assert!(has(Target::Library, b"oscost_library"));
    }

    #[test]
    fn the_loader_is_the_one_that_the_program_names() {
        let Need::File(path) = loader() else {
            panic!("{:?}", loader());
        };
        let file = path.rsplit('/').next().unwrap();
        assert!(
            path.starts_with("/lib") && file.starts_with("ld-"),
            "{path}"
        );
    }
}
