//! Something that one thread at a time may touch: loom stops a model where two
//! do, or where one does that could not know what the other had done.
#![expect(unsafe_code, reason = "shares a cell of loom")]

use loom::cell::UnsafeCell;

#[derive(Debug, Default)]
pub struct Touched(UnsafeCell<usize>);

// SAFETY: both accesses are watched by loom.
unsafe impl Sync for Touched {}

impl Touched {
    pub fn set(&self, value: usize) {
        // SAFETY: loom has found nobody else at it.
        self.0.with_mut(|place| unsafe { *place = value });
    }

    pub fn get(&self) -> usize {
        // SAFETY: loom has found nobody writing to it.
        self.0.with(|place| unsafe { *place })
    }
}
