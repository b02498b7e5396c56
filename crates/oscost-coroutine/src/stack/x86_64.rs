//! x86_64, System V ABI: the stack switch.
//!
//! A stack suspended by [`switch`]:
//!
//! ```text
//! context + 56  whatever the caller of `exchange` has on its stack
//! context + 48  return address of that call
//! context + 40  rbp
//! context + 32  rbx
//! context + 24  r12
//! context + 16  r13
//! context +  8  r14
//! context       r15                        <- 16-byte boundary + 8
//! ```
//!
//! A stack left by [`pause`] holds, from its context upwards, the address to go
//! on at, rbx and rbp; one left by [`resume`] a return address, rbx and rbp.
//!
//! A new stack looks as if it had been suspended by a caller at `begin`:
//!
//! ```text
//! top -  8      0
//! top - 16      0                          <- rsp at `begin`; a return address
//! top - 24      begin                         of 0 ends every backtrace
//! top - 32      rbp = 0
//! top - 40      rbx = 0
//! top - 48      r12 = links
//! top - 56      r13 = entry
//! top - 64      r14 = 0
//! top - 72      r15 = 0                    <- context
//! ```
//!
//! What the ABI (System V, x86_64 supplement, 3.2) has a call keep, and what
//! becomes of it:
//!
//! | | |
//! |---|---|
//! | rbx, rbp, r12 to r15, rsp | saved, or declared as spoilt and so saved by the compiler where it uses them |
//! | rsp on a 16-byte boundary before a call | so it is at the first call of a new stack |
//! | MXCSR, the x87 control word | *not* switched: nothing here changes rounding or exception masks, most libraries leave them alone as well, and reloading them would cost about as much as all the rest. Code that changes them on one stack changes them for all stacks of its thread |
//! | the direction flag | clear on both sides, by the ABI |
//! | the red zone below rsp | not in use: who switches is a caller, or assembly without `nostack` |
//! | xmm, ymm, zmm, k registers | a call keeps none |
//! | a shadow stack (CET) | *not* switched: Rust marks no program as made for one, so the kernel gives it none |
//!
//! `registers` tests the rows that can be seen.
#![expect(unsafe_code, reason = "switching stacks is beyond Rust")]

use std::arch::{asm, naked_asm};
use std::mem::offset_of;

use super::{Context, Entry, Links};

/// rbx, rbp, r12 to r15, the return address and rsp.
pub(super) const CALLED_SAVES: usize = 8 * 8;

/// rbx and rbp, which the compiler lets nobody else save, the address to go on
/// at and rsp.
pub(super) const INLINED_SAVES: usize = 8 * 4;

/// Calls [`exchange`] directly. Left to the compiler, a function in assembly is
/// called through a table of addresses: another indirect branch on the way, and
/// one that takes the predictor's mind off the one that matters.
///
/// # Safety
/// As for [`exchange`].
#[inline(always)]
pub(super) unsafe fn switch<const RETURNS: bool>(save: *mut Context, to: Context) {
    // SAFETY: the caller vouches for what `exchange` asks. All that a call may
    // spoil is declared, and without `nostack` the stack is aligned for one.
    unsafe {
        asm!(
            "call {exchange}",
            exchange = sym exchange::<RETURNS>,
            in("rdi") save,
            in("rsi") to,
            clobber_abi("C"),
        );
    }
}

/// Leaves the running stack, writes down where in `*save`, and goes on where
/// the stack `to` was left.
///
/// The end is a jump, unless it `RETURNS`: for a `ret` the return predictor
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
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "mov [rdi], rsp",
        "mov rsp, rsi",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        ".if {returns}",
        "ret",
        ".else",
        "pop rax",
        "jmp rax",
        ".endif",
        returns = const RETURNS as usize,
    )
}

/// [`super::way::Inlined`]: leaves the running stack for the far side.
///
/// Who arrives on a stack notes where the other was left: it knows both then. Where
/// the far side was left also comes back in a register: by way of memory alone, each
/// switch would wait for the store of the one before: a round trip then takes 1.2 to 1.3
/// times as long on a Zen 5.
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
    // rbx, rbp and rsp, which are put back.
    unsafe {
        asm!(
            "push rbp",
            "push rbx",
            "call [rsi]",
            "pop rbx",
            "pop rbp",
            inlateout("rdi") links => _,
            inlateout("rsi") far => left,
            lateout("r12") _, lateout("r13") _, lateout("r14") _, lateout("r15") _,
            clobber_abi("C"),
        );
    }
    left
}

/// Leaves the stack of a coroutine for where it was resumed, with its context in rsi.
/// [`resume`] calls it back at the label, with the links in rdi and the context in rsi.
///
/// # Safety
/// It must run on the stack of `links`, after a [`resume`] with the same links.
#[inline(always)]
pub(super) unsafe fn pause(links: *mut Links) {
    // SAFETY: the caller vouches for it: `near` is where `resume` was left, with
    // its return address on top. Registers are declared as in `resume`.
    unsafe {
        asm!(
            "push rbp",
            "push rbx",
            "lea rax, [rip + 2f]",
            "push rax",
            "mov rsi, rsp",
            "mov [rdi + {far}], rsi",
            "mov rsp, [rdi + {near}]",
            "ret",
            "2:",
            "mov [rdi + {near}], rsp",
            "lea rsp, [rsi + 8]",
            "pop rbx",
            "pop rbp",
            near = const offset_of!(Links, near),
            far = const offset_of!(Links, far),
            inlateout("rdi") links => _,
            lateout("r12") _, lateout("r13") _, lateout("r14") _, lateout("r15") _,
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
    // SAFETY: as for `fill`. Without `nostack` the compiler keeps nothing below the
    // stack pointer here, which is read in the same block.
    unsafe {
        asm!(
            "mov {here}, rsp",
            "lea rdi, [rsp - {bytes}]",
            "not rax",
            "rep stosq",
            "xor eax, eax",
            here = out(reg) here,
            bytes = const BYTES,
            inout("rax") key => _,
            out("rdi") _,
            inout("rcx") BYTES / 8 => _,
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
    // SAFETY: the caller vouches for the memory. The ABI has the direction flag
    // clear, so the words go upwards.
    unsafe {
        asm!(
            "not rax",
            "rep stosq",
            "xor eax, eax",
            inout("rax") key => _,
            inout("rdi") from => _,
            inout("rcx") words => _,
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
    let begin = begin as *const () as usize;
    // SAFETY: the caller vouches for 72 bytes.
    unsafe {
        lay(
            links,
            [
                0,
                0,
                entry as usize,
                links.expose_provenance(),
                0,
                0,
                begin,
                0,
                0,
            ],
        )
    }
}

/// The same for [`resume`].
///
/// # Safety
/// As for [`prepare`].
pub(super) unsafe fn prepare_inlined(links: *mut Links, entry: Entry) -> Context {
    let begin = begin_inlined as *const () as usize;
    // SAFETY: the caller vouches for 32 bytes.
    unsafe { lay(links, [begin, entry as usize, 0, 0]) }
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

/// The bottom of every new stack. `rsp` is on a 16-byte boundary, as it must
/// be before a call.
#[unsafe(naked)]
unsafe extern "C" fn begin() {
    naked_asm!("mov rdi, r12", "call r13", "ud2")
}

/// The same, entered as [`pause`] is. The two words that are left above `rsp`
/// bring it to a 16-byte boundary.
#[unsafe(naked)]
unsafe extern "C" fn begin_inlined() {
    naked_asm!(
        "mov [rdi + {near}], rsp",
        "lea rsp, [rsi + 8]",
        "pop rax",
        "xor ebp, ebp",
        "call rax",
        "ud2",
        near = const offset_of!(Links, near),
    )
}
