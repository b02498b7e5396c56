//! What works on memory that others work on, too: atomics, copies of bytes, and
//! the hint of who spins. Nothing here does anything of its own.
//!
//! Rings and locks name these from here alone, so that `models` can compile the
//! same files with others in their place, which try the orders of events out.

pub use std::hint::spin_loop;
pub use std::ptr::copy_nonoverlapping;
pub use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence};
