//! Messages that stay where they are written, and are read from there by
//! `process_vm_readv(2)`: one copy, by the kernel, out of the other's memory.
//!
//! Whose turn it is the parties tell each other by a futex.

use std::io::IoSliceMut;

use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;
use oscost_harness::{Failure, Need, Row};
use oscost_record::Peers;
use oscost_sys::ptracer;

use crate::shared_memory::Turn;
use crate::talk::{Received, Task, Way, call, messages};

pub(crate) const ROWS: &[Row] = messages! {
    ProcessVm: "process-vm-readv", "process_vm_readv",
        "that it copies out of the sender's memory by process_vm_readv, woken by a futex,"
        { needs: |_| vec![Need::Native("process_vm_readv is not emulated")] };
};

/// One party's end.
#[derive(Debug)]
pub(crate) struct ProcessVm {
    turn: Turn,
    mine: Box<[u8]>,
    copy: Box<[u8]>,
    theirs: RemoteIoVec,
    other: Pid,
}

impl Way for ProcessVm {
    fn pair(size: usize, peers: Peers) -> Result<(Self, Self), Failure> {
        let (near_turn, far_turn) = Turn::pair(0, peers)?;
        let buffer = || vec![0; size].into_boxed_slice();
        let (near, far) = (buffer(), buffer());
        // A forked child has its copy at the same address.
        let place = |buffer: &[u8]| RemoteIoVec {
            base: buffer.as_ptr().addr(),
            len: buffer.len(),
        };
        let (near_place, far_place) = (place(&near), place(&far));
        let end = |turn, mine, theirs| Self {
            turn,
            mine,
            copy: buffer(),
            theirs,
            other: Pid::this(),
        };
        Ok((
            end(near_turn, near, far_place),
            end(far_turn, far, near_place),
        ))
    }

    fn meet(&mut self, other: Task) -> Result<(), Failure> {
        self.other = other.process;
        // Where a security module lets only ancestors look; without one there
        // is nothing to allow.
        let _ = ptracer::allow_any();
        Ok(())
    }

    #[inline]
    fn send(&mut self, write: impl FnOnce(&mut [u8])) -> Result<(), Failure> {
        write(&mut self.mine);
        self.turn.send(|_| ())
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>, Failure> {
        if self.turn.receive(|_| ())? == Received::Gone {
            return Ok(Received::Gone);
        }
        let length = call("process_vm_readv", || {
            let mut copy = [IoSliceMut::new(&mut self.copy)];
            process_vm_readv(self.other, &mut copy, &[self.theirs])
        })
        .map_err(|failure| {
            failure.with_remedy(
                "It needs the permission to trace the process: kernel.yama.ptrace_scope of 0 or 1, and no sandbox that forbids it",
            )
        })?;
        Ok(Received::Message(read(&self.copy[..length])))
    }
}
