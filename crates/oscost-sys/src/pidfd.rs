//! `pidfd_open(2)`: a descriptor that names a process, to be waited for and
//! polled.
#![expect(unsafe_code, reason = "nix has no pidfd_open")]

use std::os::fd::{FromRawFd as _, OwnedFd};

use nix::errno::Errno;
use nix::unistd::Pid;

/// A descriptor of `process`, closed by `exec`.
///
/// # Errors
/// `ENOSYS` before Linux 5.3, `ESRCH` where there is no such process.
pub fn open(process: Pid) -> nix::Result<OwnedFd> {
    // SAFETY: takes two integers; no flag is set.
    let result = unsafe { libc::syscall(libc::SYS_pidfd_open, process.as_raw(), 0) };
    let descriptor = i32::try_from(Errno::result(result)?).map_err(|_| Errno::EBADF)?;
    // SAFETY: the kernel has just made it for us, and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd as _;

    use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};

    use super::*;

    #[test]
    fn a_descriptor_names_its_process() {
        let child = crate::fork::fork(|| 3).unwrap();
        let descriptor = match open(child) {
            Ok(descriptor) => descriptor,
            Err(Errno::ENOSYS) => return,
            Err(error) => panic!("{error}"),
        };
        let status = waitid(Id::PIDFd(descriptor.as_fd()), WaitPidFlag::WEXITED);
        assert_eq!(status, Ok(WaitStatus::Exited(child, 3)));
    }
}
