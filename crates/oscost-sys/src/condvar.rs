//! A mutex and a condition variable of the C library around a value, as a C
//! program uses them (`pthread_cond_wait(3)`).
#![expect(unsafe_code, reason = "the C library's mutex and condition variable")]

use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};

use crate::pthread::check;

/// A value that threads change under a lock, and whose changes they can wait
/// for.
#[derive(Debug)]
pub struct Monitor<T> {
    /// On the heap: neither may be moved once it is in use.
    primitives: Box<Primitives>,
    value: UnsafeCell<T>,
}

#[derive(Debug)]
struct Primitives {
    mutex: UnsafeCell<MaybeUninit<libc::pthread_mutex_t>>,
    changed: UnsafeCell<libc::pthread_cond_t>,
}

impl Primitives {
    /// With default attributes, but for the kind of the mutex: whoever locks a
    /// `PTHREAD_MUTEX_NORMAL` twice waits for ever. Of the default kind POSIX says
    /// nothing, and glibc may let him in where it elides locks
    /// (`glibc.elision.enable`). Elided or not is all that sets them apart: in glibc
    /// by a bit that no other path looks at, in musl not at all.
    fn new() -> nix::Result<Box<Self>> {
        let this = Box::new(Self {
            mutex: UnsafeCell::new(MaybeUninit::uninit()),
            changed: UnsafeCell::new(libc::PTHREAD_COND_INITIALIZER),
        });
        let mut attributes = MaybeUninit::uninit();
        let raw = attributes.as_mut_ptr();
        // SAFETY: the attributes are initialised first and destroyed last; the
        // mutex is ours, initialised once, and stays where it is.
        unsafe {
            check(libc::pthread_mutexattr_init(raw))?;
            let set = libc::pthread_mutexattr_settype(raw, libc::PTHREAD_MUTEX_NORMAL);
            let made = check(set).and_then(|()| check(libc::pthread_mutex_init(this.mutex(), raw)));
            libc::pthread_mutexattr_destroy(raw);
            made.map(|()| this)
        }
    }

    #[inline]
    fn mutex(&self) -> *mut libc::pthread_mutex_t {
        self.mutex.get().cast()
    }
}

// SAFETY: the value is reached through a `Guard` alone, and the mutex lets one
// of these exist at a time; the primitives are made to be shared.
unsafe impl<T: Send> Sync for Monitor<T> {}
// SAFETY: moving the monitor moves a pointer to the primitives, not them.
unsafe impl<T: Send> Send for Monitor<T> {}

/// The lock, held. It is given back by the thread that took it.
#[derive(Debug)]
pub struct Guard<'a, T> {
    monitor: &'a Monitor<T>,
    not_send: PhantomData<*const ()>,
}

impl<T> Monitor<T> {
    /// With default attributes, but for what keeps a second lock by its owner out.
    ///
    /// # Panics
    /// Where the C library has no memory for it: none of Linux takes any.
    pub fn new(value: T) -> Self {
        Self {
            primitives: Primitives::new().expect("a mutex that takes no memory"),
            value: UnsafeCell::new(value),
        }
    }

    /// Takes the lock (`pthread_mutex_lock`). Whoever has it already waits for
    /// ever.
    ///
    /// # Errors
    /// Whatever `pthread_mutex_lock(3)` says.
    #[inline]
    pub fn lock(&self) -> nix::Result<Guard<'_, T>> {
        // SAFETY: the mutex was initialised by `new` and never moves.
        check(unsafe { libc::pthread_mutex_lock(self.primitives.mutex()) })?;
        Ok(Guard {
            monitor: self,
            not_send: PhantomData,
        })
    }

    /// Wakes one waiter at least, where there is one (`pthread_cond_signal`).
    ///
    /// # Errors
    /// Whatever `pthread_cond_signal(3)` says.
    #[inline]
    pub fn signal(&self) -> nix::Result<()> {
        // SAFETY: the condition was initialised by `new` and never moves.
        check(unsafe { libc::pthread_cond_signal(self.primitives.changed.get()) })
    }

    /// Wakes all waiters (`pthread_cond_broadcast`).
    ///
    /// # Errors
    /// Whatever `pthread_cond_broadcast(3)` says.
    #[inline]
    pub fn broadcast(&self) -> nix::Result<()> {
        // SAFETY: the condition was initialised by `new` and never moves.
        check(unsafe { libc::pthread_cond_broadcast(self.primitives.changed.get()) })
    }
}

impl<T> Drop for Monitor<T> {
    fn drop(&mut self) {
        let mutex = self.primitives.mutex();
        // A guard may have been forgotten, and a mutex that is locked must not be
        // destroyed: it is left, since it owns nothing in any C library of Linux.
        // SAFETY: both were initialised by `new` and are destroyed once. Nobody
        // borrows `self` any more, so nobody waits.
        unsafe {
            libc::pthread_cond_destroy(self.primitives.changed.get());
            if libc::pthread_mutex_trylock(mutex) == 0 {
                libc::pthread_mutex_unlock(mutex);
                libc::pthread_mutex_destroy(mutex);
            }
        }
    }
}

impl<T> Guard<'_, T> {
    /// Gives the lock back, sleeps until somebody wakes it or without a
    /// reason, and takes the lock again (`pthread_cond_wait`).
    ///
    /// # Errors
    /// Whatever `pthread_cond_wait(3)` says.
    #[inline]
    pub fn wait(&mut self) -> nix::Result<()> {
        let primitives = &*self.monitor.primitives;
        // SAFETY: both were initialised by `new` and never move, and the
        // calling thread has the lock: it took it, and a guard does not travel.
        check(unsafe { libc::pthread_cond_wait(primitives.changed.get(), primitives.mutex()) })
    }
}

impl<T> Drop for Guard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the mutex was initialised by `new` and never moves, and the
        // calling thread has it: it took it, and a guard does not travel.
        unsafe { libc::pthread_mutex_unlock(self.monitor.primitives.mutex()) };
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the lock is held as long as the guard lives, so nobody else
        // has a reference to the value.
        unsafe { &*self.monitor.value.get() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the lock is held as long as the guard lives, and the guard
        // itself is borrowed: nobody has another reference to the value.
        unsafe { &mut *self.monitor.value.get() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_waited_for() {
        let monitor = Monitor::new(0);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let mut value = monitor.lock().unwrap();
                    while *value == 0 {
                        value.wait().unwrap();
                    }
                    *value += 1;
                });
            }
            *monitor.lock().unwrap() = 1;
            monitor.broadcast().unwrap();
        });
        assert_eq!(*monitor.lock().unwrap(), 4);
    }

    #[test]
    fn a_monitor_goes_with_a_guard_that_was_forgotten() {
        let held = std::sync::Arc::new(());
        let monitor = Monitor::new(std::sync::Arc::clone(&held));
        std::mem::forget(monitor.lock().unwrap());
        drop(monitor);
        assert_eq!(std::sync::Arc::strong_count(&held), 1);
    }

    #[test]
    fn one_is_enough_for_one() {
        let monitor = Monitor::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut value = monitor.lock().unwrap();
                while !*value {
                    value.wait().unwrap();
                }
            });
            *monitor.lock().unwrap() = true;
            monitor.signal().unwrap();
        });
    }
}
