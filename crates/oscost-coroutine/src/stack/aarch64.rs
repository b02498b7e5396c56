//! aarch64, AAPCS64: the stack switch.
//!
//! A stack suspended by [`switch`]:
//!
//! ```text
//! context + 160  whatever the caller of `exchange` has on its stack
//! context + 144  x29 (frame pointer), x30 (return address)
//! context +  64  x19 to x28, in rising order
//! context        d8 to d15, likewise       <- 16-byte boundary
//! ```
//!
//! A stack left by [`pause`] holds, from its context upwards, the address to go
//! on at, a word of padding, x29 and x19; one left by [`resume`] the same with
//! the return address.
//!
//! A new stack looks as if it had been suspended by a caller at `begin`, with
//! `sp` = `top`, x19 = links, x20 = entry, x30 = `begin`, and 0 elsewhere.
//!
//! What the ABI (AAPCS64, 6) has a call keep, and what becomes of it:
//!
//! | | |
//! |---|---|
//! | x19 to x29, sp, and x30 as the way back | saved, or declared as spoilt and so saved by the compiler where it uses them |
//! | d8 to d15, the lower halves of v8 to v15 | the same; a call keeps no other part of a vector register |
//! | sp on a 16-byte boundary, always | it moves by multiples of 16; the CPU faults else |
//! | FPCR | *not* switched: it is global to the thread by the ABI, and a call may change it only where that is its purpose. Code that changes it on one stack changes it for all stacks of its thread |
//! | x18 | the platform's; Linux leaves it to a call to spoil, and nothing here touches it |
//! | SVE and SME state | a call keeps none with the usual signature; streaming mode must be off |
//! | signed return addresses, branch targets, a guarded control stack | *not* provided for: Rust's programs are not marked as made for them |
//!
//! `registers` tests the rows that can be seen.
#![expect(unsafe_code, reason = "switching stacks is beyond Rust")]

use std::arch::{asm, naked_asm};
use std::mem::offset_of;

use super::{Context, Entry, Links};

/// x19 to x30, d8 to d15 and sp. x30 is the return address.
pub(super) const CALLED_SAVES: usize = 8 * (12 + 8 + 1);

/// x19 and x29, which the compiler lets nobody else save, the address to go on
/// at and sp.
pub(super) const INLINED_SAVES: usize = 8 * 4;

/// Calls [`exchange`] directly. Left to the compiler, a function in assembly is
/// called through a table of addresses: another indirect branch on the way.
///
/// # Safety
/// As for [`exchange`].
#[inline(always)]
pub(super) unsafe fn switch<const RETURNS: bool>(save: *mut Context, to: Context) {
    // SAFETY: the caller vouches for what `exchange` asks. All that a call may
    // spoil is declared, the link register among it.
    unsafe {
        asm!(
            "bl {exchange}",
            exchange = sym exchange::<RETURNS>,
            in("x0") save,
            in("x1") to,
            clobber_abi("C"),
        );
    }
}

/// Leaves the running stack, writes down where in `*save`, and goes on where
/// the stack `to` was left.
///
/// The end is a `br`, unless it `RETURNS`: for a `ret` the return predictor
/// expects the caller on the stack that is left, and misses every time.
///
/// # Safety
/// `save` must be valid for a write. `to` must come from [`prepare`] or from an
/// earlier switch, its stack must still be there, and nobody may have gone on
/// from it since.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn exchange<const RETURNS: bool>(save: *mut Context, to: Context) {
    naked_asm!(
        // It stands first in a section of its own: this aligns the function. By a
        // cache line: two that share one cost 6 % more on a Zen 4.
        ".p2align 6",
        "sub sp, sp, #160",
        "stp d8, d9, [sp]",
        "stp d10, d11, [sp, #16]",
        "stp d12, d13, [sp, #32]",
        "stp d14, d15, [sp, #48]",
        "stp x19, x20, [sp, #64]",
        "stp x21, x22, [sp, #80]",
        "stp x23, x24, [sp, #96]",
        "stp x25, x26, [sp, #112]",
        "stp x27, x28, [sp, #128]",
        "stp x29, x30, [sp, #144]",
        "mov x9, sp",
        "str x9, [x0]",
        "mov sp, x1",
        "ldp d8, d9, [sp]",
        "ldp d10, d11, [sp, #16]",
        "ldp d12, d13, [sp, #32]",
        "ldp d14, d15, [sp, #48]",
        "ldp x19, x20, [sp, #64]",
        "ldp x21, x22, [sp, #80]",
        "ldp x23, x24, [sp, #96]",
        "ldp x25, x26, [sp, #112]",
        "ldp x27, x28, [sp, #128]",
        "ldp x29, x30, [sp, #144]",
        "add sp, sp, #160",
        ".if {returns}",
        "ret",
        ".else",
        "br x30",
        ".endif",
        returns = const RETURNS as usize,
    )
}

/// [`super::way::Inlined`]: leaves the running stack for the far side.
///
/// Who arrives on a stack notes where the other was left: it knows both then. Where
/// the far side was left also comes back in a register: by way of memory alone, each
/// switch would wait for the store of the one before.
///
/// # Safety
/// `far` must come from [`prepare_inlined`] or be what the last `resume` with the
/// same links gave, its stack must still be there, and nobody may have gone on from
/// it since.
#[inline(always)]
pub(super) unsafe fn resume(links: *mut Links, far: Context) -> Context {
    let left: Context;
    // SAFETY: the caller vouches for the far side. It comes back behind the
    // call with this stack as it was; all registers are declared as spoilt but
    // x19, x29 and sp, which are put back (x18 is the platform's).
    unsafe {
        asm!(
            "stp x29, x19, [sp, #-16]!",
            "ldr x2, [x1]",
            "blr x2",
            "ldp x29, x19, [sp], #16",
            inlateout("x0") links => _,
            inlateout("x1") far => left,
            lateout("x20") _, lateout("x21") _, lateout("x22") _, lateout("x23") _,
            lateout("x24") _, lateout("x25") _, lateout("x26") _, lateout("x27") _,
            lateout("x28") _,
            clobber_abi("C"),
        );
    }
    left
}

/// Leaves the stack of a coroutine for where it was resumed, with its context in x1.
/// [`resume`] calls it back at the label, with the links in x0 and the context in x1.
///
/// # Safety
/// It must run on the stack of `links`, after a [`resume`] with the same links.
#[inline(always)]
pub(super) unsafe fn pause(links: *mut Links) {
    // SAFETY: the caller vouches for it: `near` is where `resume` was left, with
    // its return address on top. Registers are declared as in `resume`.
    unsafe {
        asm!(
            "stp x29, x19, [sp, #-16]!",
            "adr x2, 2f",
            "str x2, [sp, #-16]!",
            "mov x1, sp",
            "str x1, [x0, {far}]",
            "ldr x3, [x0, {near}]",
            "mov sp, x3",
            "ldr x30, [sp], #16",
            "ret",
            "2:",
            "str x30, [sp, #-16]!",
            "mov x3, sp",
            "str x3, [x0, {near}]",
            "add sp, x1, #16",
            "ldp x29, x19, [sp], #16",
            near = const offset_of!(Links, near),
            far = const offset_of!(Links, far),
            inlateout("x0") links => _,
            lateout("x20") _, lateout("x21") _, lateout("x22") _, lateout("x23") _,
            lateout("x24") _, lateout("x25") _, lateout("x26") _, lateout("x27") _,
            lateout("x28") _,
            clobber_abi("C"),
        );
    }
}

/// [`fill`]s so many bytes, whole words, below the stack pointer, and tells where
/// that is. Where this is not inlined, it is that of this function.
///
/// # Safety
/// So much of the stack must be left.
#[inline(always)]
pub(super) unsafe fn fill_below<const BYTES: usize>(key: u64) -> usize {
    let here: usize;
    // SAFETY: the caller vouches for the memory. Nothing is kept below the stack
    // pointer, which is read in the same block: the ABI knows no red zone.
    unsafe {
        asm!(
            "mov {here}, sp",
            "sub {from}, {here}, #{bytes}",
            "mvn {word}, {word}",
            "2: cmp {from}, {here}",
            "b.hs 3f",
            "str {word}, [{from}], #8",
            "b 2b",
            "3: mov {word}, xzr",
            here = out(reg) here,
            bytes = const BYTES,
            word = inout(reg) key => _,
            from = out(reg) _,
        );
    }
    here
}

/// Fills memory with words of which every bit is another than in `key`, and
/// leaves none of them in a register: what the switch saves is no paint.
///
/// # Safety
/// `words` must be valid for writes from `from` on.
#[inline(always)]
pub(super) unsafe fn fill(from: *mut u8, words: usize, key: u64) {
    // SAFETY: the caller vouches for the memory.
    unsafe {
        asm!(
            "mvn {word}, {word}",
            "2: cbz {words}, 3f",
            "str {word}, [{from}], #8",
            "sub {words}, {words}, #1",
            "b 2b",
            "3: mov {word}, xzr",
            word = inout(reg) key => _,
            from = inout(reg) from => _,
            words = inout(reg) words => _,
        );
    }
}

/// Lays out a new stack below `links`, so that the first [`switch`] to it calls
/// `entry(links)`.
///
/// # Safety
/// `links` must be on a 16-byte boundary, with [`super::FIRST_FRAME`] writable
/// bytes below them that nobody else uses.
pub(super) unsafe fn prepare(links: *mut Links, entry: Entry) -> Context {
    let mut words = [0_usize; 20];
    words[8] = links.expose_provenance();
    words[9] = entry as usize;
    words[19] = begin as *const () as usize;
    // SAFETY: the caller vouches for 160 bytes.
    unsafe { lay(links, words) }
}

/// The same for [`resume`].
///
/// # Safety
/// As for [`prepare`].
pub(super) unsafe fn prepare_inlined(links: *mut Links, entry: Entry) -> Context {
    let begin = begin_inlined as *const () as usize;
    // SAFETY: the caller vouches for 32 bytes.
    unsafe { lay(links, [begin, 0, entry as usize, 0]) }
}

/// Writes words below `top`, the last one at the highest address.
///
/// # Safety
/// `top` must be on a 16-byte boundary, and the memory below it be free.
unsafe fn lay<const N: usize>(top: *mut Links, words: [usize; N]) -> Context {
    // SAFETY: the caller vouches for the memory, and multiples of 8 below a
    // 16-byte boundary are aligned for words.
    unsafe {
        let context = top.byte_sub(size_of_val(&words)).cast::<[usize; N]>();
        context.write(words);
        context.cast()
    }
}

/// The bottom of every new stack. x30 = 0 ends every backtrace: `brk` is never
/// reached.
#[unsafe(naked)]
unsafe extern "C" fn begin() {
    naked_asm!("mov x0, x19", "mov x30, xzr", "blr x20", "brk #1")
}

/// The same, entered as [`pause`] is.
#[unsafe(naked)]
unsafe extern "C" fn begin_inlined() {
    naked_asm!(
        "str x30, [sp, #-16]!",
        "mov x3, sp",
        "str x3, [x0, {near}]",
        "add sp, x1, #16",
        "ldr x2, [sp], #16",
        "mov x29, xzr",
        "mov x30, xzr",
        "blr x2",
        "brk #1",
        near = const offset_of!(Links, near),
    )
}
