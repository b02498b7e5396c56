//! Contexts of the C library: `makecontext(3)`, `swapcontext(3)`.
//!
//! Only two bodies are offered, both written here and both C functions that
//! call nothing which could unwind.
#![expect(unsafe_code, reason = "the C library's contexts have no safe form")]

use std::ptr::NonNull;

use libc::{c_int, c_uint, getcontext, makecontext, swapcontext, ucontext_t};
use nix::errno::Errno;
use oscost_sys::map::Mapping;

use crate::stack::canary::{self, Seen};
use crate::tally::Tally;

/// Two contexts, a stack for the far one, and its count of turns.
#[derive(Debug)]
pub struct ContextPair(NonNull<Pair>);

struct Pair {
    near: ucontext_t,
    far: ucontext_t,
    stack: Mapping,
    tally: Tally,
    /// What the far side paints with, and the stack pointer below which it did.
    key: u8,
    painted_below: usize,
}

impl ContextPair {
    /// Makes a far context whose body counts a turn and swaps back, for ever.
    ///
    /// # Errors
    /// What `mmap(2)`, `mprotect(2)` and `getcontext(3)` say.
    pub(crate) fn turning(tally: Tally, stack_bytes: usize) -> nix::Result<Self> {
        let mut this = Self::idle(tally, stack_bytes)?;
        this.make(take_turns)?;
        Ok(this)
    }

    /// The same, and before it swaps back the body paints its own context and
    /// the stack below it.
    ///
    /// # Errors
    /// See [`turning`](Self::turning).
    pub(crate) fn painting(tally: Tally, stack_bytes: usize, key: u8) -> nix::Result<Self> {
        let mut this = Self::idle(tally, stack_bytes)?;
        // SAFETY: the pair is ours.
        unsafe { (*this.0.as_ptr()).key = key };
        this.make(paint_and_take_turns)?;
        Ok(this)
    }

    /// What has become of the paint; nothing where nothing was painted.
    pub(crate) fn seen(&self) -> Seen {
        let pair = self.0.as_ptr();
        // SAFETY: the pair is ours, and nothing runs on its stack now.
        let (stack, is_painted) = unsafe {
            let top = (*pair).painted_below;
            (canary::look(&(*pair).stack, top), top != 0)
        };
        // But for what is left over after whole words, as `paint_over` has it.
        let painted = if is_painted {
            size_of::<ucontext_t>() / 8 * 8
        } else {
            0
        };
        // SAFETY: the pair is ours. So much of its context was painted byte by
        // byte, so no byte of it is undefined.
        let beside = unsafe {
            let far = (&raw const (*pair).far).cast::<u8>();
            std::slice::from_raw_parts(far, painted).to_vec()
        };
        Seen { stack, beside }
    }

    /// Only memory: [`run_once`](Self::run_once) makes the context.
    ///
    /// # Errors
    /// What `mmap(2)` and `mprotect(2)` say.
    pub(crate) fn idle(tally: Tally, stack_bytes: usize) -> nix::Result<Self> {
        let stack = Mapping::stack(stack_bytes, true)?;
        let pair = Box::new(Pair {
            // SAFETY: integers, null pointers and arrays of them: all zeros
            // are a value of the type.
            near: unsafe { std::mem::zeroed() },
            // SAFETY: as above.
            far: unsafe { std::mem::zeroed() },
            stack,
            tally,
            key: 0,
            painted_below: 0,
        });
        Ok(Self(NonNull::from(Box::leak(pair))))
    }

    /// Lets `body` begin on the stack with the next swap to `far`.
    fn make(&mut self, body: extern "C" fn(c_uint, c_uint)) -> nix::Result<()> {
        let pair = self.0.as_ptr();
        let address = pair.expose_provenance() as u64;
        // makecontext hands over ints only, so the pointer goes in halves.
        let [high, low] = [address >> 32, address & u64::from(u32::MAX)]
            .map(|half| c_uint::try_from(half).unwrap_or_default());
        // SAFETY: makecontext takes every function as one without arguments,
        // and calls it with as many ints as it is told: two, as `body` expects.
        let body: extern "C" fn() = unsafe { std::mem::transmute(body) };
        // Nothing runs on the stack now: all bodies are in a swap when this side
        // runs. One that is cut off in its swap owns nothing.
        // SAFETY: the pair is ours until it is dropped. getcontext initialises
        // what makecontext then changes, as they demand.
        unsafe {
            Errno::result(getcontext(&raw mut (*pair).far))?;
            (*pair).far.uc_stack.ss_sp = (*pair).stack.base().cast();
            (*pair).far.uc_stack.ss_size = (*pair).stack.len();
            (*pair).far.uc_link = &raw mut (*pair).near;
            makecontext(&raw mut (*pair).far, body, 2 as c_int, high, low);
        }
        Ok(())
    }

    /// Swaps to the far context, and comes back when it swaps or ends. The
    /// context must have been made ([`turning`](Self::turning)), else it is
    /// `EINVAL`.
    ///
    /// # Errors
    /// What `swapcontext(3)` says.
    #[inline]
    pub(crate) fn round_trip(&mut self) -> nix::Result<()> {
        let pair = self.0.as_ptr();
        // SAFETY: the pair is ours. A null link says that the far context was
        // never made; otherwise it is where its body began or was left.
        let result = unsafe {
            if (*pair).far.uc_link.is_null() {
                return Err(Errno::EINVAL);
            }
            swapcontext(&raw mut (*pair).near, &raw const (*pair).far)
        };
        Errno::result(result).map(drop)
    }

    /// Makes a context on the stack, runs its body to its end, which counts
    /// once, and is back.
    ///
    /// # Errors
    /// What `getcontext(3)` and `swapcontext(3)` say.
    #[inline]
    pub(crate) fn run_once(&mut self) -> nix::Result<()> {
        self.make(end_at_once)?;
        self.round_trip()?;
        // It has ended: going on from it again would be undefined.
        // SAFETY: the pair is ours.
        unsafe { (*self.0.as_ptr()).far.uc_link = std::ptr::null_mut() };
        Ok(())
    }
}

impl Drop for ContextPair {
    fn drop(&mut self) {
        // SAFETY: the pointer came from a box, and is used no more. A body that
        // is in its swap owns nothing and is never gone on with.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// Puts a pointer together again that came in halves.
fn pair(high: c_uint, low: c_uint) -> *mut Pair {
    let address = u64::from(high) << 32 | u64::from(low);
    std::ptr::with_exposed_provenance_mut(usize::try_from(address).unwrap_or_default())
}

extern "C" fn take_turns(high: c_uint, low: c_uint) {
    let pair = pair(high, low);
    // SAFETY: `make` handed over the pair that this context belongs to; it
    // lives as long as anybody swaps to the context.
    unsafe {
        loop {
            (*pair).tally.count();
            swapcontext(&raw mut (*pair).far, &raw const (*pair).near);
        }
    }
}

extern "C" fn paint_and_take_turns(high: c_uint, low: c_uint) {
    let pair = pair(high, low);
    // SAFETY: as in `take_turns`, on a stack with room enough. The context is
    // not in use while its body runs: the swap that follows saves all that
    // going on from it needs.
    unsafe {
        loop {
            (*pair).tally.count();
            canary::paint_over((*pair).key, &raw mut (*pair).far);
            canary::paint_below((*pair).key, &raw mut (*pair).painted_below);
            swapcontext(&raw mut (*pair).far, &raw const (*pair).near);
        }
    }
}

extern "C" fn end_at_once(high: c_uint, low: c_uint) {
    // SAFETY: as in `take_turns`.
    unsafe { (*pair(high, low)).tally.count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_far_context_counts_its_turns() {
        let tally = Tally::new();
        let mut contexts = ContextPair::turning(tally, 64 << 10).unwrap();
        for turn in 1..=100 {
            contexts.round_trip().unwrap();
            assert_eq!(tally.so_far(), turn);
        }
    }

    #[test]
    fn a_stack_serves_one_context_after_the_other() {
        let tally = Tally::new();
        let mut contexts = ContextPair::idle(tally, 64 << 10).unwrap();
        for turn in 1..=100 {
            contexts.run_once().unwrap();
            assert_eq!(tally.so_far(), turn);
        }
    }

    #[test]
    fn a_context_that_never_ran_has_painted_nothing() {
        let mut contexts = ContextPair::painting(Tally::new(), 64 << 10, 1).unwrap();
        let seen = contexts.seen();
        assert_eq!((seen.stack.len(), seen.beside.len()), (0, 0));
        contexts.round_trip().unwrap();
        assert!(!contexts.seen().stack.is_empty());
    }

    #[test]
    fn a_context_that_was_not_made_or_has_ended_is_refused() {
        let mut contexts = ContextPair::idle(Tally::new(), 64 << 10).unwrap();
        assert_eq!(contexts.round_trip(), Err(Errno::EINVAL));
        contexts.run_once().unwrap();
        assert_eq!(contexts.round_trip(), Err(Errno::EINVAL));
    }
}
