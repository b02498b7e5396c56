//! A thread without a library: `clone3` with the flags of a thread, a stack of
//! our own, and the kernel's own notice of its end.
#![expect(unsafe_code, reason = "clone3 returns twice")]

use std::sync::atomic::{AtomicU32, Ordering};

use crate::futex::{Scope, wait};
use crate::map::Mapping;

/// Everything one raw thread after the other needs.
#[derive(Debug)]
pub struct Nursery {
    stack: Mapping,
    /// Holds the thread's id until the kernel clears it at the thread's end
    /// (`CLONE_CHILD_CLEARTID`) and wakes who waits on it.
    alive: AtomicU32,
    ran: AtomicU32,
}

impl Nursery {
    /// Maps a stack of `bytes` for the threads to come.
    ///
    /// # Errors
    /// What `mmap(2)` says.
    pub fn new(bytes: usize) -> nix::Result<Self> {
        Ok(Self {
            stack: Mapping::stack(bytes, true)?,
            alive: AtomicU32::new(0),
            ran: AtomicU32::new(0),
        })
    }

    /// Makes a thread that counts itself and exits, and waits until it has
    /// ended.
    ///
    /// # Errors
    /// `ENOSYS` before Linux 5.3 and under user-mode emulation; `EAGAIN` at a
    /// limit of threads.
    #[inline]
    pub fn create_and_join(&mut self) -> nix::Result<()> {
        let args = libc::clone_args {
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
            parent_tid: self.alive.as_ptr().addr() as u64,
            child_tid: self.alive.as_ptr().addr() as u64,
            stack: self.stack.base().addr() as u64,
            stack_size: self.stack.len() as u64,
            ..crate::fork::empty_clone_args()
        };
        let call = (
            libc::SYS_clone3,
            [(&raw const args).addr(), size_of_val(&args)],
        );
        // SAFETY: the arguments are valid for the call. `self` is borrowed
        // until the loop below has seen the kernel clear `alive`, which it
        // does after the thread's last instruction: stack and counter outlive
        // the thread.
        let result = unsafe { crate::arch::spawn_exit(call, &self.ran, libc::SYS_exit) };
        crate::fork::pid(result)?;
        loop {
            let id = self.alive.load(Ordering::Acquire);
            if id == 0 {
                return Ok(());
            }
            // The kernel's wake-up at a thread's end is not a private one.
            let _ = wait(&self.alive, id, Scope::Shared);
        }
    }

    /// How many threads have run so far, by their own count.
    #[must_use]
    pub fn ran(&self) -> u32 {
        self.ran.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thread_counts_itself() {
        let mut nursery = Nursery::new(64 << 10).unwrap();
        for count in 1..=20 {
            match nursery.create_and_join() {
                Err(nix::errno::Errno::ENOSYS) => return,
                result => result.unwrap(),
            }
            assert_eq!(nursery.ran(), count);
        }
    }
}
