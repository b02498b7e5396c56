//! A thread without a library: `clone3` with the flags of a thread, a stack of
//! our own, and the kernel's own notice of its end.
//!
//! It has the thread-locals of its maker. A signal of the process that is handled
//! on it must therefore touch none of them, `errno` included: `notice` does not.
#![expect(unsafe_code, reason = "clone3 returns twice")]

use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::fork::Note;
use crate::futex::{Scope, wait};
use crate::map::Mapping;

/// Everything one raw thread after the other needs.
#[derive(Debug)]
pub struct Nursery {
    stack: Mapping,
    /// What a thread writes to: in a place of its own, so that the nursery may
    /// be moved while one is alive. No box, which would deny that others write.
    marks: NonNull<Marks>,
}

// SAFETY: the marks are the nursery's own, and atomics all of them.
unsafe impl Send for Nursery {}
// SAFETY: as above; who makes threads has a `&mut Nursery`.
unsafe impl Sync for Nursery {}

#[derive(Debug, Default)]
struct Marks {
    /// Holds the thread's id until the kernel clears it at the thread's end
    /// (`CLONE_CHILD_CLEARTID`) and wakes who waits on it.
    alive: AtomicU32,
    ran: AtomicU32,
    note: Note,
}

impl Nursery {
    /// Maps a stack of `bytes` for the threads to come.
    ///
    /// # Errors
    /// What `mmap(2)` says.
    pub fn new(bytes: usize) -> nix::Result<Self> {
        Ok(Self {
            stack: Mapping::stack(bytes, true)?,
            marks: NonNull::from(Box::leak(Box::default())),
        })
    }

    /// Makes a thread that counts itself and exits. Where the one before has
    /// not been joined, that comes first.
    ///
    /// # Errors
    /// `ENOSYS` before Linux 5.3 and under user-mode emulation; `EAGAIN` at a
    /// limit of threads.
    #[inline]
    pub fn create(&mut self) -> nix::Result<()> {
        let args = self.args();
        let call = crate::fork::clone3(&args);
        // SAFETY: the arguments are valid for the call. Stack and marks outlive
        // the thread: no other thread is alive (`args` has joined it), and
        // dropping the nursery waits for its end.
        let result = unsafe { crate::arch::spawn_exit(call, &self.marks().ran, libc::SYS_exit) };
        crate::fork::pid(result)?;
        Ok(())
    }

    /// Makes a thread that notes the CPU's counter, counts itself in the
    /// [`note`](Self::note) and exits.
    ///
    /// # Errors
    /// Those of [`create`](Self::create).
    #[inline]
    pub fn create_noting(&mut self) -> nix::Result<()> {
        let args = self.args();
        let call = crate::fork::clone3(&args);
        let exit = (libc::SYS_exit, [0; 3]);
        // SAFETY: the arguments are valid for the call, and exit(2) ends the
        // thread. Its parent does not sleep meanwhile, but what the thread
        // writes to outlives it all the same: see `create`.
        let result = unsafe { crate::arch::spawn_noting(call, &self.marks().note, exit) };
        crate::fork::pid(result)?;
        Ok(())
    }

    #[inline]
    fn marks(&self) -> &Marks {
        // SAFETY: they are there until the nursery is dropped, and whoever writes
        // to them does so by atomics, or is alone: see `create_noting`.
        unsafe { self.marks.as_ref() }
    }

    /// The arguments of `clone3` for the next thread, once the one before has
    /// ended. The kernel writes the new thread's id to its mark before the
    /// thread can run, so it cannot be cleared too early.
    #[inline]
    fn args(&mut self) -> libc::clone_args {
        self.join();
        // The kernel writes by these numbers, the thread runs on the stack.
        let alive = self.marks().alive.as_ptr().expose_provenance() as u64;
        libc::clone_args {
            flags: (libc::CLONE_VM
                | libc::CLONE_FS
                | libc::CLONE_FILES
                | libc::CLONE_SIGHAND
                | libc::CLONE_THREAD
                | libc::CLONE_SYSVSEM
                | libc::CLONE_PARENT_SETTID
                | libc::CLONE_CHILD_CLEARTID)
                .unsigned_abs()
                .into(),
            parent_tid: alive,
            child_tid: alive,
            stack: self.stack.base().expose_provenance() as u64,
            stack_size: self.stack.len() as u64,
            ..crate::fork::empty_clone_args()
        }
    }

    /// Waits until the thread that was made last has ended: the kernel clears
    /// its mark after its last instruction.
    #[inline]
    pub fn join(&mut self) {
        loop {
            let id = self.marks().alive.load(Ordering::Acquire);
            if id == 0 {
                return;
            }
            // The kernel's wake-up at a thread's end is not a private one.
            let _ = wait(&self.marks().alive, id, Scope::Shared);
        }
    }

    /// What the last thread of [`create_noting`](Self::create_noting) noted,
    /// once it has been joined.
    #[must_use]
    pub fn note(&self) -> &Note {
        &self.marks().note
    }

    /// How many threads of [`create`](Self::create) have run so far, by their
    /// own count.
    #[must_use]
    pub fn ran(&self) -> u32 {
        self.marks().ran.load(Ordering::Acquire)
    }
}

impl Drop for Nursery {
    fn drop(&mut self) {
        self.join();
        // SAFETY: they came from a box, and the last thread has ended.
        drop(unsafe { Box::from_raw(self.marks.as_ptr()) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thread_counts_itself() {
        let mut nursery = Nursery::new(64 << 10).unwrap();
        for count in 1..=20 {
            match nursery.create() {
                Err(nix::errno::Errno::ENOSYS) => return,
                result => result.unwrap(),
            }
            nursery.join();
            assert_eq!(nursery.ran(), count);
        }
    }

    #[test]
    fn a_thread_notes_when_it_ran() {
        let mut nursery = Nursery::new(64 << 10).unwrap();
        for count in 1..=20 {
            let before = crate::counter::read();
            match nursery.create_noting() {
                Err(nix::errno::Errno::ENOSYS) => return,
                result => result.unwrap(),
            }
            nursery.join();
            assert_eq!(nursery.note().ran(), count);
            assert!((before..=crate::counter::read()).contains(&nursery.note().first()));
        }
    }

    #[test]
    fn a_thread_that_is_not_joined_is_waited_for() {
        let mut nursery = Nursery::new(64 << 10).unwrap();
        for _ in 0..20 {
            match nursery.create() {
                Err(nix::errno::Errno::ENOSYS) => return,
                result => result.unwrap(),
            }
        }
        nursery.join();
        assert_eq!(nursery.ran(), 20);
    }
}
