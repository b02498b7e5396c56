//! A pipe in shared memory: one party writes bytes into a ring, another reads
//! them out, each sleeping on a futex where it has to.
//!
//! The kernel is called only where a party sleeps. Neither end touches the
//! shared memory when it is dropped: copies of both exist in a forked child.
//! After a fork one process alone uses each end.
#![expect(unsafe_code, reason = "copies bytes into and out of shared memory")]

use std::sync::Arc;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::mman::MapFlags;

use crate::atomic::copy_nonoverlapping;
use crate::futex::Scope;
use crate::map::Mapping;
use crate::positions::Positions;

/// What both ends map. The bytes that are filled and not emptied belong to the
/// reader, the others to the writer.
#[derive(Debug)]
struct Ring {
    bytes: Mapping,
    positions: Positions,
}

// SAFETY: the mapping is reached only through the one writer and the one
// reader, each from the part that the positions leave to it. After a fork one
// process alone uses each end.
unsafe impl Sync for Ring {}

impl Ring {
    /// The piece of a ring at a position: where it begins, and how many of
    /// `length` bytes there are until the ring's end.
    #[inline]
    fn piece(&self, position: u32, length: usize) -> (*mut u8, usize) {
        let offset = position as usize & (self.bytes.len() - 1);
        let room = self.bytes.len() - offset;
        (self.bytes.start(offset).as_ptr().cast(), length.min(room))
    }
}

/// The end that bytes go in.
#[derive(Debug)]
pub struct Writer {
    ring: Arc<Ring>,
    written: u32,
    capacity: u32,
}

/// The end that bytes come out.
#[derive(Debug)]
pub struct Reader {
    ring: Arc<Ring>,
    taken: u32,
    capacity: u32,
}

/// Makes a ring for `capacity` bytes, a power of two of pages. After a fork one
/// process alone uses each end.
///
/// # Errors
/// `EINVAL` where the capacity is none, and what `mmap(2)` says.
pub fn pair(capacity: u32, scope: Scope) -> nix::Result<(Writer, Reader)> {
    if !capacity.is_power_of_two() || capacity > 1 << 30 {
        return Err(Errno::EINVAL);
    }
    let ring = Arc::new(Ring {
        bytes: Mapping::anonymous(capacity as usize, MapFlags::MAP_SHARED)?,
        positions: Positions::new(scope)?,
    });
    let writer = Writer {
        ring: Arc::clone(&ring),
        written: 0,
        capacity,
    };
    let reader = Reader {
        ring,
        taken: 0,
        capacity,
    };
    Ok((writer, reader))
}

impl Writer {
    /// Writes as many of the bytes as there is room for, at least one, and
    /// tells how many; sleeps until there is room. 0: there was none for as
    /// long as the patience lasts, or the reader's account is impossible.
    #[inline]
    pub fn write(&mut self, bytes: &[u8], patience: Duration) -> usize {
        let taken = self.ring.positions.emptied();
        let mut used = self.written.wrapping_sub(taken.read());
        if used >= self.capacity {
            let full = self.written.wrapping_sub(used);
            used = self.written.wrapping_sub(taken.sleep(full, Some(patience)));
        }
        let room = self.capacity.saturating_sub(used);
        let length = bytes.len().min(room as usize);
        let mut done = 0;
        while done < length {
            let position = self.written.wrapping_add(small(done));
            let (to, piece) = self.ring.piece(position, length - done);
            // SAFETY: `piece` bytes are inside both; the reader, of which one
            // process alone has the use, leaves alone what it has given back.
            unsafe { copy_nonoverlapping(bytes[done..].as_ptr(), to, piece) };
            done += piece;
        }
        self.written = self.written.wrapping_add(small(done));
        if done > 0 {
            self.ring.positions.filled().set(self.written);
        }
        done
    }

    /// Tells the reader that nothing more will come. What it has not read by
    /// then is lost.
    pub fn close(&mut self) {
        // Further ahead than a ring can hold.
        let end = self.written.wrapping_add(self.capacity + 1);
        self.ring.positions.filled().set(end);
    }
}

impl Reader {
    /// Reads as many bytes as there are, at least one, at most as many as fit,
    /// and tells how many; sleeps until there are any. 0: the writer has
    /// closed the ring.
    #[inline]
    pub fn read(&mut self, bytes: &mut [u8]) -> usize {
        let written = self.ring.positions.filled();
        let mut ready = written.read().wrapping_sub(self.taken);
        if ready == 0 {
            ready = written.sleep(self.taken, None).wrapping_sub(self.taken);
        }
        if ready > self.capacity {
            return 0;
        }
        let length = bytes.len().min(ready as usize);
        let mut done = 0;
        while done < length {
            let position = self.taken.wrapping_add(small(done));
            let (from, piece) = self.ring.piece(position, length - done);
            // SAFETY: `piece` bytes are inside both; the writer, of which one
            // process alone has the use, leaves alone what it has written.
            unsafe { copy_nonoverlapping(from, bytes[done..].as_mut_ptr(), piece) };
            done += piece;
        }
        self.taken = self.taken.wrapping_add(small(done));
        self.ring.positions.emptied().set(self.taken);
        done
    }
}

/// A length that a ring's capacity bounds.
#[inline]
fn small(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn every_byte_arrives_in_its_place() {
        let (mut writer, mut reader) = pair(4096, Scope::Private).unwrap();
        let sent: Vec<u8> = (0..50_000_u32)
            .map(|n| n.to_le_bytes()[n as usize % 2])
            .collect();
        let expected = sent.clone();
        let thread = std::thread::spawn(move || {
            let mut rest = &sent[..];
            while !rest.is_empty() {
                let length = rest.len().min(777);
                let done = writer.write(&rest[..length], LONG);
                rest = &rest[done..];
            }
            writer
        });
        let mut got = Vec::new();
        let mut piece = [0; 1000];
        while got.len() < expected.len() {
            let length = reader.read(&mut piece);
            got.extend_from_slice(&piece[..length]);
        }
        assert!(got == expected);
        thread.join().unwrap().close();
        assert_eq!(reader.read(&mut piece), 0);
    }

    #[test]
    fn a_full_ring_takes_nothing() {
        let (mut writer, _reader) = pair(4096, Scope::Shared).unwrap();
        let short = Duration::from_millis(1);
        assert_eq!(writer.write(&[1; 5000], short), 4096);
        assert_eq!(writer.write(&[1], short), 0);
    }

    #[test]
    fn odd_capacities_are_refused() {
        assert_eq!(pair(0, Scope::Private).err(), Some(Errno::EINVAL));
        assert_eq!(pair(5000, Scope::Private).err(), Some(Errno::EINVAL));
    }
}
