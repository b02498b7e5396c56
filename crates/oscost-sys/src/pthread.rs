//! Threads by `pthread_create(3)`, as a C program makes them.
#![expect(unsafe_code, reason = "the C library's threads")]

use std::ffi::c_void;
use std::mem::MaybeUninit;

use nix::errno::Errno;
use nix::sched::CpuSet;

/// What threads run, and on what. Lives as long as the program, since nobody
/// can tell how long a detached thread looks at it.
#[derive(Debug)]
pub struct Entry<T: Sync + 'static> {
    body: fn(&'static T),
    shared: &'static T,
}

/// A thread that has not been joined. Of a detached one nothing is known: its
/// id may be another thread's by now.
#[derive(Debug)]
#[must_use = "a thread that is not joined keeps its stack"]
pub struct Thread(Option<libc::pthread_t>);

/// What is asked for a thread: its stack, whether it is joined, where it runs.
/// They may be moved: glibc and musl have nothing in them that points there.
#[derive(Debug)]
pub struct Attributes {
    raw: libc::pthread_attr_t,
    is_detached: bool,
}

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
        let is_joined = attributes.is_none_or(|attributes| !attributes.is_detached);
        let attributes =
            attributes.map_or(std::ptr::null(), |attributes| &raw const attributes.raw);
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
        let thread = unsafe { thread.assume_init() };
        Ok(Thread(is_joined.then_some(thread)))
    }
}

impl Thread {
    /// Waits for the thread's end (`pthread_join`).
    ///
    /// # Errors
    /// `EDEADLK` where a thread joins itself, `EINVAL` of a detached one.
    #[inline]
    pub fn join(self) -> nix::Result<()> {
        let thread = self.0.ok_or(Errno::EINVAL)?;
        // SAFETY: the id came from pthread_create, of a thread that is not
        // detached, and `self` is consumed: it is joined once.
        check(unsafe { libc::pthread_join(thread, std::ptr::null_mut()) })
    }
}

impl Attributes {
    /// What a thread gets that nothing is said about (`pthread_attr_init`).
    ///
    /// # Errors
    /// `ENOMEM` without memory.
    pub fn new() -> nix::Result<Self> {
        let mut attributes = MaybeUninit::uninit();
        // SAFETY: initialises the attributes it is given.
        check(unsafe { libc::pthread_attr_init(attributes.as_mut_ptr()) })?;
        Ok(Self {
            // SAFETY: pthread_attr_init succeeded.
            raw: unsafe { attributes.assume_init() },
            is_detached: false,
        })
    }

    /// Stacks of `bytes` instead of the default (`pthread_attr_setstacksize`).
    ///
    /// # Errors
    /// `EINVAL` where that is less than the system's minimum
    /// (`sysconf(_SC_THREAD_STACK_MIN)`): 16 KiB or a little more on x86_64,
    /// 128 KiB on aarch64.
    pub fn stack(mut self, bytes: usize) -> nix::Result<Self> {
        // SAFETY: the attributes are initialised.
        check(unsafe { libc::pthread_attr_setstacksize(&raw mut self.raw, bytes) })?;
        Ok(self)
    }

    /// Threads that nobody joins: they free what they hold when they end
    /// (`pthread_attr_setdetachstate`).
    ///
    /// # Errors
    /// None that POSIX knows.
    pub fn detached(mut self) -> nix::Result<Self> {
        let state = libc::PTHREAD_CREATE_DETACHED;
        // SAFETY: the attributes are initialised.
        check(unsafe { libc::pthread_attr_setdetachstate(&raw mut self.raw, state) })?;
        self.is_detached = true;
        Ok(self)
    }

    /// Threads that run on these CPUs alone (`pthread_attr_setaffinity_np`).
    /// The C library sets that after the thread was made and before it may
    /// run: one system call more.
    ///
    /// # Errors
    /// `ENOMEM` without memory. A set that the kernel refuses shows when a
    /// thread is made.
    pub fn on(mut self, cpus: &CpuSet) -> nix::Result<Self> {
        let set = std::ptr::from_ref(cpus).cast::<libc::cpu_set_t>();
        // SAFETY: the attributes are initialised. `CpuSet` is a transparent
        // wrapper of `cpu_set_t`, of which the C library makes a copy.
        check(unsafe {
            libc::pthread_attr_setaffinity_np(&raw mut self.raw, size_of::<libc::cpu_set_t>(), set)
        })?;
        Ok(self)
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: initialised by `new`, destroyed once.
        unsafe { libc::pthread_attr_destroy(&raw mut self.raw) };
    }
}

/// The pthread functions return their error instead of setting `errno`.
#[inline]
pub(crate) fn check(error: libc::c_int) -> nix::Result<()> {
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
        let small = Attributes::new().unwrap().stack(256 << 10).unwrap();
        entry.create(None).unwrap().join().unwrap();
        entry.create(Some(&small)).unwrap().join().unwrap();
        assert_eq!(COUNT.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_detached_thread_runs_and_is_nobodys() {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let entry = Entry::new(
            |count: &AtomicU64| {
                count.fetch_add(1, Ordering::Relaxed);
            },
            &COUNT,
        );
        let detached = Attributes::new().unwrap().detached().unwrap();
        let thread = entry.create(Some(&detached)).unwrap();
        while COUNT.load(Ordering::Relaxed) == 0 {
            std::thread::yield_now();
        }
        // It may have ended, and its id be anybody's.
        assert_eq!(thread.join(), Err(Errno::EINVAL));
    }

    #[test]
    fn a_thread_runs_on_the_cpu_that_its_attributes_name() {
        static CPU: AtomicU64 = AtomicU64::new(u64::MAX);
        let entry = Entry::new(
            |cpu: &AtomicU64| {
                let here = nix::sched::sched_getcpu().unwrap();
                cpu.store(here as u64, Ordering::Relaxed);
            },
            &CPU,
        );
        let allowed = nix::sched::sched_getaffinity(nix::unistd::Pid::from_raw(0)).unwrap();
        let is_allowed = |&cpu: &usize| allowed.is_set(cpu) == Ok(true);
        for cpu in (0..CpuSet::count()).filter(is_allowed) {
            let mut set = CpuSet::new();
            set.set(cpu).unwrap();
            let there = Attributes::new().unwrap().on(&set).unwrap();
            entry.create(Some(&there)).unwrap().join().unwrap();
            assert_eq!(CPU.load(Ordering::Relaxed), cpu as u64);
        }
    }

    #[test]
    fn too_small_a_stack_is_refused() {
        let small = Attributes::new().unwrap().stack(1);
        assert_eq!(small.err(), Some(Errno::EINVAL));
    }
}
