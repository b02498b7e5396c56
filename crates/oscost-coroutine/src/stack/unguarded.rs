//! Coroutines that are kept by the ten thousand: idle ones to be weighed, and
//! the members of a large ring.
//!
//! Their stacks have no guard page. A guard splits a mapping, so that
//! `vm.max_map_count` would allow some 30,000 of them; without one, stacks side
//! by side are one mapping to the kernel. Nothing but the bodies written here
//! may therefore run on them: an [`Unguarded`] never gives its stack back.
#![expect(
    unsafe_code,
    reason = "stacks without a guard page, and advice on them"
)]

use std::ptr::NonNull;

use nix::sys::mman::{MmapAdvise, madvise};
use oscost_sys::map::Mapping;

use super::{Coroutine, Stack, State, Yielder};
use crate::roll::Roll;
use crate::tally::Tally;

/// The size of each stack: as mapped, not as used.
pub(crate) const STACK: usize = 64 << 10;

/// A coroutine on such a stack.
#[derive(Debug)]
pub(crate) struct Unguarded(Coroutine);

impl Unguarded {
    /// See [`Coroutine::resume`].
    #[inline(always)]
    pub(crate) fn resume(&mut self) -> State {
        self.0.resume()
    }
}

/// Makes one that counts once when it is first resumed, and again when it is
/// resumed a second time and ends.
///
/// # Errors
/// What `mmap(2)` says.
pub(crate) fn idle(tally: Tally) -> nix::Result<Unguarded> {
    // It calls two functions that call nothing: some hundred bytes of 64 KiB.
    let body = move |yielder: &Yielder| {
        tally.count();
        yielder.pause();
        tally.count();
    };
    Ok(Unguarded(Coroutine::new(stack()?, body)))
}

/// Makes one that takes a turn whenever it is resumed, for ever.
///
/// # Errors
/// What `mmap(2)` says.
pub(crate) fn member(roll: &'static Roll) -> nix::Result<Unguarded> {
    // What it calls neither allocates nor panics, nor goes any deeper.
    let body = move |yielder: &Yielder| {
        let mut member = roll.member();
        loop {
            member.turn();
            yielder.pause();
        }
    };
    Ok(Unguarded(Coroutine::new(stack()?, body)))
}

fn stack() -> nix::Result<Stack> {
    let mapping = Mapping::stack(STACK, false)?;
    if let Some(base) = NonNull::new(mapping.base().cast()) {
        // One huge page under 32 stacks would be weighed as 32 full stacks.
        // SAFETY: advice about our own mapping that keeps its contents. A
        // kernel without huge pages answers EINVAL: as good.
        let _ = unsafe { madvise(base, STACK, MmapAdvise::MADV_NOHUGEPAGE) };
    }
    Ok(Stack(mapping))
}
