//! Passing a descriptor through a UNIX socket (`SCM_RIGHTS`, `unix(7)`).
#![expect(unsafe_code, reason = "owns descriptors that the kernel hands over")]

use std::io::IoSlice;
use std::os::fd::{AsFd, AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};

/// Sends a descriptor, with the one byte that a stream needs to carry it
/// (`sendmsg(2)`).
///
/// # Errors
/// What `sendmsg(2)` says.
pub fn send(socket: impl AsFd, descriptor: impl AsFd) -> nix::Result<()> {
    let rights = [descriptor.as_fd().as_raw_fd()];
    let message = [ControlMessage::ScmRights(&rights)];
    let socket = socket.as_fd().as_raw_fd();
    sendmsg::<()>(
        socket,
        &[IoSlice::new(&[1])],
        &message,
        MsgFlags::empty(),
        None,
    )
    .map(drop)
}

/// Receives a descriptor, closed by `exec` (`recvmsg(2)`). `None`: the other
/// side has gone. Where something else came, all that came is closed.
///
/// # Errors
/// What `recvmsg(2)` says; `EMFILE` also where the limit on descriptors left
/// no room for it, `EBADMSG` where something else came: none, or more than one.
pub fn receive(socket: impl AsFd) -> nix::Result<Option<OwnedFd>> {
    let mut byte = [0_u8];
    let mut data = libc::iovec {
        iov_base: byte.as_mut_ptr().cast(),
        iov_len: byte.len(),
    };
    let mut control = Control([0; ROOM]);
    // SAFETY: a structure of numbers and pointers, for which all zeros is a valid
    // value and means "none" (recvmsg(2)).
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = &raw mut data;
    message.msg_iovlen = 1;
    message.msg_control = control.0.as_mut_ptr().cast();
    message.msg_controllen = ROOM as _;
    let socket = socket.as_fd().as_raw_fd();
    // SAFETY: the message names a byte and a buffer that live longer than the call.
    let count = unsafe { libc::recvmsg(socket, &raw mut message, libc::MSG_CMSG_CLOEXEC) };
    let count = Errno::result(count)?;
    // Whatever is in there is open, also where more did not fit (MSG_CTRUNC), and
    // also where nobody has written a byte.
    let mut received = received(&message);
    if count == 0 {
        return Ok(None);
    }
    let cut = message.msg_flags & libc::MSG_CTRUNC != 0;
    match (received.pop(), received.is_empty()) {
        (Some(descriptor), true) if !cut => Ok(Some(descriptor)),
        // There was room for it.
        (None, _) if cut => Err(Errno::EMFILE),
        _ => Err(Errno::EBADMSG),
    }
}

/// What one descriptor takes. Where the sizes of the kernel's structures leave room
/// for another, that one comes as well.
// SAFETY: no more than arithmetic.
const ROOM: usize = unsafe { libc::CMSG_SPACE(RawFd::BITS / 8) } as usize;

/// Aligned as the headers in it.
#[repr(C, align(8))]
struct Control([u8; ROOM]);

/// The descriptors that came with a message, owned.
fn received(message: &libc::msghdr) -> Vec<OwnedFd> {
    let mut all = Vec::new();
    // SAFETY: the kernel has filled the buffer, and says in the message how far:
    // these macros find the headers that are whole.
    let mut header = unsafe { libc::CMSG_FIRSTHDR(message) };
    while !header.is_null() {
        // SAFETY: it is not null, and so a header in the buffer, which is aligned.
        let head = unsafe { *header };
        if (head.cmsg_level, head.cmsg_type) == (libc::SOL_SOCKET, libc::SCM_RIGHTS) {
            // SAFETY: no more than arithmetic.
            let (bare, first) = unsafe { (libc::CMSG_LEN(0), libc::CMSG_DATA(header)) };
            let count = head.cmsg_len.saturating_sub(bare as usize) / size_of::<RawFd>();
            for place in 0..count {
                // SAFETY: so many numbers follow the header. The kernel has just
                // opened these descriptors for this process, and nobody else knows
                // them.
                all.push(unsafe {
                    let number = first.cast::<RawFd>().add(place).read_unaligned();
                    OwnedFd::from_raw_fd(number)
                });
            }
        }
        // SAFETY: both are of the buffer.
        header = unsafe { libc::CMSG_NXTHDR(message, header) };
    }
    all
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::net::UnixStream;

    use nix::sys::stat::fstat;

    use super::*;

    #[test]
    fn the_same_file_arrives() {
        let (near, far) = UnixStream::pair().unwrap();
        let file = crate::memory_file::data(c"oscost-test").unwrap();
        send(&near, &file).unwrap();
        let received = receive(&far).unwrap().unwrap();
        assert_ne!(received.as_raw_fd(), file.as_raw_fd());
        assert_eq!(
            fstat(&received).unwrap().st_ino,
            fstat(&file).unwrap().st_ino
        );
    }

    /// What this process has open.
    fn open() -> usize {
        std::fs::read_dir("/proc/self/fd").unwrap().count()
    }

    #[test]
    fn of_too_many_none_stays_open() {
        // In a process of its own: other tests open files as well.
        let child = crate::fork::fork(|| {
            for count in [2, 3, 5, 100] {
                let (near, far) = UnixStream::pair().unwrap();
                let before = open();
                let rights = vec![near.as_raw_fd(); count];
                let message = [ControlMessage::ScmRights(&rights)];
                let byte = [IoSlice::new(&[1])];
                sendmsg::<()>(near.as_raw_fd(), &byte, &message, MsgFlags::empty(), None).unwrap();
                assert_eq!(receive(&far).err(), Some(Errno::EBADMSG), "{count}");
                // An emulator takes more for itself than it hands on.
                if std::env::var_os("OSCOST_PROBE_RUNNER").is_none() {
                    assert_eq!(open(), before, "{count}");
                }
                // The next one finds nothing of it.
                send(&near, &near).unwrap();
                assert!(receive(&far).unwrap().is_some(), "{count}");
            }
            0
        });
        let child = child.unwrap();
        let status = nix::sys::wait::waitpid(child, None).unwrap();
        assert_eq!(status, nix::sys::wait::WaitStatus::Exited(child, 0));
    }

    #[test]
    fn where_no_more_may_be_open_that_is_told() {
        use nix::sys::resource::{Resource, setrlimit};
        // In a process of its own: limits are not ours to change here.
        let child = crate::fork::fork(|| {
            let (near, far) = UnixStream::pair().unwrap();
            send(&near, &near).unwrap();
            setrlimit(Resource::RLIMIT_NOFILE, 0, 0).unwrap();
            assert_eq!(receive(&far).err(), Some(Errno::EMFILE));
            0
        });
        let child = child.unwrap();
        let status = nix::sys::wait::waitpid(child, None).unwrap();
        assert_eq!(status, nix::sys::wait::WaitStatus::Exited(child, 0));
    }

    #[test]
    fn anything_else_is_refused_and_an_end_is_seen() {
        let (mut near, far) = UnixStream::pair().unwrap();
        near.write_all(&[7]).unwrap();
        assert_eq!(receive(&far).err(), Some(Errno::EBADMSG));
        drop(near);
        assert!(receive(&far).unwrap().is_none());
    }
}
