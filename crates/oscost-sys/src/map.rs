//! Anonymous memory maps: pages shared with children, ballast that makes a
//! process as resident as a case asks, stacks.
#![expect(
    unsafe_code,
    reason = "mapping memory and handing out references into it"
)]

use std::ffi::c_void;
use std::num::NonZeroUsize;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64};

use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap_anonymous, mprotect, munmap};

/// The size of a small page on the machine at hand, in bytes.
#[must_use]
pub fn page_size() -> usize {
    nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE)
        .ok()
        .flatten()
        .and_then(|size| usize::try_from(size).ok())
        .unwrap_or(4096)
}

/// A private or shared anonymous mapping, unmapped when dropped.
#[derive(Debug)]
pub struct Mapping {
    base: NonNull<c_void>,
    length: NonZeroUsize,
}

// SAFETY: a mapping is memory that no thread owns; whoever makes references
// into it vouches for them.
unsafe impl Send for Mapping {}

impl Mapping {
    fn anonymous(bytes: usize, flags: MapFlags) -> nix::Result<Self> {
        let length = NonZeroUsize::new(bytes).ok_or(nix::errno::Errno::EINVAL)?;
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: no address is asked for, so the kernel chooses a free range
        // and no existing mapping is touched.
        let base = unsafe { mmap_anonymous(None, length, access, flags) }?;
        Ok(Self { base, length })
    }

    /// Maps `bytes` of private memory for a stack. With `guard` the lowest
    /// page is made inaccessible, which splits the mapping in two for
    /// `vm.max_map_count`.
    ///
    /// # Errors
    /// `ENOMEM` where memory, the address space or `vm.max_map_count` is
    /// exhausted.
    pub fn stack(bytes: usize, guard: bool) -> nix::Result<Self> {
        let flags = MapFlags::MAP_PRIVATE | MapFlags::MAP_NORESERVE | MapFlags::MAP_STACK;
        let stack = Self::anonymous(bytes, flags)?;
        if guard {
            // SAFETY: the page belongs to the mapping just made, and nobody
            // has a reference into it.
            unsafe { mprotect(stack.base, page_size(), ProtFlags::PROT_NONE) }?;
        }
        Ok(stack)
    }

    /// The lowest address.
    #[must_use]
    pub fn base(&self) -> *mut u8 {
        self.base.as_ptr().cast()
    }

    /// The size in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.length.get()
    }

    /// Never: a mapping has at least one byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the range is the one that mmap gave; references into it
        // borrow from `self` and are gone.
        let _ = unsafe { munmap(self.base, self.length.get()) };
    }
}

/// Resident private memory that is there only to be there.
#[derive(Debug)]
pub struct Ballast {
    _mapping: Option<Mapping>,
}

impl Ballast {
    /// Maps `bytes` and writes to every small page, so that all of it is
    /// resident. Transparent huge pages are refused for it (`madvise(2)`), so
    /// that the number of pages is the same on every machine.
    ///
    /// # Errors
    /// `ENOMEM` where there is not so much memory.
    pub fn new(bytes: usize) -> nix::Result<Self> {
        if bytes == 0 {
            return Ok(Self { _mapping: None });
        }
        let mapping = Mapping::anonymous(bytes, MapFlags::MAP_PRIVATE)?;
        // SAFETY: advice about our own mapping; MADV_NOHUGEPAGE keeps its
        // contents. A kernel without huge pages answers EINVAL: as good.
        let _ = unsafe { madvise(mapping.base, bytes, MmapAdvise::MADV_NOHUGEPAGE) };
        for offset in (0..bytes).step_by(page_size()) {
            // SAFETY: the offset lies inside the mapping, which is writable
            // and to which no reference exists.
            unsafe { mapping.base().add(offset).write_volatile(1) };
        }
        Ok(Self {
            _mapping: Some(mapping),
        })
    }
}

/// One slot of a [`SharedPage`], on cache lines of its own: 128 bytes, since
/// x86_64 fetches pairs of 64-byte lines and some aarch64 lines are that long.
#[derive(Debug)]
#[repr(C, align(128))]
pub struct Slot {
    /// A word, fit for a futex.
    pub word: AtomicU32,
    /// A longer number beside it.
    pub long: AtomicU64,
}

/// How many slots a [`SharedPage`] has unless told otherwise.
pub const SLOTS: usize = 32;

/// A page shared with every child that is forked later, zeroed at first.
#[derive(Debug)]
pub struct SharedPage {
    mapping: Mapping,
    slots: usize,
}

// SAFETY: only atomics can be reached through a reference to the page.
unsafe impl Sync for SharedPage {}

impl SharedPage {
    /// Maps the page (`MAP_SHARED | MAP_ANONYMOUS`).
    ///
    /// # Errors
    /// What `mmap(2)` says.
    pub fn new() -> nix::Result<Self> {
        Self::with_slots(SLOTS)
    }

    /// Maps as many pages as `slots` slots need.
    ///
    /// # Errors
    /// What `mmap(2)` says.
    pub fn with_slots(slots: usize) -> nix::Result<Self> {
        let mapping = Mapping::anonymous(slots * size_of::<Slot>(), MapFlags::MAP_SHARED)?;
        Ok(Self { mapping, slots })
    }

    /// A slot.
    ///
    /// # Panics
    /// Where there is no slot `index`.
    #[must_use]
    pub fn slot(&self, index: usize) -> &Slot {
        assert!(index < self.slots, "there are {} slots", self.slots);
        // SAFETY: the mapping is page-aligned, as large as its slots, zeroed
        // (a valid value of both atomics) and lives as long as `self`.
        unsafe { &*self.mapping.base().cast::<Slot>().add(index) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn slots_do_not_overlap() {
        let page = SharedPage::new().unwrap();
        for index in 0..SLOTS {
            page.slot(index)
                .word
                .store(u32::try_from(index).unwrap(), Ordering::Relaxed);
            page.slot(index).long.store(u64::MAX, Ordering::Relaxed);
        }
        for index in 0..SLOTS {
            let word = page.slot(index).word.load(Ordering::Relaxed);
            assert_eq!(word as usize, index);
        }
    }

    #[test]
    fn ballast_of_nothing_is_no_mapping() {
        assert!(Ballast::new(0).unwrap()._mapping.is_none());
        assert!(Ballast::new(1 << 20).unwrap()._mapping.is_some());
    }

    #[test]
    fn an_impossible_mapping_is_refused() {
        assert_eq!(
            Mapping::stack(usize::MAX / 2, false).err(),
            Some(nix::errno::Errno::ENOMEM)
        );
    }
}
