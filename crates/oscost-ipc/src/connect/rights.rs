//! Passing a descriptor to the other process and getting one back.
//!
//! Each side looks whether what it got is the file in question, and closes it:
//! a descriptor of another file has another device or another inode.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use nix::errno::Errno;
use nix::sys::stat::fstat;
use oscost_harness::pingpong::Side;
use oscost_harness::{During as _, Failure};
use oscost_sys::{memory_file, rights};

/// Which file a descriptor is of: device and inode.
type File = (u64, u64);

/// The side that has the file.
#[derive(Debug)]
pub(crate) struct Owner {
    socket: UnixStream,
    original: OwnedFd,
    file: File,
}

/// The side that has it only while it has the turn.
#[derive(Debug)]
pub(crate) struct Guest {
    socket: UnixStream,
    received: Option<OwnedFd>,
    file: File,
}

/// Both sides, and a file in memory for them.
pub(crate) fn pair() -> Result<(Owner, Guest), Failure> {
    let (near, far) = UnixStream::pair().during("socketpair")?;
    let original = memory_file::data(c"oscost-passed").map_err(Failure::told)?;
    let file = file_of(&original)?;
    let owner = Owner {
        socket: near,
        original,
        file,
    };
    let guest = Guest {
        socket: far,
        received: None,
        file,
    };
    Ok((owner, guest))
}

#[inline]
fn file_of(descriptor: &OwnedFd) -> Result<File, Failure> {
    let stat = fstat(descriptor).during("fstat")?;
    Ok((stat.st_dev, stat.st_ino))
}

#[inline]
fn send(socket: &UnixStream, descriptor: &OwnedFd) -> Result<(), Failure> {
    loop {
        match rights::send(socket, descriptor) {
            Err(Errno::EINTR) => {}
            result => return result.during("sendmsg(SCM_RIGHTS)"),
        }
    }
}

/// The descriptor that comes, if it is of the right file. `None`: the other
/// side has gone.
#[inline]
fn receive(socket: &UnixStream, expected: File) -> Result<Option<OwnedFd>, Failure> {
    let received = loop {
        match rights::receive(socket) {
            Err(Errno::EINTR) => {}
            result => break result.during("recvmsg(SCM_RIGHTS)")?,
        }
    };
    if let Some(descriptor) = &received
        && file_of(descriptor)? != expected
    {
        return Err(Failure::Fail(
            "SCM_RIGHTS passed a descriptor of another file".into(),
        ));
    }
    Ok(received)
}

impl Side for Owner {
    #[inline]
    fn pass(&mut self) -> Result<(), Failure> {
        send(&self.socket, &self.original)
    }

    #[inline]
    fn await_turn(&mut self) -> Result<bool, Failure> {
        Ok(receive(&self.socket, self.file)?.is_some())
    }
}

impl Side for Guest {
    #[inline]
    fn pass(&mut self) -> Result<(), Failure> {
        match self.received.take() {
            Some(descriptor) => send(&self.socket, &descriptor),
            None => Err(Failure::Fail("there is no descriptor to pass".into())),
        }
    }

    #[inline]
    fn await_turn(&mut self) -> Result<bool, Failure> {
        self.received = receive(&self.socket, self.file)?;
        Ok(self.received.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_comes_and_goes() {
        let (mut owner, mut guest) = pair().unwrap();
        for _ in 0..3 {
            owner.pass().unwrap();
            assert!(guest.await_turn().unwrap());
            guest.pass().unwrap();
            assert!(owner.await_turn().unwrap());
        }
        drop(guest);
        assert!(!owner.await_turn().unwrap());
    }

    #[test]
    fn another_file_is_found_out() {
        let (owner, mut guest) = pair().unwrap();
        let other = memory_file::data(c"oscost-other").unwrap();
        send(&owner.socket, &other).unwrap();
        let failure = guest.await_turn().unwrap_err();
        assert!(failure.to_string().contains("another file"));
    }
}
