//! The locks of the C library and of the kernel, each as a small handle that
//! any thread may hold a copy of.
//!
//! What is to be released stands in a value that releases it when dropped, so
//! that no thread can release what it has not got; a child that is forked while
//! it exists has a copy of it. Nothing in memory is guarded by these locks, so a
//! wrong release spoils a count and no more. A lock lives as long as the process, in
//! memory that children forked later share.

pub mod mutex;
pub mod rwlock;
pub mod semaphore;
pub mod sysv;

use crate::futex::Scope;

/// The attribute of those that processes share.
fn pshared(scope: Scope) -> libc::c_int {
    match scope {
        Scope::Private => libc::PTHREAD_PROCESS_PRIVATE,
        Scope::Shared => libc::PTHREAD_PROCESS_SHARED,
    }
}
