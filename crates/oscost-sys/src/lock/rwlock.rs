//! `pthread_rwlock_t`: many readers or one writer.
#![expect(unsafe_code, reason = "the C library's locks")]

use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::lasting::place;
use crate::pthread::check;

/// A lock for readers and writers of one process, with the C library's default
/// of who goes first.
#[derive(Clone, Copy, Debug)]
pub struct RwLock(NonNull<libc::pthread_rwlock_t>);

// SAFETY: such a lock is made to be used by many threads at once, and lives
// for good.
unsafe impl Send for RwLock {}
// SAFETY: see above.
unsafe impl Sync for RwLock {}

/// A lock that the calling thread reads or writes under until this is dropped.
#[derive(Debug)]
#[must_use = "it is released at once when dropped"]
pub struct Held {
    lock: RwLock,
    // Only who took it may release it: this stays in its thread. What a fork
    // copies cannot be kept from the child.
    _stays: PhantomData<*const ()>,
}

impl RwLock {
    /// A lock (`pthread_rwlock_init(3)`).
    ///
    /// # Errors
    /// `ENOMEM` without memory.
    pub fn new() -> nix::Result<Self> {
        let lock = place::<libc::pthread_rwlock_t>()?;
        // SAFETY: the memory is large enough, aligned, and nobody else's; no
        // attributes means the default ones.
        check(unsafe { libc::pthread_rwlock_init(lock.as_ptr(), std::ptr::null()) })?;
        Ok(Self(lock))
    }

    /// Waits until the caller may read (`pthread_rwlock_rdlock(3)`).
    ///
    /// # Errors
    /// `EDEADLK` where the caller writes already, `EAGAIN` with too many
    /// readers.
    #[inline]
    pub fn read(self) -> nix::Result<Held> {
        // SAFETY: `new` has initialised the lock, and it is never destroyed.
        check(unsafe { libc::pthread_rwlock_rdlock(self.0.as_ptr()) })?;
        Ok(self.held())
    }

    /// Waits until the caller may write (`pthread_rwlock_wrlock(3)`).
    ///
    /// # Errors
    /// `EDEADLK` where the caller has the lock already.
    #[inline]
    pub fn write(self) -> nix::Result<Held> {
        // SAFETY: `new` has initialised the lock, and it is never destroyed.
        check(unsafe { libc::pthread_rwlock_wrlock(self.0.as_ptr()) })?;
        Ok(self.held())
    }

    #[inline]
    fn held(self) -> Held {
        Held {
            lock: self,
            _stays: PhantomData,
        }
    }
}

impl Drop for Held {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: initialised, and the calling thread has it: it made the `Held` by
        // taking it. A forked child may have a copy of that: its call can free a
        // lock that is the parent's, by which nothing is guarded.
        let _ = unsafe { libc::pthread_rwlock_unlock(self.lock.0.as_ptr()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_share_and_a_writer_waits_for_them() {
        let lock = RwLock::new().unwrap();
        let readers = (lock.read().unwrap(), lock.read().unwrap());
        let writer = std::thread::spawn(move || drop(lock.write().unwrap()));
        assert!(!writer.is_finished());
        drop(readers);
        writer.join().unwrap();
    }

    #[test]
    fn a_writer_that_asks_again_is_refused() {
        let lock = RwLock::new().unwrap();
        let _held = lock.write().unwrap();
        assert_eq!(lock.write().unwrap_err(), nix::errno::Errno::EDEADLK);
    }
}
