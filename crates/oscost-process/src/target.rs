//! The two programs that the exec cases execute: part of this binary, and put
//! into a file in memory, so that nothing is left on a disk however a run ends.

use std::ffi::CString;
use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsRawFd as _;

use nix::sys::memfd::{MFdFlags, memfd_create};
use oscost_harness::{During as _, Failure};

/// Which program.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// No library: the kernel's part of `exec` alone.
    Static,
    /// Linked with the C library, so that the dynamic loader runs.
    Dynamic,
}

/// A program in memory. It can be executed as long as this is alive.
#[derive(Debug)]
pub(crate) struct Image {
    _file: File,
    path: CString,
}

impl Target {
    fn bytes(self) -> &'static [u8] {
        match self {
            Self::Static => include_bytes!(concat!(env!("OUT_DIR"), "/static")),
            Self::Dynamic => include_bytes!(concat!(env!("OUT_DIR"), "/dynamic")),
        }
    }

    /// Puts the program into memory (`memfd_create(2)`).
    pub(crate) fn load(self) -> Result<Image, Failure> {
        let file = memfd_create(c"oscost-target", MFdFlags::MFD_CLOEXEC).during("memfd_create")?;
        let mut file = File::from(file);
        file.write_all(self.bytes()).during("write(memfd)")?;
        let path = CString::new(format!("/proc/self/fd/{}", file.as_raw_fd()))
            .map_err(|error| Failure::Fail(error.to_string()))?;
        Ok(Image { _file: file, path })
    }
}

impl Image {
    /// A path that names it in this process and in its children.
    pub(crate) fn path(&self) -> &CString {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_programs_are_what_their_names_say() {
        let interpreter = |target: Target| {
            let word: &[u8] = b"/ld-linux";
            target
                .bytes()
                .windows(word.len())
                .any(|window| window == word)
        };
        for target in [Target::Static, Target::Dynamic] {
            assert!(target.bytes().starts_with(b"\x7fELF"));
        }
        assert!(!interpreter(Target::Static));
        assert!(interpreter(Target::Dynamic));
    }
}
