//! The futex that is a lock with priority inheritance: the kernel knows its
//! owner, and hands it to the next waiter by itself. It is called even where
//! user space could take a free lock alone, since the call is what is measured.
#![expect(unsafe_code, reason = "nix has no futex")]

use std::sync::atomic::{AtomicU32, Ordering};

use nix::errno::Errno;

/// A lock between the threads of a process. Whoever ends without giving it
/// back keeps it.
#[derive(Debug, Default)]
pub struct PiLock {
    /// 0, or the owner's thread id and a flag that others wait.
    word: AtomicU32,
}

impl PiLock {
    /// Takes the lock, asleep until its owner hands it over
    /// (`FUTEX_LOCK_PI`).
    ///
    /// # Errors
    /// `EDEADLK` where the caller has it already, `ENOSYS` on a kernel without
    /// such futexes.
    #[inline]
    pub fn lock(&self) -> nix::Result<()> {
        // SAFETY: the word is alive for the whole call and nobody writes to it
        // but the kernel. The null time-out means: no time-out.
        let result = unsafe {
            libc::syscall(
                libc::SYS_futex,
                self.word.as_ptr(),
                libc::FUTEX_LOCK_PI | libc::FUTEX_PRIVATE_FLAG,
                0,
                std::ptr::null::<libc::timespec>(),
            )
        };
        Errno::result(result).map(drop)
    }

    /// Gives the lock back, to who waits for it where somebody does
    /// (`FUTEX_UNLOCK_PI`).
    ///
    /// # Errors
    /// `EPERM` where the caller has not got it.
    #[inline]
    pub fn unlock(&self) -> nix::Result<()> {
        // SAFETY: the word is alive for the whole call and nobody writes to it
        // but the kernel.
        let result = unsafe {
            libc::syscall(
                libc::SYS_futex,
                self.word.as_ptr(),
                libc::FUTEX_UNLOCK_PI | libc::FUTEX_PRIVATE_FLAG,
            )
        };
        Errno::result(result).map(drop)
    }

    /// Whether somebody waits for the lock, asleep or, as long as its owner is
    /// on a CPU, spinning in the kernel.
    #[must_use]
    pub fn is_contended(&self) -> bool {
        self.word.load(Ordering::Acquire) & libc::FUTEX_WAITERS != 0
    }

    /// The thread id of who has the lock; 0 where it is free.
    #[inline]
    #[must_use]
    pub fn owner(&self) -> u32 {
        self.word.load(Ordering::Acquire) & libc::FUTEX_TID_MASK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_knows_the_owner() {
        let lock = PiLock::default();
        lock.lock().unwrap();
        assert_eq!(lock.owner(), nix::unistd::gettid().as_raw().unsigned_abs());
        assert_eq!(lock.lock(), Err(Errno::EDEADLK));
        assert!(!lock.is_contended());
        lock.unlock().unwrap();
        assert_eq!(lock.owner(), 0);
        assert_eq!(lock.unlock(), Err(Errno::EPERM));
    }

    #[test]
    fn the_lock_is_handed_over() {
        let lock = PiLock::default();
        lock.lock().unwrap();
        std::thread::scope(|scope| {
            let next = scope.spawn(|| {
                lock.lock().unwrap();
                let owner = lock.owner();
                lock.unlock().unwrap();
                owner == nix::unistd::gettid().as_raw().unsigned_abs()
            });
            while !lock.is_contended() {
                std::thread::yield_now();
            }
            lock.unlock().unwrap();
            assert!(next.join().unwrap());
        });
    }
}
