//! How many bytes a switch writes: the stack below the stack pointer is painted,
//! the switch is made, and the paint is looked at. That is done with two paints,
//! since a byte that is saved may happen to look like one of them.
//!
//! That counts what a switch saves in memory, whatever the manual says. What is
//! *not* saved leaves no mark: the vector registers (of which the ABI has a call
//! keep none on x86_64, and eight lower halves on aarch64) and the flags. Only
//! `swapcontext` saves the control words of the floating-point unit.
#![expect(unsafe_code, reason = "paints below the stack pointer")]

use std::cell::Cell;
use std::rc::Rc;

use corosensei::stack::{Stack as LibraryStack, StackPointer};
use corosensei::{Coroutine as Corosensei, CoroutineResult};
use oscost_harness::{During as _, Failure};
use oscost_sys::map::{Mapping, page_size};

use super::{Coroutine, Stack, State, Way, arch};
use crate::tally::Tally;

/// What is left of the paint after a switch.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Below the stack pointer of the stack that was left.
    pub(crate) stack: Vec<u8>,
    /// Where else the switch saves something.
    pub(crate) beside: Vec<u8>,
}

/// The stacks that are painted.
const STACK: usize = 64 << 10;

/// How much of a stack is painted: more than any switch saves, also where an
/// unoptimised build makes it of several calls.
const PAINTED: usize = 4096;

/// Keys of the two paints: no byte is the same in both.
pub(crate) const KEYS: [u8; 2] = [0x3c, 0x95];

/// What a painted byte looks like. Code that paints knows only the key, so that
/// no register holds the paint when it is saved.
pub(crate) fn paint(key: u8) -> u8 {
    !key
}

/// Paints the stack below the stack pointer, and writes down in `*top` where
/// that is. What runs next on the stack leaves its marks there.
///
/// # Safety
/// [`PAINTED`] bytes of the stack must be left, and `top` be valid for a write.
#[inline(always)]
pub(crate) unsafe fn paint_below(key: u8, top: *mut usize) {
    // SAFETY: the caller vouches for both.
    unsafe {
        let here = arch::fill_below::<PAINTED>(u64::from_ne_bytes([key; 8]));
        top.write(here);
    }
}

/// Paints a value, but for what is left over after whole words.
///
/// # Safety
/// `place` must be valid for writes, and any bytes do for what is read of it.
#[inline(always)]
pub(crate) unsafe fn paint_over<T>(key: u8, place: *mut T) {
    // SAFETY: the caller vouches for it.
    unsafe {
        arch::fill(
            place.cast(),
            size_of::<T>() / 8,
            u64::from_ne_bytes([key; 8]),
        )
    };
}

/// Copies the painted part of a stack: what lies below `top`. Nothing may run
/// on it meanwhile. Empty where `top` is no place on the stack with so much below
/// it: then nothing was painted.
pub(crate) fn look(stack: &Mapping, top: usize) -> Vec<u8> {
    let offset = top.checked_sub(stack.base().addr());
    let Some(offset) =
        offset.filter(|offset| (page_size() + PAINTED..=stack.len()).contains(offset))
    else {
        return Vec::new();
    };
    // SAFETY: the range lies in the mapping, above its guard page; it was painted,
    // and nobody writes to it now.
    unsafe { std::slice::from_raw_parts(stack.base().add(offset - PAINTED), PAINTED) }.to_vec()
}

fn astray() -> Failure {
    Failure::Fail("a coroutine did not pause once, and then end".into())
}

/// One pause by our own switch.
///
/// # Errors
/// What `mmap(2)` and `mprotect(2)` say.
pub(crate) fn bare<W: Way>(tally: Tally, key: u8) -> Result<Seen, Failure> {
    let top = Rc::new(Cell::new(0));
    let painted = Rc::clone(&top);
    let stack = Stack::new(STACK).during("mmap(stack)")?;
    let mut coroutine = Coroutine::<W>::on(stack, move |yielder| {
        let place = painted.as_ptr();
        let links = yielder.links.as_ptr();
        // SAFETY: the stack has just begun. Where this coroutine was left last
        // is of no use while it runs.
        unsafe {
            paint_over(key, &raw mut (*links).far);
            paint_below(key, place);
        }
        yielder.pause();
        tally.count();
    });
    if coroutine.resume() != State::Suspended {
        return Err(astray());
    }
    // SAFETY: the links are on the coroutine's own stack, and it does not run.
    let far = unsafe { (*coroutine.links.as_ptr()).far };
    let seen = Seen {
        stack: look(&coroutine.stack.0, top.get()),
        beside: far.addr().to_ne_bytes().to_vec(),
    };
    match coroutine.resume() {
        State::Finished => Ok(seen),
        _ => Err(astray()),
    }
}

/// A stack of ours for the library, which others can look into.
struct Shown(Rc<Mapping>);

// SAFETY: the mapping has a guard page, more than MIN_STACK_SIZE bytes above it,
// and bounds on page boundaries; the library alone runs on it.
unsafe impl LibraryStack for Shown {
    fn base(&self) -> StackPointer {
        self.limit().saturating_add(self.0.len())
    }

    fn limit(&self) -> StackPointer {
        StackPointer::new(self.0.base().addr()).unwrap_or(StackPointer::MAX)
    }
}

/// One pause by the library. The stack pointer goes back in a register, and
/// the library keeps it in the coroutine's object: a word more, out of reach of
/// the paint.
///
/// # Errors
/// What `mmap(2)` and `mprotect(2)` say.
pub(crate) fn corosensei(tally: Tally, key: u8) -> Result<Seen, Failure> {
    let top = Rc::new(Cell::new(0));
    let painted = Rc::clone(&top);
    let mapping = Rc::new(Mapping::stack(STACK, true).during("mmap(stack)")?);
    let stack = Shown(Rc::clone(&mapping));
    let mut coroutine = Corosensei::<(), (), (), _>::with_stack(stack, move |yielder, ()| {
        let place = painted.as_ptr();
        // SAFETY: the stack has just begun.
        unsafe { paint_below(key, place) };
        yielder.suspend(());
        tally.count();
    });
    let CoroutineResult::Yield(()) = coroutine.resume(()) else {
        return Err(astray());
    };
    let seen = Seen {
        stack: look(&mapping, top.get()),
        beside: Vec::new(),
    };
    match coroutine.resume(()) {
        CoroutineResult::Return(()) => Ok(seen),
        CoroutineResult::Yield(()) => Err(astray()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_painted_is_not_looked_at() {
        let stack = Mapping::stack(STACK, true).unwrap();
        let (base, guard) = (stack.base().addr(), page_size());
        for top in [0, base, base + guard + PAINTED - 1, base + stack.len() + 1] {
            assert!(look(&stack, top).is_empty(), "{top:#x}");
        }
        for top in [base + guard + PAINTED, base + stack.len()] {
            assert_eq!(look(&stack, top), [0; PAINTED], "{top:#x}");
        }
    }
}
