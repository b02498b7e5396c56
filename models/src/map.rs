//! Stand-in for `oscost_sys::map`: slots of loom's atomics, and mappings whose
//! every byte knows who touches it.
#![expect(unsafe_code, reason = "bytes that several threads touch")]

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, PoisonError};

use loom::cell::UnsafeCell;
use nix::sys::mman::MapFlags;

use crate::atomic::{AtomicU32, AtomicU64};

#[derive(Debug, Default)]
pub struct Slot {
    pub word: AtomicU32,
    pub long: AtomicU64,
}

#[derive(Debug)]
pub struct SharedPage(Vec<Slot>);

impl SharedPage {
    pub fn with_slots(slots: usize) -> nix::Result<Self> {
        Ok(Self((0..slots).map(|_| Slot::default()).collect()))
    }

    pub fn slot(&self, index: usize) -> &Slot {
        &self.0[index]
    }
}

/// Addresses, and for each what lies there.
#[derive(Debug)]
struct Bytes {
    addresses: Box<[u8]>,
    cells: Vec<UnsafeCell<u8>>,
}

// SAFETY: the addresses are never followed, and a cell is touched only where
// loom has found nobody else at it.
unsafe impl Send for Bytes {}
// SAFETY: as above.
unsafe impl Sync for Bytes {}

impl Bytes {
    /// What lies at an address; `None` where that is not one of these.
    fn at(&self, address: usize) -> Option<&UnsafeCell<u8>> {
        let offset = address.checked_sub(self.addresses.as_ptr().addr())?;
        self.cells.get(offset)
    }
}

/// All that is mapped in this run.
static MAPPED: Mutex<Vec<Arc<Bytes>>> = Mutex::new(Vec::new());

#[derive(Debug)]
pub struct Mapping(Arc<Bytes>);

impl Mapping {
    pub fn anonymous(bytes: usize, _: MapFlags) -> nix::Result<Self> {
        let bytes = Arc::new(Bytes {
            addresses: vec![0; bytes].into(),
            cells: (0..bytes).map(|_| UnsafeCell::new(0)).collect(),
        });
        let mut mapped = MAPPED.lock().unwrap_or_else(PoisonError::into_inner);
        mapped.push(Arc::clone(&bytes));
        Ok(Self(bytes))
    }

    pub fn len(&self) -> usize {
        self.0.cells.len()
    }

    pub fn is_empty(&self) -> bool {
        false
    }

    pub fn start(&self, offset: usize) -> NonNull<c_void> {
        NonNull::from(&self.0.addresses[offset]).cast()
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        let mut mapped = MAPPED.lock().unwrap_or_else(PoisonError::into_inner);
        mapped.retain(|bytes| !Arc::ptr_eq(bytes, &self.0));
    }
}

fn mapped_at(address: usize) -> Option<Arc<Bytes>> {
    let mapped = MAPPED.lock().unwrap_or_else(PoisonError::into_inner);
    mapped
        .iter()
        .find(|bytes| bytes.at(address).is_some())
        .cloned()
}

/// Copies bytes into or out of a mapping, one after the other.
///
/// # Safety
/// `count` bytes must be there at both ends, which are not the same.
pub unsafe fn copy_nonoverlapping(from: *const u8, to: *mut u8, count: usize) {
    let (source, target) = (mapped_at(from.addr()), mapped_at(to.addr()));
    for index in 0..count {
        let (from, to) = (from.wrapping_add(index), to.wrapping_add(index));
        let source = source.as_ref().and_then(|bytes| bytes.at(from.addr()));
        let target = target.as_ref().and_then(|bytes| bytes.at(to.addr()));
        // SAFETY: loom stops the model where somebody else is at a cell; what is
        // none is the caller's to vouch for.
        unsafe {
            let byte = source.map_or_else(|| *from, |cell| cell.with(|cell| *cell));
            match target {
                Some(cell) => cell.with_mut(|cell| *cell = byte),
                None => *to = byte,
            }
        }
    }
}
