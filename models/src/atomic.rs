//! Stand-in for `oscost_sys::atomic`: atomics of loom.
//!
//! For loom an access that is `SeqCst` is `AcqRel`. A fence in front makes it what
//! it should be: that is how processors get one that have no such access.

use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use loom::sync::atomic as of_loom;

pub use crate::map::copy_nonoverlapping;
pub use loom::hint::spin_loop;
pub use std::sync::atomic::Ordering;

use Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

/// What can be taken away, to see that it is missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Fences, and with them what makes an access `SeqCst`.
    Fences,
    /// What a store or an exchange says about what came before it.
    Releases,
}

static TAKEN: OnceLock<Kind> = OnceLock::new();

/// From now on the program does without.
pub fn take_away(kind: Kind) {
    let _ = TAKEN.set(kind);
}

fn is_taken(kind: Kind) -> bool {
    TAKEN.get() == Some(&kind)
}

/// Whether a store is an exchange whose result nobody wants.
///
/// loom keeps no order between a store and an exchange by another thread before
/// it, and so lets that thread find for ever what it has put there itself. Between
/// exchanges it keeps one.
pub static STORES_ARE_EXCHANGES: AtomicBool = AtomicBool::new(false);

/// A fence of the program.
pub fn fence(ordering: Ordering) {
    if !is_taken(Kind::Fences) {
        of_loom::fence(ordering);
    }
}

/// A fence of the kernel: nobody takes it away.
pub fn kernels_fence() {
    of_loom::fence(SeqCst);
}

/// The ordering that an access has here.
fn now(ordering: Ordering) -> Ordering {
    if ordering == SeqCst {
        fence(SeqCst);
    }
    match ordering {
        Release if is_taken(Kind::Releases) => Relaxed,
        AcqRel if is_taken(Kind::Releases) => Acquire,
        other => other,
    }
}

macro_rules! integer {
    ($name:ident, $number:ty) => {
        #[derive(Debug, Default)]
        pub struct $name(of_loom::$name);

        impl $name {
            pub fn new(value: $number) -> Self {
                Self(of_loom::$name::new(value))
            }

            pub fn load(&self, ordering: Ordering) -> $number {
                self.0.load(match now(ordering) {
                    SeqCst => Acquire,
                    other => other,
                })
            }

            pub fn store(&self, value: $number, ordering: Ordering) {
                let ordering = match now(ordering) {
                    SeqCst => Release,
                    other => other,
                };
                if STORES_ARE_EXCHANGES.load(Relaxed) {
                    self.0.swap(value, ordering);
                } else {
                    self.0.store(value, ordering);
                }
            }

            pub fn swap(&self, value: $number, ordering: Ordering) -> $number {
                self.0.swap(value, now(ordering))
            }

            pub fn fetch_add(&self, by: $number, ordering: Ordering) -> $number {
                self.0.fetch_add(by, now(ordering))
            }

            pub fn fetch_sub(&self, by: $number, ordering: Ordering) -> $number {
                self.0.fetch_sub(by, now(ordering))
            }

            pub fn compare_exchange(
                &self,
                from: $number,
                to: $number,
                done: Ordering,
                failed: Ordering,
            ) -> Result<$number, $number> {
                self.0.compare_exchange(from, to, now(done), failed)
            }

            pub fn compare_exchange_weak(
                &self,
                from: $number,
                to: $number,
                done: Ordering,
                failed: Ordering,
            ) -> Result<$number, $number> {
                self.0.compare_exchange_weak(from, to, now(done), failed)
            }
        }
    };
}

integer!(AtomicU32, u32);
integer!(AtomicU64, u64);

#[derive(Debug)]
pub struct AtomicPtr<T>(of_loom::AtomicPtr<T>);

impl<T> AtomicPtr<T> {
    pub fn new(value: *mut T) -> Self {
        Self(of_loom::AtomicPtr::new(value))
    }

    pub fn load(&self, ordering: Ordering) -> *mut T {
        self.0.load(now(ordering))
    }

    pub fn swap(&self, value: *mut T, ordering: Ordering) -> *mut T {
        self.0.swap(value, now(ordering))
    }
}
