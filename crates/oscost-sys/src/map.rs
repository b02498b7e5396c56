//! Anonymous memory maps: pages shared with children, ballast that makes a
//! process as resident as a case asks, stacks.
#![expect(
    unsafe_code,
    reason = "mapping memory and handing out references into it"
)]

use std::ffi::c_void;
use std::num::NonZeroUsize;
use std::os::fd::AsFd;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use nix::errno::Errno;
use nix::sys::mman::{
    MapFlags, MmapAdvise, ProtFlags, madvise, mmap, mmap_anonymous, mprotect, munmap,
};
use nix::sys::stat::fstat;

/// The size of a small page on the machine at hand, in bytes.
#[must_use]
pub fn page_size() -> usize {
    nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE)
        .ok()
        .flatten()
        .and_then(|size| usize::try_from(size).ok())
        .unwrap_or(4096)
}

/// The bytes that so many values take side by side.
///
/// # Errors
/// `ENOMEM` where there are no numbers for that.
pub(crate) fn room<T>(count: usize) -> nix::Result<usize> {
    count.checked_mul(size_of::<T>()).ok_or(Errno::ENOMEM)
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
    pub(crate) fn anonymous(bytes: usize, flags: MapFlags) -> nix::Result<Self> {
        let length = NonZeroUsize::new(bytes).ok_or(Errno::EINVAL)?;
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: no address is asked for, so the kernel chooses a free range
        // and no existing mapping is touched.
        let base = unsafe { mmap_anonymous(None, length, access, flags) }?;
        Ok(Self { base, length })
    }

    /// Maps `bytes` of private memory for a stack. With `guard` the lowest
    /// page is made inaccessible, which splits the mapping in two for
    /// `vm.max_map_count`; a stack that would be nothing but its guard (pages
    /// have 64 KiB on some aarch64 kernels) is made a page longer.
    ///
    /// # Errors
    /// `ENOMEM` where memory, the address space or `vm.max_map_count` is
    /// exhausted.
    pub fn stack(bytes: usize, guard: bool) -> nix::Result<Self> {
        let flags = MapFlags::MAP_PRIVATE | MapFlags::MAP_NORESERVE | MapFlags::MAP_STACK;
        let least = if guard { 2 * page_size() } else { 1 };
        let stack = Self::anonymous(bytes.max(least), flags)?;
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

    /// The address so many bytes further on.
    ///
    /// # Panics
    /// Where that is not inside the mapping.
    pub(crate) fn start(&self, offset: usize) -> NonNull<c_void> {
        assert!(offset < self.len(), "{offset} of {}", self.len());
        // SAFETY: the offset lies inside the mapping.
        unsafe { self.base.add(offset) }
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

/// Resident private memory that is there only to be there: pages of one size,
/// each of which has been written.
#[derive(Debug)]
pub struct Ballast {
    mapping: Option<Mapping>,
    /// Where in the mapping the first page begins, in bytes.
    first: usize,
    page: usize,
    pages: usize,
}

impl Ballast {
    /// Maps `bytes` and writes to every small page, so that all of it is
    /// resident. Transparent huge pages are refused for it (`madvise(2)`), so
    /// that the number of pages is the same on every machine.
    ///
    /// The frozen workload `memory@1` is this and nothing else: whoever changes
    /// what it asks of the kernel gives that a new version.
    ///
    /// # Errors
    /// `ENOMEM` where there is not so much memory.
    pub fn new(bytes: usize) -> nix::Result<Self> {
        let ballast = Self::unwritten(bytes, page_size(), 0)?;
        // A kernel without huge pages answers EINVAL: as good.
        let _ = ballast.advise(MmapAdvise::MADV_NOHUGEPAGE);
        ballast.write();
        Ok(ballast)
    }

    /// The same in transparent huge pages of `page` bytes each, which are asked
    /// for (`madvise(2)`). Whether the kernel gives them only it can tell
    /// (`AnonHugePages` of `/proc/PID/smaps_rollup`).
    ///
    /// # Errors
    /// `ENOMEM` where there is not so much memory, `EINVAL` where the kernel
    /// has no huge pages, or where no page could have that size.
    pub fn huge(bytes: usize, page: usize) -> nix::Result<Self> {
        // At multiples of any other size no number would be aligned.
        if !page.is_power_of_two() || page < page_size() {
            return Err(Errno::EINVAL);
        }
        // So much more that it can begin at a multiple of the size of a page.
        let ballast = Self::unwritten(bytes, page, page)?;
        ballast.advise(MmapAdvise::MADV_HUGEPAGE)?;
        ballast.write();
        Ok(ballast)
    }

    fn unwritten(bytes: usize, page: usize, room: usize) -> nix::Result<Self> {
        let pages = bytes / page;
        let mapping = match pages {
            0 => None,
            _ => {
                let bytes = bytes.checked_add(room).ok_or(Errno::ENOMEM)?;
                Some(Mapping::anonymous(bytes, MapFlags::MAP_PRIVATE)?)
            }
        };
        let base = mapping.as_ref().map_or(0, |mapping| mapping.base().addr());
        Ok(Self {
            mapping,
            first: base.next_multiple_of(page) - base,
            page,
            pages,
        })
    }

    fn advise(&self, advice: MmapAdvise) -> nix::Result<()> {
        match &self.mapping {
            // SAFETY: advice about our own mapping that keeps its contents.
            Some(mapping) => unsafe { madvise(mapping.base, mapping.len(), advice) },
            None => Ok(()),
        }
    }

    fn write(&self) {
        // All at once where the kernel can (Linux 5.14): a gigabyte by single
        // page faults takes a third longer.
        let _ = self.advise(MmapAdvise::MADV_POPULATE_WRITE);
        for page in 0..self.pages {
            self.cell(page).store(1, Ordering::Relaxed);
        }
    }

    /// How many pages it has.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.pages
    }

    /// The first number in a page: 1, until another is stored.
    ///
    /// # Panics
    /// Where there is no such page.
    #[must_use]
    #[inline]
    pub fn cell(&self, page: usize) -> &AtomicU64 {
        let mapping = self.mapping.as_ref().filter(|_| page < self.pages);
        let mapping = mapping.expect("a page of the ballast");
        // SAFETY: the pages lie inside the mapping, from `first` on, each aligned to
        // its size, a power of two not below a page's. The memory lives as long as
        // `self`, and any bits are a value of an atomic.
        unsafe { mapping.start(self.first + page * self.page).cast().as_ref() }
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
    /// What `mmap(2)` says; `ENOMEM` where no memory could be so large.
    pub fn with_slots(slots: usize) -> nix::Result<Self> {
        let mapping = Mapping::anonymous(room::<Slot>(slots)?, MapFlags::MAP_SHARED)?;
        Ok(Self { mapping, slots })
    }

    /// Maps the first `slots` slots of a file, for programs that are executed
    /// later: they inherit descriptors, but no mapping. The file must stay as
    /// large as that, or who looks at what was cut off gets a `SIGBUS`.
    ///
    /// # Errors
    /// `EINVAL` where the file is smaller; what `fstat(2)` and `mmap(2)` say.
    pub fn of_file(file: impl AsFd, slots: usize) -> nix::Result<Self> {
        let length = NonZeroUsize::new(room::<Slot>(slots)?).ok_or(Errno::EINVAL)?;
        let size = usize::try_from(fstat(&file)?.st_size).map_err(|_| Errno::EINVAL)?;
        if size < length.get() {
            return Err(Errno::EINVAL);
        }
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: no address is asked for, so the kernel chooses a free range
        // and no existing mapping is touched.
        let base = unsafe { mmap(None, length, access, MapFlags::MAP_SHARED, file, 0) }?;
        let mapping = Mapping { base, length };
        Ok(Self { mapping, slots })
    }

    /// A slot.
    ///
    /// # Panics
    /// Where there is no slot `index`.
    #[must_use]
    pub fn slot(&self, index: usize) -> &Slot {
        assert!(index < self.slots, "there are {} slots", self.slots);
        // SAFETY: the mapping is page-aligned, as large as its slots, and lives as
        // long as `self`; any bits are a value of an atomic. Whoever else maps it
        // is to write no part of a slot but by atomics of the same size.
        unsafe { &*self.mapping.base().cast::<Slot>().add(index) }
    }
}

#[cfg(test)]
mod tests;
