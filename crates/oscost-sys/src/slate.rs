//! A slate that two tasks pass to and fro in shared memory: whoever has it may
//! write all of it, the other may not even look.
//!
//! That is what makes a reference into shared memory sound. A half gives one
//! only while the slate is its own, and the halves differ in whose it is. A fork
//! makes copies of both: after it, one process alone uses each half.
#![expect(unsafe_code, reason = "references into shared memory")]

use std::sync::Arc;

use crate::atomic::AtomicU32;
use crate::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use crate::futex::{self, Scope};
use crate::shared_memory::SharedMemory;

/// One half: what one of the two tasks holds. After a fork one process alone
/// uses each half.
#[derive(Debug)]
pub struct Slate {
    memory: Arc<SharedMemory>,
    me: u32,
    size: usize,
    scope: Scope,
}

/// Whose the slate is: bit 0. Zeroed memory belongs to the near half.
const NEAR: u32 = 0;
const FAR: u32 = 1;
const WHOSE: u32 = 1;
/// The half that waits for it sleeps.
const SLEEPS: u32 = 2;

/// The turn stands on cache lines of its own: 128 bytes, since x86_64 fetches
/// pairs of 64-byte lines and some aarch64 lines are that long.
const HEADER: usize = 128;

impl Slate {
    /// The bytes of memory that a slate of `size` bytes takes.
    #[must_use]
    pub const fn bytes(size: usize) -> usize {
        // So much memory as there is no number for cannot be had either.
        HEADER.saturating_add(size)
    }

    /// Both halves of a slate of `size` bytes in new memory: the near one,
    /// which has it at first, and the far one.
    ///
    /// # Panics
    /// Where the memory is smaller than [`Slate::bytes`].
    #[must_use]
    pub fn pair(memory: SharedMemory, size: usize, scope: Scope) -> (Self, Self) {
        memory.at(0, Self::bytes(size));
        let memory = Arc::new(memory);
        let half = |me| Self {
            memory: Arc::clone(&memory),
            me,
            size,
            scope,
        };
        (half(NEAR), half(FAR))
    }

    #[inline]
    fn turn(&self) -> &AtomicU32 {
        // It lies in the header, where no content ever is.
        self.memory.word()
    }

    /// Whether this half has the slate.
    #[inline]
    #[must_use]
    pub fn is_mine(&self) -> bool {
        self.turn().load(Acquire) & WHOSE == self.me
    }

    /// What stands on it.
    ///
    /// # Panics
    /// Where the other half has it.
    #[inline]
    pub fn content(&mut self) -> &mut [u8] {
        assert!(self.is_mine(), "the slate is in other hands");
        let content = self.memory.at(HEADER, self.size);
        // SAFETY: inside the mapping, which `self` holds. The slate is this half's
        // until it passes it on by a `&mut self` of its own; after a fork one
        // process alone uses each half.
        unsafe { std::slice::from_raw_parts_mut(content, self.size) }
    }

    /// Gives the slate to the other half. Tells whether that sleeps, and needs
    /// to be woken.
    ///
    /// # Panics
    /// Where the other half has it already.
    #[inline]
    pub fn pass(&mut self) -> bool {
        assert!(self.is_mine(), "the slate is in other hands");
        self.turn().swap(self.me ^ WHOSE, AcqRel) & SLEEPS != 0
    }

    /// Sleeps until it is woken, unless the slate has come in the meantime.
    ///
    /// # Errors
    /// `EINTR` where a signal came.
    #[inline]
    pub fn sleep(&self) -> nix::Result<()> {
        let others = self.me ^ WHOSE;
        let turn = self.turn();
        // The other half sleeps as little as it is the one that has it.
        if turn.load(Relaxed) != others | SLEEPS
            && turn
                .compare_exchange(others, others | SLEEPS, Relaxed, Relaxed)
                .is_err()
        {
            return Ok(());
        }
        match futex::wait(turn, others | SLEEPS, self.scope) {
            Err(nix::errno::Errno::EAGAIN) => Ok(()),
            other => other,
        }
    }

    /// Wakes the other half.
    ///
    /// # Errors
    /// What `futex(2)` says.
    #[inline]
    pub fn wake(&self) -> nix::Result<()> {
        futex::wake(self.turn(), 1, self.scope).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(size: usize) -> (Slate, Slate) {
        let memory = SharedMemory::anonymous(Slate::bytes(size)).unwrap();
        Slate::pair(memory, size, Scope::Private)
    }

    #[test]
    fn it_is_read_where_it_was_passed_to() {
        let (mut near, mut far) = pair(1000);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for count in 0..1000_u32 {
                    while !far.is_mine() {
                        far.sleep().unwrap();
                    }
                    let expected = count.to_le_bytes()[0];
                    assert!(far.content().iter().all(|&byte| byte == expected));
                    far.content().fill(!expected);
                    if far.pass() {
                        far.wake().unwrap();
                    }
                }
            });
            for count in 0..1000_u32 {
                let byte = count.to_le_bytes()[0];
                near.content().fill(byte);
                if near.pass() {
                    near.wake().unwrap();
                }
                while !near.is_mine() {
                    near.sleep().unwrap();
                }
                assert!(near.content().iter().all(|&read| read == !byte));
            }
        });
    }

    #[test]
    fn only_a_sleeper_is_to_be_woken() {
        let (mut near, far) = pair(0);
        assert!(!near.pass());
        assert!(far.is_mine());
        // It has come already: there is nothing to sleep for.
        far.sleep().unwrap();
    }

    #[test]
    fn a_slate_without_a_number_for_its_bytes_cannot_be_had() {
        let memory = SharedMemory::anonymous(Slate::bytes(usize::MAX));
        assert_eq!(memory.err(), Some(nix::errno::Errno::ENOMEM));
    }

    #[test]
    #[should_panic(expected = "in other hands")]
    fn what_was_passed_on_cannot_be_written() {
        let (mut near, _far) = pair(8);
        near.pass();
        near.content();
    }

    #[test]
    #[should_panic(expected = "bytes at")]
    fn too_little_memory_is_refused() {
        let memory = SharedMemory::anonymous(Slate::bytes(8)).unwrap();
        let _ = Slate::pair(memory, 4096, Scope::Private);
    }
}
