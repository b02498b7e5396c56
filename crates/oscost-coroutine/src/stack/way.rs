//! The ways to get from stack to stack. They do the same; what they save, where,
//! and what the CPU can foresee of them differs.
#![expect(unsafe_code, reason = "hands stacks to the switches in assembly")]

use super::{Context, Entry, Links, arch};

/// One way to switch.
pub trait Way: sealed::Sealed {
    /// Bytes that one switch writes: registers, the address to go on at and the
    /// stack pointer. The vector registers and flags are the compiler's to give
    /// up at any call.
    const SAVED_BYTES: usize;

    /// Lays out a new stack below `links`, so that the first [`resume`]
    /// calls `entry` with them.
    ///
    /// # Safety
    /// `links` must be on a 16-byte boundary, with `FIRST_FRAME`
    /// writable bytes below them that nobody else uses.
    ///
    /// [`resume`]: Self::resume
    unsafe fn prepare(links: *mut Links, entry: Entry) -> Context;

    /// Leaves the running stack for the one of `links`, and writes down where. Gives
    /// where that one was left when it came back.
    ///
    /// # Safety
    /// `far` must be what [`prepare`](Self::prepare) or the last `resume` of the same
    /// way gave for these links, its stack must still be there, and nobody may have
    /// gone on from it since.
    unsafe fn resume(links: *mut Links, far: Context) -> Context;

    /// Leaves the stack of `links`, on which it runs, for where it was resumed.
    ///
    /// # Safety
    /// It must run on the stack of `links`, after a [`resume`](Self::resume) of the
    /// same way with the same links, from which nobody has come back since.
    unsafe fn pause(links: *mut Links);
}

/// By a function that saves every register which a call must keep: the least
/// for a switch that the compiler sees as a call. It ends in a jump or, where it
/// `RETURNS`, in a return instruction, for which the CPU expects the caller on
/// the stack that is left: it is wrong every time.
#[derive(Debug)]
pub struct Called<const RETURNS: bool = false>;

/// Written out where it happens. The compiler is told that every register is
/// spoilt, so it saves those alone which are in use there. Who resumes calls,
/// who pauses returns: the CPU foresees both. corosensei does the same.
#[derive(Debug)]
pub struct Inlined;

impl<const RETURNS: bool> Way for Called<RETURNS> {
    const SAVED_BYTES: usize = arch::CALLED_SAVES;

    unsafe fn prepare(links: *mut Links, entry: Entry) -> Context {
        // SAFETY: the caller vouches for the memory.
        unsafe { arch::prepare(links, entry) }
    }

    #[inline(always)]
    unsafe fn resume(links: *mut Links, far: Context) -> Context {
        // SAFETY: the caller vouches for the links and the far side, which has
        // written down where it was left.
        unsafe {
            arch::switch::<RETURNS>(&raw mut (*links).near, far);
            (*links).far
        }
    }

    #[inline(always)]
    unsafe fn pause(links: *mut Links) {
        // SAFETY: on this stack `near` is where it was resumed.
        unsafe { arch::switch::<RETURNS>(&raw mut (*links).far, (*links).near) }
    }
}

impl Way for Inlined {
    const SAVED_BYTES: usize = arch::INLINED_SAVES;

    unsafe fn prepare(links: *mut Links, entry: Entry) -> Context {
        // SAFETY: the caller vouches for the memory.
        unsafe { arch::prepare_inlined(links, entry) }
    }

    #[inline(always)]
    unsafe fn resume(links: *mut Links, far: Context) -> Context {
        // SAFETY: the caller vouches for what it asks.
        unsafe { arch::resume(links, far) }
    }

    #[inline(always)]
    unsafe fn pause(links: *mut Links) {
        // SAFETY: the caller vouches for what it asks.
        unsafe { arch::pause(links) }
    }
}

/// The ways are all here: each has its assembly.
mod sealed {
    pub trait Sealed {}
    impl<const RETURNS: bool> Sealed for super::Called<RETURNS> {}
    impl Sealed for super::Inlined {}
}
