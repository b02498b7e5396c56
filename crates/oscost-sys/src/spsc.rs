//! A ring of places in shared memory, filled by one task and emptied by
//! another, without a lock.
//!
//! A reference into the memory is sound because a place belongs to one end at
//! a time: to the filling one until it counts the place as filled, to the
//! emptying one from then until it counts it as empty.
#![expect(unsafe_code, reason = "references into shared memory")]

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, SeqCst};

use nix::errno::Errno;

use crate::futex::{self, Scope};
use crate::shared_memory::SharedMemory;

/// The end that fills. After a fork each process is to keep one end and drop
/// the other.
#[derive(Debug)]
pub struct Producer(End);

/// The end that empties.
#[derive(Debug)]
pub struct Consumer(End);

#[derive(Debug)]
struct End {
    memory: Arc<SharedMemory>,
    scope: Scope,
    places: u32,
    size: usize,
    /// Where this end counts, and the other.
    mine: usize,
    theirs: usize,
    /// How far this end is, and how far it has seen the other.
    done: u32,
    seen: u32,
}

/// Lines of cache, or pairs of them: the counter of each end, and whether it
/// sleeps.
const LINE: usize = 128;
const FILLED: usize = 0;
const EMPTIED: usize = 2;
const SLEEPS: usize = 1;
const HEADER: usize = 4 * LINE;

/// What a place takes: whole lines, so that neighbours share none.
const fn stride(size: usize) -> usize {
    size.next_multiple_of(64)
}

/// The bytes of memory that a ring takes.
#[must_use]
pub const fn bytes(places: u32, size: usize) -> usize {
    HEADER + places as usize * stride(size)
}

/// Both ends of a ring of `places` places of `size` bytes in new memory.
///
/// # Panics
/// Where the number of places is no power of two, or the memory is smaller
/// than [`bytes`].
#[must_use]
pub fn pair(memory: SharedMemory, places: u32, size: usize, scope: Scope) -> (Producer, Consumer) {
    assert!(places.is_power_of_two(), "counters wrap around");
    memory.at(0, bytes(places, size));
    let memory = Arc::new(memory);
    let end = |mine, theirs| End {
        memory: Arc::clone(&memory),
        scope,
        places,
        size,
        mine,
        theirs,
        done: 0,
        seen: 0,
    };
    (
        Producer(end(FILLED, EMPTIED)),
        Consumer(end(EMPTIED, FILLED)),
    )
}

impl Producer {
    /// Fills the next place. `None` where all are full.
    #[inline]
    pub fn fill<R>(&mut self, fill: impl FnOnce(&mut [u8]) -> R) -> Option<R> {
        let end = &mut self.0;
        if end.done.wrapping_sub(end.seen) == end.places {
            end.look();
            if end.done.wrapping_sub(end.seen) == end.places {
                return None;
            }
        }
        // SAFETY: the place is inside the memory, which `end` holds. It is not
        // full, so the consumer makes no reference to it until `count`.
        let place = unsafe { std::slice::from_raw_parts_mut(end.place(), end.size) };
        let result = fill(place);
        end.count();
        Some(result)
    }

    /// Sleeps until a place may have become empty.
    ///
    /// # Errors
    /// `EINTR` where a signal came.
    pub fn sleep(&self) -> nix::Result<()> {
        self.0.sleep()
    }

    /// Wakes the consumer, if it sleeps.
    ///
    /// # Errors
    /// What `futex(2)` says.
    #[inline]
    pub fn wake(&self) -> nix::Result<()> {
        self.0.wake()
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
        // SAFETY: the place is inside the memory, which `end` holds. It is
        // full, so the producer makes no reference to it until `count`.
        let place = unsafe { std::slice::from_raw_parts(end.place(), end.size) };
        let result = empty(place);
        end.count();
        Some(result)
    }

    /// Sleeps until a place may have become full.
    ///
    /// # Errors
    /// `EINTR` where a signal came.
    pub fn sleep(&self) -> nix::Result<()> {
        self.0.sleep()
    }

    /// Wakes the producer, if it sleeps.
    ///
    /// # Errors
    /// What `futex(2)` says.
    #[inline]
    pub fn wake(&self) -> nix::Result<()> {
        self.0.wake()
    }
}

impl End {
    #[inline]
    fn word(&self, line: usize) -> &AtomicU32 {
        let word = self.memory.at(line * LINE, size_of::<AtomicU32>());
        // SAFETY: the mapping is page-aligned, zeroed at first (a valid value)
        // and alive as long as `self`; nothing but atomics is reached here.
        unsafe { &*word.cast::<AtomicU32>() }
    }

    /// Where this end's next place begins.
    #[inline]
    fn place(&self) -> *mut u8 {
        let number = (self.done % self.places) as usize;
        self.memory
            .at(HEADER + number * stride(self.size), self.size)
    }

    /// How far is the other end now?
    #[inline]
    fn look(&mut self) {
        self.seen = self.word(self.theirs).load(Acquire);
    }

    /// This end is done with its place.
    #[inline]
    fn count(&mut self) {
        self.done = self.done.wrapping_add(1);
        // Before the look at whether the other end sleeps, in one order that
        // both ends see.
        self.word(self.mine).store(self.done, SeqCst);
    }

    fn sleep(&self) -> nix::Result<()> {
        let theirs = self.word(self.theirs);
        let sleeps = self.word(self.mine + SLEEPS);
        sleeps.store(1, SeqCst);
        let slept = if theirs.load(SeqCst) == self.seen {
            futex::wait(theirs, self.seen, self.scope)
        } else {
            Ok(())
        };
        sleeps.store(0, Relaxed);
        match slept {
            Err(Errno::EAGAIN) => Ok(()),
            other => other,
        }
    }

    #[inline]
    fn wake(&self) -> nix::Result<()> {
        if self.word(self.theirs + SLEEPS).load(SeqCst) == 0 {
            return Ok(());
        }
        futex::wake(self.word(self.mine), 1, self.scope).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(places: u32, size: usize) -> (Producer, Consumer) {
        let memory = SharedMemory::anonymous(bytes(places, size)).unwrap();
        pair(memory, places, size, Scope::Private)
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
    fn nothing_is_lost_between_two_that_sleep() {
        let (mut producer, mut consumer) = ring(2, 100);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for number in 0..20_000_u32 {
                    let byte = number.to_le_bytes()[0];
                    while producer.fill(|place| place.fill(byte)).is_none() {
                        producer.sleep().unwrap();
                    }
                    producer.wake().unwrap();
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
                consumer.wake().unwrap();
            }
        });
    }
}
