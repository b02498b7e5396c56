//! `pthread_mutex_t` in all its kinds.
#![expect(unsafe_code, reason = "the C library's locks")]

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use nix::errno::Errno;

use super::pshared;
use crate::futex::Scope;
use crate::lasting::place;
use crate::pthread::check;

/// What kind of mutex (`pthread_mutexattr_settype(3)` and its neighbours).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What `PTHREAD_MUTEX_INITIALIZER` gives.
    Normal,
    /// Its owner may lock it again.
    Recursive,
    /// Its owner is refused where he locks it again.
    ErrorCheck,
    /// Spins a while before it sleeps.
    Adaptive,
    /// Lends its owner the priority of who waits (`PTHREAD_PRIO_INHERIT`).
    Inherit,
    /// Tells the next owner that the last one died (`PTHREAD_MUTEX_ROBUST`).
    Robust,
}

/// A mutex.
#[derive(Clone, Copy, Debug)]
pub struct Mutex(NonNull<libc::pthread_mutex_t>);

// SAFETY: a mutex is made to be used by many threads at once, and lives for
// good.
unsafe impl Send for Mutex {}
// SAFETY: see above.
unsafe impl Sync for Mutex {}

/// A mutex that the calling thread owns until this is dropped.
#[derive(Debug)]
#[must_use = "it is released at once when dropped"]
pub struct Held {
    mutex: Mutex,
    // Only its owner may release a mutex: this stays in its thread. What a fork
    // copies cannot be kept from the child.
    _stays: PhantomData<*const ()>,
}

impl Mutex {
    /// A mutex for threads, or for processes too (`pthread_mutex_init(3)`).
    ///
    /// # Errors
    /// `ENOTSUP` where the kernel has no such futex, `ENOMEM` without memory.
    pub fn new(kind: Kind, scope: Scope) -> nix::Result<Self> {
        let attributes = Attributes::new(kind, scope)?;
        let mutex = place::<libc::pthread_mutex_t>()?;
        // SAFETY: the memory is large enough, aligned, and nobody else's; the
        // attributes are initialised, and may have been moved since.
        check(unsafe { libc::pthread_mutex_init(mutex.as_ptr(), &raw const attributes.0) })?;
        Ok(Self(mutex))
    }

    /// Waits until the mutex is the caller's (`pthread_mutex_lock(3)`).
    ///
    /// # Errors
    /// `EDEADLK` where an error-checking or lending one is the caller's
    /// already; `EOWNERDEAD` where the owner of a robust one died, which
    /// leaves it of no use to anybody.
    #[inline]
    pub fn lock(self) -> nix::Result<Held> {
        // SAFETY: `new` has initialised the mutex, and it is never destroyed.
        check(unsafe { libc::pthread_mutex_lock(self.0.as_ptr()) }).inspect_err(|&errno| {
            if errno == Errno::EOWNERDEAD {
                self.unlock();
            }
        })?;
        Ok(Held {
            mutex: self,
            _stays: PhantomData,
        })
    }

    #[inline]
    fn unlock(self) {
        // SAFETY: initialised, and the calling thread owns it: it has locked it, or
        // got EOWNERDEAD. A forked child may have a copy of a `Held`: its call can
        // free a lock that is the parent's, by which nothing is guarded.
        let _ = unsafe { libc::pthread_mutex_unlock(self.0.as_ptr()) };
    }
}

impl Drop for Held {
    #[inline]
    fn drop(&mut self) {
        self.mutex.unlock();
    }
}

/// They may be moved: glibc and musl have nothing in them that points there.
struct Attributes(libc::pthread_mutexattr_t);

impl Attributes {
    fn new(kind: Kind, scope: Scope) -> nix::Result<Self> {
        let mut attributes = MaybeUninit::uninit();
        // SAFETY: initialises the attributes it is given.
        check(unsafe { libc::pthread_mutexattr_init(attributes.as_mut_ptr()) })?;
        // SAFETY: pthread_mutexattr_init succeeded.
        let mut attributes = Self(unsafe { attributes.assume_init() });
        let raw = &raw mut attributes.0;
        // SAFETY: the attributes are initialised, here and below.
        let set_type = |kind| check(unsafe { libc::pthread_mutexattr_settype(raw, kind) });
        match kind {
            Kind::Normal => Ok(()),
            Kind::Recursive => set_type(libc::PTHREAD_MUTEX_RECURSIVE),
            Kind::ErrorCheck => set_type(libc::PTHREAD_MUTEX_ERRORCHECK),
            Kind::Adaptive => set_type(ADAPTIVE),
            Kind::Inherit => {
                // SAFETY: the attributes are initialised.
                check(unsafe {
                    libc::pthread_mutexattr_setprotocol(raw, libc::PTHREAD_PRIO_INHERIT)
                })
            }
            Kind::Robust => {
                // SAFETY: the attributes are initialised.
                check(unsafe { libc::pthread_mutexattr_setrobust(raw, libc::PTHREAD_MUTEX_ROBUST) })
            }
        }?;
        // SAFETY: the attributes are initialised.
        check(unsafe { libc::pthread_mutexattr_setpshared(raw, pshared(scope)) })?;
        Ok(attributes)
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: initialised by `new`, destroyed once.
        unsafe { libc::pthread_mutexattr_destroy(&raw mut self.0) };
    }
}

/// `PTHREAD_MUTEX_ADAPTIVE_NP` of glibc's pthread.h. A C library that does not
/// know it answers `EINVAL`.
const ADAPTIVE: libc::c_int = 3;

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 6] = [
        Kind::Normal,
        Kind::Recursive,
        Kind::ErrorCheck,
        Kind::Adaptive,
        Kind::Inherit,
        Kind::Robust,
    ];

    #[test]
    fn every_kind_is_taken_and_given_back() {
        for kind in KINDS {
            for scope in [Scope::Private, Scope::Shared] {
                let mutex = Mutex::new(kind, scope).unwrap();
                for _ in 0..3 {
                    drop(mutex.lock().unwrap());
                }
            }
        }
    }

    #[test]
    fn each_kind_is_what_it_says() {
        let recursive = Mutex::new(Kind::Recursive, Scope::Private).unwrap();
        let (_once, _twice) = (recursive.lock().unwrap(), recursive.lock().unwrap());
        let checking = Mutex::new(Kind::ErrorCheck, Scope::Private).unwrap();
        let _held = checking.lock().unwrap();
        assert_eq!(checking.lock().unwrap_err(), Errno::EDEADLK);
    }

    #[test]
    fn one_thread_waits_for_the_other() {
        let mutex = Mutex::new(Kind::Normal, Scope::Private).unwrap();
        let held = mutex.lock().unwrap();
        let other = std::thread::spawn(move || drop(mutex.lock().unwrap()));
        assert!(!other.is_finished());
        drop(held);
        other.join().unwrap();
    }
}
