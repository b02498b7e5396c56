//! Threads by `pthread_create(3)`, as a C program makes them.
#![expect(unsafe_code, reason = "the C library's threads")]

use std::ffi::c_void;
use std::mem::MaybeUninit;

use nix::errno::Errno;

/// What threads run, and on what. Lives as long as the program, since nobody
/// can tell how long a detached thread looks at it.
#[derive(Debug)]
pub struct Entry<T: Sync + 'static> {
    body: fn(&'static T),
    shared: &'static T,
}

/// A thread that has not been joined.
#[derive(Debug)]
#[must_use = "a thread that is not joined keeps its stack"]
pub struct Thread(libc::pthread_t);

/// How big a stack is asked for.
#[derive(Debug)]
pub struct Attributes(libc::pthread_attr_t);

extern "C" fn start<T: Sync + 'static>(entry: *mut c_void) -> *mut c_void {
    // SAFETY: `Entry::create` passes a `&'static Entry<T>` of the same `T`.
    let entry = unsafe { &*entry.cast::<Entry<T>>() };
    (entry.body)(entry.shared);
    std::ptr::null_mut()
}

impl<T: Sync + 'static> Entry<T> {
    /// Threads that call `body(shared)`. Leaks a few bytes.
    pub fn new(body: fn(&'static T), shared: &'static T) -> &'static Self {
        Box::leak(Box::new(Self { body, shared }))
    }

    /// Makes a thread (`pthread_create`), with default attributes where none
    /// are given.
    ///
    /// # Errors
    /// `EAGAIN` at a limit of threads or of memory.
    #[inline]
    pub fn create(&'static self, attributes: Option<&Attributes>) -> nix::Result<Thread> {
        let mut thread = MaybeUninit::uninit();
        let attributes = attributes.map_or(std::ptr::null(), |attributes| &raw const attributes.0);
        // SAFETY: `start::<T>` reads `self`, which is static; the attributes
        // are initialised or null.
        let error = unsafe {
            libc::pthread_create(
                thread.as_mut_ptr(),
                attributes,
                start::<T>,
                std::ptr::from_ref(self).cast_mut().cast(),
            )
        };
        check(error)?;
        // SAFETY: pthread_create succeeded and has written the thread's id.
        Ok(Thread(unsafe { thread.assume_init() }))
    }
}

impl Thread {
    /// Waits for the thread's end (`pthread_join`).
    ///
    /// # Errors
    /// `EDEADLK` where a thread joins itself.
    #[inline]
    pub fn join(self) -> nix::Result<()> {
        // SAFETY: the id came from pthread_create, and `self` is consumed: it
        // is joined once.
        check(unsafe { libc::pthread_join(self.0, std::ptr::null_mut()) })
    }
}

impl Attributes {
    /// Stacks of `bytes` instead of the default.
    ///
    /// # Errors
    /// `EINVAL` where that is less than the system's minimum.
    pub fn with_stack(bytes: usize) -> nix::Result<Self> {
        let mut attributes = MaybeUninit::uninit();
        // SAFETY: initialises the attributes it is given.
        check(unsafe { libc::pthread_attr_init(attributes.as_mut_ptr()) })?;
        // SAFETY: pthread_attr_init succeeded.
        let mut attributes = Self(unsafe { attributes.assume_init() });
        // SAFETY: the attributes are initialised.
        check(unsafe { libc::pthread_attr_setstacksize(&raw mut attributes.0, bytes) })?;
        Ok(attributes)
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: initialised by `with_stack`, destroyed once.
        unsafe { libc::pthread_attr_destroy(&raw mut self.0) };
    }
}

/// The pthread functions return their error instead of setting `errno`.
fn check(error: libc::c_int) -> nix::Result<()> {
    if error == 0 {
        Ok(())
    } else {
        Err(Errno::from_raw(error))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn threads_run_their_body() {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let entry = Entry::new(
            |count: &AtomicU64| {
                count.fetch_add(1, Ordering::Relaxed);
            },
            &COUNT,
        );
        // The least that aarch64 allows is 128 KiB.
        let small = Attributes::with_stack(256 << 10).unwrap();
        entry.create(None).unwrap().join().unwrap();
        entry.create(Some(&small)).unwrap().join().unwrap();
        assert_eq!(COUNT.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn too_small_a_stack_is_refused() {
        assert_eq!(Attributes::with_stack(1).err(), Some(Errno::EINVAL));
    }
}
