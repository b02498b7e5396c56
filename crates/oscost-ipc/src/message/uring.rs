//! Messages by way of `io_uring(7)`: bytes through a pipe, and a number from
//! ring to ring.

use std::os::fd::{AsFd as _, OwnedFd};

use oscost_harness::{During as _, Failure, Need, Row, Setting};
use oscost_record::Peers;
use oscost_sys::uring::Ring;

use super::bytes::{Ends, Kind as _};
use super::pipe::Pipe;
use crate::talk::{ONE_NUMBER, Received, Way, call, messages};

pub(crate) const ROWS: &[Row] = messages! {
    UringPipe: "uring-pipe", "pipe, by io_uring",
        "through a pipe that is written and read by an io_uring"
        { control: Some("control/uring-pipe"), needs: native };
    RingToRing: "uring-msg-ring", "io_uring, msg_ring",
        "as a number that one io_uring sends to the other"
        { axes: ONE_NUMBER, control: Some("control/uring-msg-ring"), needs: native };
};

pub(crate) fn native(_: &Setting) -> Vec<Need> {
    vec![Need::Native("io_uring is not emulated")]
}

fn ring(size: usize) -> Result<Ring, Failure> {
    Ring::new(size).during("io_uring_setup").map_err(|failure| {
        failure.with_remedy(
            "ENOSYS: needs Linux 5.1; EPERM: kernel.io_uring_disabled, or a sandbox forbids it",
        )
    })
}

/// One party's end of two pipes.
#[derive(Debug)]
pub(crate) struct UringPipe {
    ring: Ring,
    ends: Ends,
    size: usize,
}

impl Way for UringPipe {
    fn pair(size: usize, _: Peers) -> Result<(Self, Self), Failure> {
        let (near, far) = Pipe::open()?;
        let end = |ends| -> Result<Self, Failure> {
            let ring = ring(size)?;
            Ok(Self { ring, ends, size })
        };
        Ok((end(near)?, end(far)?))
    }

    #[inline]
    fn send(&mut self, write: impl FnOnce(&mut [u8])) -> Result<(), Failure> {
        write(self.ring.buffer());
        let mut done = 0;
        while done < self.size {
            let written = self.ring.write(self.ends.to.as_fd(), done);
            match written.during("io_uring write(pipe)")? {
                0 => return Err(Failure::Fail("io_uring write(pipe) wrote nothing".into())),
                more => done += more,
            }
        }
        Ok(())
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>, Failure> {
        let mut done = 0;
        while done < self.size {
            let got = self.ring.read(self.ends.from.as_fd(), done);
            match got.during("io_uring read(pipe)")? {
                0 => return Ok(Received::Gone),
                more => done += more,
            }
        }
        Ok(Received::Message(read(self.ring.buffer())))
    }
}

/// One party's end of two rings.
#[derive(Debug)]
pub(crate) struct RingToRing {
    mine: Ring,
    theirs: OwnedFd,
}

impl Way for RingToRing {
    fn pair(_: usize, _: Peers) -> Result<(Self, Self), Failure> {
        let (near, far) = (ring(0)?, ring(0)?);
        if !near.can_send().during("io_uring_register")? {
            return Err(Failure::Skip(
                "this kernel's io_uring passes no messages from ring to ring: needs Linux 5.18"
                    .into(),
            ));
        }
        let (to_near, to_far) = (near.address(), far.address());
        let near = Self {
            mine: near,
            theirs: to_far.during("dup")?,
        };
        let far = Self {
            mine: far,
            theirs: to_near.during("dup")?,
        };
        Ok((near, far))
    }

    #[inline]
    fn send(&mut self, write: impl FnOnce(&mut [u8])) -> Result<(), Failure> {
        let mut number = [0; 8];
        write(&mut number);
        let sent = self
            .mine
            .send(self.theirs.as_fd(), u64::from_le_bytes(number));
        sent.during("io_uring msg_ring")
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>, Failure> {
        let number = call("io_uring_enter", || self.mine.receive())?;
        Ok(Received::Message(read(&number.to_le_bytes())))
    }
}
