//! Streams without a descriptor: a ring of bytes that both sides map, and
//! memory of the sender that the receiver reads where it lies.

use std::io::IoSliceMut;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use nix::errno::Errno;
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::{Pid, getpid};
use oscost_harness::{During as _, Failure, Setting};
use oscost_record::Peers;
use oscost_sys::byte_ring;
use oscost_sys::futex::Scope;
use oscost_sys::map::SharedPage;
use oscost_sys::positions::Positions;

use super::flow::{PATIENCE, Receiver, Sender, chunk_length, scope};

/// What the ring holds: as much as a pipe does by default.
const RING: u32 = 64 << 10;

/// A ring in shared memory, with a futex to sleep on.
pub(crate) fn ring(peers: Peers) -> Result<(byte_ring::Writer, byte_ring::Reader), Failure> {
    byte_ring::pair(RING, scope(peers)).during("mmap(MAP_SHARED)")
}

impl Sender for byte_ring::Writer {
    const CALL: &'static str = "the ring's writer";

    #[inline]
    fn send(&mut self, bytes: &[u8]) -> nix::Result<usize> {
        Ok(self.write(bytes, PATIENCE))
    }

    fn close(&mut self) {
        byte_ring::Writer::close(self);
    }
}

impl Receiver for byte_ring::Reader {
    const CALL: &'static str = "the ring's reader";

    #[inline]
    fn receive(&mut self, bytes: &mut [u8]) -> nix::Result<usize> {
        Ok(self.read(bytes))
    }
}

/// The most chunks that lie ready at once.
const MOST: u32 = 16;

/// What sender and receiver know of each other's progress.
#[derive(Debug)]
struct Counter {
    /// How many chunks were offered, and how many were fetched.
    positions: Positions,
    /// Where each of those that lie ready is.
    places: SharedPage,
    /// Chunks that may lie ready at once.
    depth: u32,
}

/// Offers its chunks where they lie.
#[derive(Debug)]
pub(crate) struct Offering {
    counter: Arc<Counter>,
    offered: u32,
}

/// Fetches them out of the other process's memory (`process_vm_readv(2)`).
#[derive(Debug)]
pub(crate) struct Fetching {
    counter: Arc<Counter>,
    fetched: u32,
    process: Pid,
}

/// A sender that offers, and a receiver in another process that fetches.
pub(crate) fn fetched(setting: &Setting) -> Result<(Offering, Fetching), Failure> {
    // Where the kernel has no such restriction, it says EINVAL.
    let _ = oscost_sys::ptracer::allow_any();
    let length = chunk_length(setting)?;
    let depth = u32::try_from(RING as usize / length).unwrap_or(MOST);
    let counter = Arc::new(Counter {
        positions: Positions::new(Scope::Shared).during("mmap(MAP_SHARED)")?,
        places: SharedPage::with_slots(MOST as usize).during("mmap(MAP_SHARED)")?,
        depth: depth.clamp(2, MOST),
    });
    let sender = Offering {
        counter: Arc::clone(&counter),
        offered: 0,
    };
    let receiver = Fetching {
        counter,
        fetched: 0,
        process: getpid(),
    };
    Ok((sender, receiver))
}

impl Sender for Offering {
    const CALL: &'static str = "offering";

    #[inline]
    fn send(&mut self, bytes: &[u8]) -> nix::Result<usize> {
        let Counter {
            positions,
            places,
            depth,
        } = &*self.counter;
        let fetched = positions.emptied();
        let full = self.offered.wrapping_sub(*depth);
        if fetched.read() == full && fetched.sleep(full, Some(PATIENCE)) == full {
            return Ok(0);
        }
        let place = places.slot((self.offered % depth) as usize);
        place.long.store(bytes.as_ptr().addr() as u64, Relaxed);
        place
            .word
            .store(u32::try_from(bytes.len()).unwrap_or_default(), Release);
        self.offered = self.offered.wrapping_add(1);
        positions.filled().set(self.offered);
        Ok(bytes.len())
    }

    fn keeps(&self, _: usize) -> usize {
        self.counter.depth as usize
    }

    fn close(&mut self) {
        // More than can lie ready.
        let end = self.offered.wrapping_add(self.counter.depth + 1);
        self.counter.positions.filled().set(end);
    }
}

impl Receiver for Fetching {
    const CALL: &'static str = "process_vm_readv";

    #[inline]
    fn receive(&mut self, bytes: &mut [u8]) -> nix::Result<usize> {
        let Counter {
            positions,
            places,
            depth,
        } = &*self.counter;
        let offered = positions.filled();
        let mut now = offered.read();
        if now == self.fetched {
            now = offered.sleep(now, None);
        }
        if now.wrapping_sub(self.fetched) > *depth {
            return Ok(0);
        }
        let place = places.slot((self.fetched % depth) as usize);
        let remote = RemoteIoVec {
            len: place.word.load(Acquire) as usize,
            base: usize::try_from(place.long.load(Relaxed)).map_err(|_| Errno::EFAULT)?,
        };
        // A piece may be fetched short only where it is not all there.
        let mut local = [IoSliceMut::new(bytes)];
        match process_vm_readv(self.process, &mut local, &[remote])? {
            length if length == remote.len => {
                self.fetched = self.fetched.wrapping_add(1);
                positions.emptied().set(self.fetched);
                Ok(length)
            }
            _ => Err(Errno::EFAULT),
        }
    }
}
