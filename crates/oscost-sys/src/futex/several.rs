//! Waiting on several futexes at once (`futex_waitv(2)`, Linux 5.16).
#![expect(unsafe_code, reason = "neither nix nor the C library has it")]

use std::marker::PhantomData;
use std::sync::atomic::AtomicU32;

use nix::errno::Errno;

/// As the kernel reads it: `struct futex_waitv` of `linux/futex.h`.
#[derive(Debug)]
#[repr(C)]
struct Entry {
    expected: u64,
    address: u64,
    flags: u32,
    reserved: u32,
}

/// `FUTEX2_SIZE_U32` of `linux/futex.h`.
const SIZE_U32: u32 = 2;

/// Words that are waited on together, private to the process.
#[derive(Debug)]
pub struct Several<'a> {
    entries: Vec<Entry>,
    words: PhantomData<&'a [AtomicU32]>,
}

impl<'a> Several<'a> {
    /// All of `words`, as long as each holds `expected`. The kernel takes 128
    /// at most.
    #[must_use]
    pub fn new(words: &'a [AtomicU32], expected: u32) -> Self {
        let entry = |word: &AtomicU32| Entry {
            expected: expected.into(),
            // The kernel follows the number as the pointer that it was.
            address: word.as_ptr().expose_provenance() as u64,
            flags: SIZE_U32 | libc::FUTEX_PRIVATE_FLAG.unsigned_abs(),
            reserved: 0,
        };
        Self {
            entries: words.iter().map(entry).collect(),
            words: PhantomData,
        }
    }

    /// Sleeps until woken at one of the words; tells at which.
    ///
    /// # Errors
    /// `EAGAIN` where a word no longer holds what it should, `EINTR` where a
    /// signal came, `EINVAL` for too many words or none, `ENOSYS` before Linux
    /// 5.16 and under user-mode emulation.
    #[inline]
    pub fn wait(&self) -> nix::Result<usize> {
        const NO_FLAGS: libc::c_uint = 0;
        // SAFETY: the kernel reads the entries, of which there are as many as
        // it is told, and the words, which outlive `self`. The null time-out
        // means: no time-out.
        let result = unsafe {
            libc::syscall(
                libc::SYS_futex_waitv,
                self.entries.as_ptr(),
                self.entries.len(),
                NO_FLAGS,
                std::ptr::null::<libc::timespec>(),
                libc::CLOCK_MONOTONIC,
            )
        };
        let word = Errno::result(result)?;
        usize::try_from(word).map_err(|_| Errno::EOVERFLOW)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::futex::{Scope, wake};

    #[test]
    fn one_word_of_several_wakes() {
        let words = [const { AtomicU32::new(0) }; 5];
        match Several::new(&words, 1).wait() {
            Err(Errno::ENOSYS) => return,
            result => assert_eq!(result, Err(Errno::EAGAIN)),
        }
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| Several::new(&words, 0).wait());
            while wake(&words[3], 1, Scope::Private) == Ok(0) {
                std::thread::yield_now();
            }
            assert_eq!(waiter.join().unwrap(), Ok(3));
        });
    }

    #[test]
    fn no_word_is_an_error() {
        let refused = Several::new(&[], 0).wait();
        assert!(matches!(refused, Err(Errno::EINVAL | Errno::ENOSYS)));
    }
}
