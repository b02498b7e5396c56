//! Coroutines that count, pause and count again: what is kept by the ten
//! thousand when idle ones are weighed.
//!
//! Their stacks have no guard page. A guard splits a mapping, so that
//! `vm.max_map_count` would allow some 30,000 of them; without one, stacks side
//! by side are one mapping to the kernel. Nothing but the body written here may
//! therefore run on them.
#![expect(
    unsafe_code,
    reason = "stacks without a guard page, and advice on them"
)]

use std::ptr::NonNull;

use nix::sys::mman::{MmapAdvise, madvise};
use oscost_sys::map::Mapping;

use super::{Coroutine, Stack};
use crate::tally::Tally;

/// The size of each stack: as mapped, not as used.
pub(crate) const STACK: usize = 64 << 10;

/// Makes one. It counts once when it is first resumed, and again when it is
/// resumed a second time and ends.
///
/// # Errors
/// What `mmap(2)` says.
pub(crate) fn idle(tally: Tally) -> nix::Result<Coroutine> {
    let mapping = Mapping::stack(STACK, false)?;
    if let Some(base) = NonNull::new(mapping.base().cast()) {
        // One huge page under 32 stacks would be weighed as 32 full stacks.
        // SAFETY: advice about our own mapping that keeps its contents. A
        // kernel without huge pages answers EINVAL: as good.
        let _ = unsafe { madvise(base, STACK, MmapAdvise::MADV_NOHUGEPAGE) };
    }
    // Without a guard, `new` is sound for this body: it calls two functions
    // that call nothing, a few hundred bytes of 64 KiB.
    Ok(Coroutine::new(Stack(mapping), move |yielder| {
        tally.count();
        yielder.pause();
        tally.count();
    }))
}
