//! A place for one pointer that threads hand over without a lock.
#![expect(unsafe_code, reason = "owns a box through an atomic pointer")]

use std::marker::PhantomData;
use std::ptr::null_mut;

use crate::atomic::AtomicPtr;
use crate::atomic::Ordering::{AcqRel, Relaxed};

/// A place that holds a box or nothing.
#[derive(Debug)]
pub struct PointerSlot<T> {
    place: AtomicPtr<T>,
    owns: PhantomData<Box<T>>,
}

// SAFETY: a box goes from thread to thread through the slot, which `T: Send`
// allows; no reference into it is ever handed out.
unsafe impl<T: Send> Sync for PointerSlot<T> {}

impl<T> Default for PointerSlot<T> {
    fn default() -> Self {
        Self {
            place: AtomicPtr::new(null_mut()),
            owns: PhantomData,
        }
    }
}

impl<T> PointerSlot<T> {
    /// Puts a box there. Gives back the one that was still there, if any.
    #[inline]
    pub fn put(&self, value: Box<T>) -> Option<Box<T>> {
        // SAFETY: it was just swapped out.
        unsafe { owned(self.place.swap(Box::into_raw(value), AcqRel)) }
    }

    /// Takes the box that is there, if any.
    #[inline]
    pub fn take(&self) -> Option<Box<T>> {
        // A look does not take the line away from who is about to write it.
        if self.place.load(Relaxed).is_null() {
            return None;
        }
        // SAFETY: it was just swapped out.
        unsafe { owned(self.place.swap(null_mut(), AcqRel)) }
    }
}

/// The box behind a pointer that was just swapped out of a slot.
///
/// # Safety
/// The pointer must be that, and be given here once.
#[inline]
unsafe fn owned<T>(pointer: *mut T) -> Option<Box<T>> {
    // SAFETY: what is in a slot came from `Box::into_raw`, and whoever swaps
    // it out is the only one to have it.
    (!pointer.is_null()).then(|| unsafe { Box::from_raw(pointer) })
}

impl<T> Drop for PointerSlot<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_box_is_taken_once() {
        let slot = PointerSlot::default();
        assert_eq!(slot.put(Box::new(1)), None);
        assert_eq!(slot.put(Box::new(2)).as_deref(), Some(&1));
        assert_eq!(slot.take().as_deref(), Some(&2));
        assert_eq!(slot.take(), None);
    }

    #[test]
    fn nothing_is_lost_between_threads_nor_at_the_end() {
        let slot = PointerSlot::default();
        let counted = Arc::new(());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..100 {
                    while slot.take().is_none() {
                        std::thread::yield_now();
                    }
                }
            });
            let mut left = 100;
            while left > 0 {
                match slot.put(Box::new(Arc::clone(&counted))) {
                    None => left -= 1,
                    Some(_) => std::thread::yield_now(),
                }
            }
        });
        assert!(slot.put(Box::new(Arc::clone(&counted))).is_none());
        assert_eq!(Arc::strong_count(&counted), 2);
        drop(slot);
        assert_eq!(Arc::strong_count(&counted), 1);
    }
}
