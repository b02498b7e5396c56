//! The barrier of the C library (`pthread_barrier_wait(3)`).
#![expect(unsafe_code, reason = "the C library's barrier")]

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;

use crate::pthread::check;

/// Lets nobody pass until all have come.
#[derive(Debug)]
pub struct Barrier {
    /// On the heap: it may not be moved once it is in use.
    barrier: Box<UnsafeCell<MaybeUninit<libc::pthread_barrier_t>>>,
}

// SAFETY: a barrier is made to be shared; nothing but its own functions looks
// into it.
unsafe impl Sync for Barrier {}
// SAFETY: moving it moves a pointer to the barrier, not the barrier.
unsafe impl Send for Barrier {}

impl Barrier {
    /// For so many parties, with default attributes.
    ///
    /// # Errors
    /// `EINVAL` for none.
    pub fn new(parties: u32) -> nix::Result<Self> {
        let mut barrier = Box::new(UnsafeCell::new(MaybeUninit::uninit()));
        let place = barrier.get_mut().as_mut_ptr();
        // SAFETY: initialises the barrier it is given; null stands for default
        // attributes.
        check(unsafe { libc::pthread_barrier_init(place, std::ptr::null(), parties) })?;
        Ok(Self { barrier })
    }

    /// Waits until all have come. Tells whether the caller is the one of them
    /// who is told so (`PTHREAD_BARRIER_SERIAL_THREAD`).
    ///
    /// # Errors
    /// Whatever `pthread_barrier_wait(3)` says.
    #[inline]
    pub fn wait(&self) -> nix::Result<bool> {
        // SAFETY: the barrier was initialised by `new` and never moves.
        match unsafe { libc::pthread_barrier_wait(self.barrier.get().cast()) } {
            libc::PTHREAD_BARRIER_SERIAL_THREAD => Ok(true),
            error => check(error).map(|()| false),
        }
    }
}

impl Drop for Barrier {
    fn drop(&mut self) {
        // SAFETY: nobody borrows `self` any more, so nobody waits; it was
        // initialised by `new` and is destroyed once.
        unsafe { libc::pthread_barrier_destroy(self.barrier.get().cast()) };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn nobody_passes_alone_and_one_is_told() {
        let barrier = Barrier::new(4).unwrap();
        let (come, told) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    come.fetch_add(1, Ordering::AcqRel);
                    let serial = barrier.wait().unwrap();
                    assert_eq!(come.load(Ordering::Acquire), 4);
                    told.fetch_add(serial.into(), Ordering::AcqRel);
                });
            }
        });
        assert_eq!(told.load(Ordering::Acquire), 1);
    }

    #[test]
    fn a_barrier_for_nobody_is_refused() {
        assert_eq!(Barrier::new(0).err(), Some(nix::errno::Errno::EINVAL));
    }
}
