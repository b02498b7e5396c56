//! Streams that are two descriptors, to write to and to read from: pipes and
//! sockets.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use nix::fcntl::{FcntlArg, fcntl};
use nix::unistd::{pipe, read, write};
use oscost_harness::{During as _, Failure};

use super::flow::{Receiver, Sender};

/// A descriptor to write to.
#[derive(Debug)]
pub(crate) struct Writing(OwnedFd);

/// A descriptor to read from.
#[derive(Debug)]
pub(crate) struct Reading(pub(crate) OwnedFd);

impl Sender for Writing {
    const CALL: &'static str = "write";

    #[inline]
    fn send(&mut self, bytes: &[u8]) -> nix::Result<usize> {
        write(&self.0, bytes)
    }
}

impl Receiver for Reading {
    const CALL: &'static str = "read";

    #[inline]
    fn receive(&mut self, bytes: &mut [u8]) -> nix::Result<usize> {
        read(&self.0, bytes)
    }
}

/// A pipe as the kernel makes it (`pipe(2)`).
pub(crate) fn pipe_as_it_is() -> Result<(Writing, Reading), Failure> {
    let (from, to) = pipe().during("pipe")?;
    Ok((Writing(to), Reading(from)))
}

/// What the enlarged pipe holds: the default of `fs.pipe-max-size`, beyond
/// which a user without privilege may not go.
const LARGE_PIPE: i32 = 1 << 20;

/// A pipe that holds as much as a user may ask for (`F_SETPIPE_SZ`,
/// `fcntl(2)`).
pub(crate) fn enlarged_pipe() -> Result<(Writing, Reading), Failure> {
    let (from, to) = pipe().during("pipe")?;
    fcntl(&to, FcntlArg::F_SETPIPE_SZ(LARGE_PIPE))
        .during("fcntl(F_SETPIPE_SZ, 1048576)")
        .map_err(|failure| {
            failure.with_remedy("See /proc/sys/fs/pipe-max-size and pipe-user-pages-soft")
        })?;
    Ok((Writing(to), Reading(from)))
}

/// A pair of UNIX stream sockets without a name (`socketpair(2)`).
pub(crate) fn unix() -> Result<(Writing, Reading), Failure> {
    let (near, far) = UnixStream::pair().during("socketpair")?;
    Ok((Writing(near.into()), Reading(far.into())))
}

/// A TCP connection over the loopback device, with `TCP_NODELAY`.
pub(crate) fn tcp() -> Result<(Writing, Reading), Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).during("bind(127.0.0.1)")?;
    let address = listener.local_addr().during("getsockname")?;
    let near = TcpStream::connect(address).during("connect(127.0.0.1)")?;
    near.set_nodelay(true).during("setsockopt(TCP_NODELAY)")?;
    let here = near.local_addr().during("getsockname")?;
    loop {
        let (far, peer) = listener.accept().during("accept")?;
        // A stranger may have been quicker.
        if peer == here {
            return Ok((Writing(near.into()), Reading(far.into())));
        }
    }
}
