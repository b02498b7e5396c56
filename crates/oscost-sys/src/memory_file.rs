//! Files in memory that have no name (`memfd_create(2)`). The kernel makes them so
//! that everybody may do everything with them, who finds the descriptor in `/proc`:
//! here they are their owner's alone.

use std::ffi::CStr;
use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::stat::{Mode, fchmod};

/// A call that failed, and its errno.
pub type Refused = (&'static str, Errno);

/// A file to read and to write (mode 0600), closed by `exec`.
///
/// # Errors
/// What `memfd_create(2)` and `fchmod(2)` say.
pub fn data(name: &CStr) -> Result<OwnedFd, Refused> {
    with_mode(name, Mode::S_IRUSR | Mode::S_IWUSR)
}

/// A file that its owner may execute, too (mode 0700), closed by `exec`.
///
/// # Errors
/// What `memfd_create(2)` and `fchmod(2)` say.
pub fn program(name: &CStr) -> Result<OwnedFd, Refused> {
    with_mode(name, Mode::S_IRWXU)
}

fn with_mode(name: &CStr, mode: Mode) -> Result<OwnedFd, Refused> {
    let file = memfd_create(name, MFdFlags::MFD_CLOEXEC).map_err(|it| ("memfd_create", it))?;
    fchmod(&file, mode).map_err(|it| ("fchmod(memfd)", it))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use nix::sys::stat::fstat;

    use super::*;

    #[test]
    fn a_file_is_its_owners_alone() {
        for (file, mode) in [
            (data(c"oscost-test"), 0o600),
            (program(c"oscost-test"), 0o700),
        ] {
            let state = fstat(file.unwrap()).unwrap();
            assert_eq!(state.st_mode & 0o7777, mode);
        }
    }
}
