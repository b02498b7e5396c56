//! Streams through a pipe that holds the sender's own pages: nothing is copied
//! until the receiver reads.
//!
//! A page in a pipe is the sender's memory: it must not be written to before
//! the receiver has read it. So the sender takes its chunks in turn from as
//! many as the pipe can hold, and one more.

use std::io::IoSlice;
use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, SpliceFFlags, fcntl, splice, vmsplice};
use nix::unistd::pipe;
use oscost_harness::{During as _, Failure};
use oscost_sys::map::page_size;

use super::descriptor::Reading;
use super::flow::Sender;

/// The sender's pages go into the pipe that the receiver reads (`vmsplice(2)`).
#[derive(Debug)]
pub(crate) struct Vmsplice {
    pipe: OwnedFd,
    room: usize,
}

/// The sender's pages go into a pipe of its own (`vmsplice(2)`), and from there
/// into the one that the receiver reads (`splice(2)`).
#[derive(Debug)]
pub(crate) struct Splice {
    own_in: OwnedFd,
    own_out: OwnedFd,
    own_room: usize,
    pipe: OwnedFd,
    room: usize,
}

/// A sender that vmsplices, and the end to read from.
pub(crate) fn vmspliced() -> Result<(Vmsplice, Reading), Failure> {
    let (from, pipe) = pipe().during("pipe")?;
    let room = pages(&pipe)?;
    Ok((Vmsplice { pipe, room }, Reading(from)))
}

/// A sender that vmsplices and splices, and the end to read from.
pub(crate) fn spliced() -> Result<(Splice, Reading), Failure> {
    let (own_out, own_in) = pipe().during("pipe")?;
    let (from, pipe) = pipe().during("pipe")?;
    let sender = Splice {
        own_room: pages(&own_in)?,
        own_in,
        own_out,
        room: pages(&pipe)?,
        pipe,
    };
    Ok((sender, Reading(from)))
}

/// The pages, or pieces of pages, that a pipe holds (`F_GETPIPE_SZ`).
fn pages(pipe: &OwnedFd) -> Result<usize, Failure> {
    let bytes = fcntl(pipe, FcntlArg::F_GETPIPE_SZ).during("fcntl(F_GETPIPE_SZ)")?;
    Ok(usize::try_from(bytes).unwrap_or_default() / page_size())
}

/// How many chunks fill a pipe that holds `room` pages.
fn chunks_in(room: usize, length: usize) -> usize {
    room.div_ceil(length.div_ceil(page_size()))
}

impl Sender for Vmsplice {
    const CALL: &'static str = "vmsplice";

    #[inline]
    fn send(&mut self, bytes: &[u8]) -> nix::Result<usize> {
        vmsplice(&self.pipe, &[IoSlice::new(bytes)], SpliceFFlags::empty())
    }

    fn keeps(&self, length: usize) -> usize {
        chunks_in(self.room, length)
    }
}

impl Sender for Splice {
    const CALL: &'static str = "splice";

    #[inline]
    fn send(&mut self, bytes: &[u8]) -> nix::Result<usize> {
        // Not more than the own pipe holds: nobody else empties it.
        let part = bytes.len().min(self.own_room * page_size());
        let flags = SpliceFFlags::empty();
        let taken = vmsplice(&self.own_in, &[IoSlice::new(&bytes[..part])], flags)?;
        let mut left = taken;
        while left > 0 {
            match splice(&self.own_out, None, &self.pipe, None, left, flags) {
                Ok(0) => return Err(Errno::EPIPE),
                Ok(moved) => left -= moved,
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(taken)
    }

    fn keeps(&self, length: usize) -> usize {
        chunks_in(self.room, length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_is_filled_by_so_many_chunks() {
        let page = page_size();
        assert_eq!(chunks_in(16, 64), 16);
        assert_eq!(chunks_in(16, page), 16);
        assert_eq!(chunks_in(16, 3 * page), 6);
        assert_eq!(chunks_in(16, 256 * page), 1);
    }
}
