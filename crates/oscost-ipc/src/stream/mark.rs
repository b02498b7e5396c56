//! Chunks that say who they are: each carries its number, its length, and
//! words that only this chunk has, in places that wander from chunk to chunk.
//!
//! A chunk that was lost, cut, repeated, or mixed with an older one is found
//! out, at a price that does not grow with its size: eight words are written
//! and checked, one after the other over all places of a chunk.

use std::ops::{Deref, DerefMut};

use oscost_sys::map::page_size;

/// The smallest chunk: as many bytes as there are words to mark.
pub(crate) const SMALLEST: usize = 64;

/// Marked words beside number and length.
const SAMPLES: usize = 6;
/// How far the places wander from one chunk to the next: prime, and such that
/// a few chunks reach every page.
const JUMP: u64 = 7919;
/// Spreads numbers over all bits: the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A word that is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Damage {
    /// Where, counted in words of eight bytes.
    pub(crate) word: u64,
    /// What should be there.
    pub(crate) expected: u64,
    /// What is there.
    pub(crate) found: u64,
}

/// Makes a chunk number `number`.
#[inline]
pub(crate) fn stamp(chunk: &mut [u8], number: u64) {
    let length = chunk.len();
    let (words, _) = chunk.as_chunks_mut::<8>();
    for (place, value) in marks(length, number) {
        words[place] = value.to_ne_bytes();
    }
}

/// Checks that a chunk is number `number`.
#[inline]
pub(crate) fn check(chunk: &[u8], number: u64) -> Result<(), Damage> {
    let (words, _) = chunk.as_chunks::<8>();
    for (place, expected) in marks(chunk.len(), number) {
        let found = u64::from_ne_bytes(words[place]);
        if found != expected {
            return Err(Damage {
                word: place as u64,
                expected,
                found,
            });
        }
    }
    Ok(())
}

/// The marked places of a chunk, and what stands there.
#[inline]
fn marks(length: usize, number: u64) -> impl Iterator<Item = (usize, u64)> {
    let span = length / 8 - 2;
    let step = span / SAMPLES;
    let begin = usize::try_from(number.wrapping_mul(JUMP) % span as u64).unwrap_or_default();
    let samples = (0..SAMPLES).map(move |sample| {
        let place = begin + sample * step;
        let place = 2 + if place < span { place } else { place - span };
        (place, number.wrapping_mul(SPREAD) ^ place as u64)
    });
    [(0, number), (1, length as u64)].into_iter().chain(samples)
}

/// Memory for a chunk, from the beginning of a page.
#[derive(Debug)]
pub(crate) struct Chunk {
    memory: Vec<u8>,
    start: usize,
    length: usize,
}

impl Chunk {
    /// Memory that has been written to, so that it is there.
    pub(crate) fn new(length: usize) -> Self {
        let memory = vec![0xa5; length + page_size()];
        Self {
            start: memory.as_ptr().align_offset(page_size()),
            memory,
            length,
        }
    }
}

impl Deref for Chunk {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.length]
    }
}

impl DerefMut for Chunk {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..self.start + self.length]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_chunk_is_what_it_was_stamped() {
        for length in [SMALLEST, 512, 4096, 65_536] {
            let mut chunk = Chunk::new(length);
            assert!(chunk.as_ptr().addr().is_multiple_of(page_size()));
            for number in [0, 1, 2, 1_000_000, u64::MAX] {
                stamp(&mut chunk, number);
                assert_eq!(check(&chunk, number), Ok(()));
                assert!(check(&chunk, number.wrapping_add(1)).is_err());
            }
        }
    }

    #[test]
    fn the_smallest_chunk_is_checked_in_every_bit() {
        let mut chunk = Chunk::new(SMALLEST);
        stamp(&mut chunk, 77);
        for bit in 0..SMALLEST * 8 {
            chunk[bit / 8] ^= 1 << (bit % 8);
            assert!(check(&chunk, 77).is_err(), "bit {bit}");
            chunk[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn the_marks_wander_over_every_page() {
        let seen = |length: usize, chunks: u64| {
            let places = (0..chunks).flat_map(|number| marks(length, number));
            places
                .map(|(place, _)| place / 512)
                .collect::<BTreeSet<_>>()
        };
        assert_eq!(seen(65_536, 16).len(), 16);
        assert_eq!(seen(1 << 20, 256).len(), 256);
    }
}
