//! Stand-in for `oscost_sys::shared_memory`: memory of which only the first word
//! is loom's. Who makes references into it has cells of his own to touch beside.

use std::sync::atomic::AtomicU8;

use crate::atomic::AtomicU32;

#[derive(Debug)]
pub struct SharedMemory {
    word: AtomicU32,
    bytes: Box<[AtomicU8]>,
}

impl SharedMemory {
    pub fn anonymous(bytes: usize) -> nix::Result<Self> {
        Ok(Self {
            word: AtomicU32::new(0),
            bytes: (0..bytes).map(|_| AtomicU8::new(0)).collect(),
        })
    }

    pub fn at(&self, offset: usize, bytes: usize) -> *mut u8 {
        assert!(offset + bytes <= self.bytes.len());
        let first = self.bytes.as_ptr().cast::<u8>().cast_mut();
        first.wrapping_add(offset)
    }

    pub fn word(&self) -> &AtomicU32 {
        &self.word
    }
}
