//! A ring of places in shared memory, filled by one task and emptied by
//! another, without a lock.
//!
//! A reference into the memory is sound because a place belongs to one end at
//! a time: to the filling one until it counts the place as filled, to the
//! emptying one from then until it counts it as empty. A fork makes copies of
//! both ends: after it, one process alone uses each.
#![expect(unsafe_code, reason = "references into shared memory")]

use std::sync::Arc;

use nix::errno::Errno;

use crate::futex::Scope;
use crate::meter::Meter;
use crate::positions::Positions;
use crate::shared_memory::SharedMemory;

/// The end that fills. After a fork one process alone uses each end.
#[derive(Debug)]
pub struct Producer(End);

/// The end that empties.
#[derive(Debug)]
pub struct Consumer(End);

/// What both ends map.
#[derive(Debug)]
struct Ring {
    memory: SharedMemory,
    positions: Positions,
    places: u32,
    size: usize,
}

#[derive(Debug)]
struct End {
    ring: Arc<Ring>,
    side: Side,
    /// How far this end is, and how far it has seen the other.
    done: u32,
    seen: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Fills,
    Empties,
}

const LINE: usize = 64;

/// What a place takes: whole lines, so that neighbours share none.
const fn stride(size: usize) -> usize {
    size.next_multiple_of(LINE)
}

/// Both ends of a ring of `places` places, a power of two, of `size` bytes.
/// After a fork one process alone uses each end.
///
/// # Errors
/// `EINVAL` where the number of places is none, `ENOMEM` where no memory could
/// be so large, and what `mmap(2)` says.
pub fn pair(places: u32, size: usize, scope: Scope) -> nix::Result<(Producer, Consumer)> {
    // Positions wrap around.
    if !places.is_power_of_two() {
        return Err(Errno::EINVAL);
    }
    let stride = size.checked_next_multiple_of(LINE);
    let bytes = stride.and_then(|stride| stride.checked_mul(places as usize));
    let ring = Arc::new(Ring {
        memory: SharedMemory::anonymous(bytes.ok_or(Errno::ENOMEM)?)?,
        positions: Positions::new(scope)?,
        places,
        size,
    });
    let end = |side| End {
        ring: Arc::clone(&ring),
        side,
        done: 0,
        seen: 0,
    };
    Ok((Producer(end(Side::Fills)), Consumer(end(Side::Empties))))
}

impl Producer {
    /// Fills the next place. `None` where all are full.
    #[inline]
    pub fn fill<R>(&mut self, fill: impl FnOnce(&mut [u8]) -> R) -> Option<R> {
        let end = &mut self.0;
        if end.done.wrapping_sub(end.seen) == end.ring.places {
            end.look();
            if end.done.wrapping_sub(end.seen) == end.ring.places {
                return None;
            }
        }
        // SAFETY: inside the memory, which `end` holds. It is not full, so the
        // consumer makes no reference to it until `count`; after a fork one
        // process alone uses each end.
        let place = unsafe { std::slice::from_raw_parts_mut(end.place(), end.ring.size) };
        let result = fill(place);
        end.count();
        Some(result)
    }

    /// Sleeps until a place may have become empty.
    ///
    /// # Errors
    /// `EINTR` where a signal came.
    pub fn sleep(&self) -> nix::Result<()> {
        self.0.theirs().doze(self.0.seen, None)
    }

    /// Wakes the consumer, if it sleeps.
    #[inline]
    pub fn wake(&self) {
        self.0.mine().wake(self.0.done);
    }
}

impl Consumer {
    /// Whether there is no full place.
    #[inline]
    pub fn is_empty(&mut self) -> bool {
        let end = &mut self.0;
        if end.done == end.seen {
            end.look();
        }
        end.done == end.seen
    }

    /// Empties the next full place. `None` where there is none.
    #[inline]
    pub fn empty<R>(&mut self, empty: impl FnOnce(&[u8]) -> R) -> Option<R> {
        if self.is_empty() {
            return None;
        }
        let end = &mut self.0;
        // SAFETY: inside the memory, which `end` holds. It is full, so the
        // producer makes no reference to it until `count`; after a fork one
        // process alone uses each end.
        let place = unsafe { std::slice::from_raw_parts(end.place(), end.ring.size) };
        let result = empty(place);
        end.count();
        Some(result)
    }

    /// Sleeps until a place may have become full.
    ///
    /// # Errors
    /// `EINTR` where a signal came.
    pub fn sleep(&self) -> nix::Result<()> {
        self.0.theirs().doze(self.0.seen, None)
    }

    /// Wakes the producer, if it sleeps.
    #[inline]
    pub fn wake(&self) {
        self.0.mine().wake(self.0.done);
    }
}

impl End {
    #[inline]
    fn mine(&self) -> Meter<'_> {
        match self.side {
            Side::Fills => self.ring.positions.filled(),
            Side::Empties => self.ring.positions.emptied(),
        }
    }

    #[inline]
    fn theirs(&self) -> Meter<'_> {
        match self.side {
            Side::Fills => self.ring.positions.emptied(),
            Side::Empties => self.ring.positions.filled(),
        }
    }

    /// Where this end's next place begins.
    #[inline]
    fn place(&self) -> *mut u8 {
        let Ring {
            memory,
            places,
            size,
            ..
        } = &*self.ring;
        let number = (self.done % places) as usize;
        memory.at(number * stride(*size), *size)
    }

    /// How far is the other end now?
    #[inline]
    fn look(&mut self) {
        self.seen = self.theirs().read();
    }

    /// This end is done with its place.
    #[inline]
    fn count(&mut self) {
        self.done = self.done.wrapping_add(1);
        self.mine().store(self.done);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(places: u32, size: usize) -> (Producer, Consumer) {
        pair(places, size, Scope::Private).unwrap()
    }

    #[test]
    fn it_takes_as_much_as_it_has_places_in_order() {
        let (mut producer, mut consumer) = ring(4, 8);
        for lap in 0..3_u8 {
            for number in 0..4 {
                let filled = producer.fill(|place| place.fill(lap * 4 + number));
                assert_eq!(filled, Some(()));
            }
            assert_eq!(producer.fill(|_| ()), None);
            for number in 0..4 {
                let found = consumer.empty(<[u8]>::to_vec);
                assert_eq!(found, Some(vec![lap * 4 + number; 8]));
            }
            assert_eq!(consumer.empty(|_| ()), None);
        }
    }

    #[test]
    fn places_that_do_not_wrap_around_are_refused() {
        assert_eq!(pair(3, 8, Scope::Private).err(), Some(Errno::EINVAL));
        assert_eq!(pair(0, 8, Scope::Private).err(), Some(Errno::EINVAL));
    }

    #[test]
    fn a_ring_without_a_number_for_its_bytes_is_refused() {
        // Times 4, that would be 0; rounded up to whole lines, too.
        for size in [1 << 62, usize::MAX] {
            let ring = pair(4, size, Scope::Private);
            assert_eq!(ring.err(), Some(Errno::ENOMEM));
        }
    }

    #[test]
    fn nothing_is_lost_between_two_that_sleep() {
        let (mut producer, mut consumer) = ring(2, 100);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for number in 0..20_000_u32 {
                    let byte = number.to_le_bytes()[0];
                    while producer.fill(|place| place.fill(byte)).is_none() {
                        producer.sleep().unwrap();
                    }
                    producer.wake();
                }
            });
            for number in 0..20_000_u32 {
                let expected = number.to_le_bytes()[0];
                let is_right = loop {
                    match consumer.empty(|place| place.iter().all(|&byte| byte == expected)) {
                        Some(is_right) => break is_right,
                        None => consumer.sleep().unwrap(),
                    }
                };
                assert!(is_right, "place {number}");
                consumer.wake();
            }
        });
    }
}
