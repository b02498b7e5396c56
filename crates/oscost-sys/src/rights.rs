//! Passing a descriptor through a UNIX socket (`SCM_RIGHTS`, `unix(7)`).
#![expect(unsafe_code, reason = "owns descriptors that the kernel hands over")]

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};

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
/// side has gone.
///
/// # Errors
/// What `recvmsg(2)` says; `EMFILE` also where the limit on descriptors left
/// no room for it, `EBADMSG` where something else came.
pub fn receive(socket: impl AsFd) -> nix::Result<Option<OwnedFd>> {
    let mut byte = [0];
    let mut data = [IoSliceMut::new(&mut byte)];
    let mut space = nix::cmsg_space!(RawFd);
    let socket = socket.as_fd().as_raw_fd();
    let flags = MsgFlags::MSG_CMSG_CLOEXEC;
    let message = recvmsg::<()>(socket, &mut data, Some(&mut space), flags)?;
    if message.bytes == 0 {
        return Ok(None);
    }
    let cut = message.flags.contains(MsgFlags::MSG_CTRUNC);
    let mut received = Vec::new();
    if let Ok(parts) = message.cmsgs() {
        for part in parts {
            if let ControlMessageOwned::ScmRights(rights) = part {
                // SAFETY: the kernel has just opened them for this process,
                // and nobody else knows them.
                let owned = |raw| unsafe { OwnedFd::from_raw_fd(raw) };
                received.extend(rights.into_iter().map(owned));
            }
        }
    }
    match (received.pop(), received.is_empty()) {
        (Some(descriptor), true) => Ok(Some(descriptor)),
        (None, _) if cut => Err(Errno::EMFILE),
        _ => Err(Errno::EBADMSG),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::net::UnixStream;

    use nix::sys::memfd::{MFdFlags, memfd_create};
    use nix::sys::stat::fstat;

    use super::*;

    #[test]
    fn the_same_file_arrives() {
        let (near, far) = UnixStream::pair().unwrap();
        let file = memfd_create(c"oscost-test", MFdFlags::MFD_CLOEXEC).unwrap();
        send(&near, &file).unwrap();
        let received = receive(&far).unwrap().unwrap();
        assert_ne!(received.as_raw_fd(), file.as_raw_fd());
        assert_eq!(
            fstat(&received).unwrap().st_ino,
            fstat(&file).unwrap().st_ino
        );
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
