//! POSIX semaphores without a name (`sem_overview(7)`).
#![expect(unsafe_code, reason = "the C library's semaphores")]

use std::ptr::NonNull;

use nix::errno::Errno;

use crate::futex::Scope;
use crate::lasting::place;

/// A number of permits. Whoever likes may add one.
#[derive(Clone, Copy, Debug)]
pub struct Semaphore(NonNull<libc::sem_t>);

// SAFETY: a semaphore is made to be used by many threads at once, and lives
// for good.
unsafe impl Send for Semaphore {}
// SAFETY: see above.
unsafe impl Sync for Semaphore {}

impl Semaphore {
    /// A semaphore with so many permits (`sem_init(3)`).
    ///
    /// # Errors
    /// `EINVAL` where there are more than `SEM_VALUE_MAX`.
    pub fn new(permits: u32, scope: Scope) -> nix::Result<Self> {
        let semaphore = place::<libc::sem_t>()?;
        let shared = libc::c_int::from(scope == Scope::Shared);
        // SAFETY: the memory is large enough, aligned, and nobody else's.
        Errno::result(unsafe { libc::sem_init(semaphore.as_ptr(), shared, permits) })?;
        Ok(Self(semaphore))
    }

    /// Waits until there is a permit and takes it (`sem_wait(3)`).
    ///
    /// # Errors
    /// None that a semaphore made here can give.
    #[inline]
    pub fn wait(self) -> nix::Result<()> {
        loop {
            match self.wait_once() {
                Err(Errno::EINTR) => {}
                other => return other,
            }
        }
    }

    /// The same, but a signal ends the wait.
    ///
    /// # Errors
    /// `EINTR` where a signal came.
    #[inline]
    pub fn wait_once(self) -> nix::Result<()> {
        // SAFETY: `new` has initialised the semaphore, and it is never
        // destroyed.
        Errno::result(unsafe { libc::sem_wait(self.0.as_ptr()) }).map(drop)
    }

    /// Adds a permit (`sem_post(3)`).
    ///
    /// # Errors
    /// `EOVERFLOW` where there would be more than `SEM_VALUE_MAX`.
    #[inline]
    pub fn post(self) -> nix::Result<()> {
        // SAFETY: `new` has initialised the semaphore, and it is never
        // destroyed.
        Errno::result(unsafe { libc::sem_post(self.0.as_ptr()) }).map(drop)
    }

    /// The permits that are there now (`sem_getvalue(3)`).
    ///
    /// # Errors
    /// None that a semaphore made here can give.
    pub fn permits(self) -> nix::Result<u32> {
        let mut value = 0;
        // SAFETY: `new` has initialised the semaphore, and the value is ours
        // to write.
        Errno::result(unsafe { libc::sem_getvalue(self.0.as_ptr(), &raw mut value) })?;
        Ok(value.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permits_are_taken_and_given_back() {
        for scope in [Scope::Private, Scope::Shared] {
            let semaphore = Semaphore::new(2, scope).unwrap();
            semaphore.wait().unwrap();
            semaphore.wait().unwrap();
            assert_eq!(semaphore.permits(), Ok(0));
            semaphore.post().unwrap();
            assert_eq!(semaphore.permits(), Ok(1));
        }
    }

    #[test]
    fn without_a_permit_one_waits() {
        let semaphore = Semaphore::new(0, Scope::Private).unwrap();
        let waiter = std::thread::spawn(move || semaphore.wait());
        assert!(!waiter.is_finished());
        semaphore.post().unwrap();
        waiter.join().unwrap().unwrap();
    }
}
