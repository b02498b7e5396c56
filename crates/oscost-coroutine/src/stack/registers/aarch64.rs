//! aarch64: what the tests of registers do in assembly.

use std::arch::{asm, naked_asm};

use super::{Hop, Links, NOTE, Way, pause_once};

/// How many registers [`keep`] fills: x19 to x29 and d8 to d15. With sp, which
/// nobody could come back without, that is all that a call keeps (AAPCS64, 6.1);
/// x30 is spent on the call itself.
pub(super) const FILLED: usize = 19;

/// What a call leaves on the stack.
pub(super) const PUSHED_BY_A_CALL: usize = 0;

/// The bit that [`with_control_flipped`] flips: flushing to zero in FPCR.
pub(super) const FLIPPED: u64 = 1 << 24;

/// What [`control`] gives: all of it.
pub(super) const CONTROL: u64 = !0;

/// Fills the registers that a call keeps, hops, and counts those that hold what
/// they held.
///
/// # Safety
/// As for `hop` with these links.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn keep(links: *mut Links, hop: Hop, value: u64) -> usize {
    naked_asm!(
        "sub sp, sp, #176",
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
        "str x2, [sp, #160]",
        ".macro fill register",
        "mov \\register, x2",
        "add x2, x2, #1",
        ".endm",
        ".macro fill_vector register",
        "fmov \\register, x2",
        "add x2, x2, #1",
        ".endm",
        "fill x19",
        "fill x20",
        "fill x21",
        "fill x22",
        "fill x23",
        "fill x24",
        "fill x25",
        "fill x26",
        "fill x27",
        "fill x28",
        "fill x29",
        "fill_vector d8",
        "fill_vector d9",
        "fill_vector d10",
        "fill_vector d11",
        "fill_vector d12",
        "fill_vector d13",
        "fill_vector d14",
        "fill_vector d15",
        "blr x1",
        "ldr x1, [sp, #160]",
        "mov x0, xzr",
        ".macro survives register",
        "cmp \\register, x1",
        "cinc x0, x0, eq",
        "add x1, x1, #1",
        ".endm",
        ".macro vector_survives register",
        "fmov x9, \\register",
        "survives x9",
        ".endm",
        "survives x19",
        "survives x20",
        "survives x21",
        "survives x22",
        "survives x23",
        "survives x24",
        "survives x25",
        "survives x26",
        "survives x27",
        "survives x28",
        "survives x29",
        "vector_survives d8",
        "vector_survives d9",
        "vector_survives d10",
        "vector_survives d11",
        "vector_survives d12",
        "vector_survives d13",
        "vector_survives d14",
        "vector_survives d15",
        ".purgem fill",
        ".purgem fill_vector",
        ".purgem survives",
        ".purgem vector_survives",
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
        "add sp, sp, #176",
        "ret",
    )
}

/// A hop that goes nowhere and keeps no register.
///
/// # Safety
/// The caller must not rely on a register that calls keep.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn soil(links: *mut Links) {
    naked_asm!(
        "mov x19, #-1",
        "mov x20, x19",
        "mov x21, x19",
        "mov x22, x19",
        "mov x23, x19",
        "mov x24, x19",
        "mov x25, x19",
        "mov x26, x19",
        "mov x27, x19",
        "mov x28, x19",
        "mov x29, x19",
        "fmov d8, x19",
        "fmov d9, x19",
        "fmov d10, x19",
        "fmov d11, x19",
        "fmov d12, x19",
        "fmov d13, x19",
        "fmov d14, x19",
        "fmov d15, x19",
        "ret",
    )
}

/// An entry that writes down where its stack pointer is, and pauses.
///
/// # Safety
/// `links` must be those of the stack that it runs on, with room above them.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn note_stack_pointer<W: Way>(links: *mut Links) -> ! {
    naked_asm!(
        "mov x9, sp",
        "str x9, [x0, {note}]",
        "bl {pause}",
        "brk #1",
        note = const NOTE,
        pause = sym pause_once::<W>,
    )
}

/// An entry that notes what [`control`] tells whenever it is resumed, and pauses.
///
/// # Safety
/// As for [`note_stack_pointer`].
#[unsafe(naked)]
pub(super) unsafe extern "C" fn note_control<W: Way>(links: *mut Links) -> ! {
    naked_asm!(
        "mov x19, x0",
        "2:",
        "mrs x9, fpcr",
        "str x9, [x19, {note}]",
        "mov x0, x19",
        "bl {pause}",
        "b 2b",
        note = const NOTE,
        pause = sym pause_once::<W>,
    )
}

/// FPCR.
pub(super) fn control() -> u64 {
    let word: u64;
    // SAFETY: it only reads a register.
    unsafe { asm!("mrs {}, fpcr", out(reg) word, options(nomem, nostack, preserves_flags)) };
    word
}

/// Hops with another control word, and puts it back.
///
/// # Safety
/// As for `hop` with these links, on a way that computes nothing.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn with_control_flipped(links: *mut Links, hop: Hop) {
    naked_asm!(
        "str x30, [sp, #-16]!",
        "mrs x9, fpcr",
        "str x9, [sp, #8]",
        "eor x9, x9, {flipped}",
        "msr fpcr, x9",
        "blr x1",
        "ldr x9, [sp, #8]",
        "msr fpcr, x9",
        "ldr x30, [sp], #16",
        "ret",
        flipped = const FLIPPED,
    )
}
