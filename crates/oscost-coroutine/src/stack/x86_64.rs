//! x86_64, System V ABI: the stack switch.
//!
//! A suspended stack:
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
//! A new stack looks as if it had been suspended by a caller at `begin`:
//!
//! ```text
//! top -  8      0
//! top - 16      0                          <- rsp at `begin`; a return address
//! top - 24      begin                         of 0 ends every backtrace
//! top - 32      rbp = 0
//! top - 40      rbx = 0
//! top - 48      r12 = argument
//! top - 56      r13 = entry
//! top - 64      r14 = 0
//! top - 72      r15 = 0                    <- context
//! ```
//!
//! MXCSR and the x87 control word are callee-saved by the ABI, too, and are
//! *not* switched: nothing here changes rounding or exception masks, most
//! libraries leave them alone as well, and reloading them would cost about as
//! much as all the rest. Code that changes them on one stack changes them for
//! all stacks of its thread.
#![expect(unsafe_code, reason = "switching stacks is beyond Rust")]

use std::arch::{asm, naked_asm};

use super::{Context, Entry};

/// rbx, rbp, r12 to r15, the return address and rsp.
pub(super) const SAVED_BYTES: usize = 8 * 8;

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
unsafe extern "C" fn exchange<const RETURNS: bool>(save: *mut Context, to: Context) {
    naked_asm!(
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

/// Where the stack pointer is.
#[inline(always)]
pub(super) fn stack_pointer() -> usize {
    let here: usize;
    // SAFETY: it only reads a register.
    unsafe { asm!("mov {here}, rsp", here = out(reg) here, options(nomem, nostack)) };
    here
}

/// Fills memory with words of which every bit is another than in `key`, and
/// leaves none of them in a register: what the switch saves is no paint.
///
/// # Safety
/// `words` must be valid for writes from `from` on, or room below the stack
/// pointer.
#[inline(always)]
pub(super) unsafe fn fill(from: *mut u8, words: usize, key: u64) {
    // SAFETY: the caller vouches for the memory. Without `nostack` the compiler
    // keeps nothing below the stack pointer here. The ABI has the direction
    // flag clear, so the words go upwards.
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

/// Lays out a new stack below `top`, so that the first switch to it calls
/// `entry(argument)`.
///
/// # Safety
/// `top` must be on a 16-byte boundary, with [`super::FIRST_FRAME`] writable
/// bytes below it that nobody else uses.
pub(super) unsafe fn prepare(top: *mut u8, entry: Entry, argument: *mut u8) -> Context {
    let words: [usize; 9] = [
        0,
        0,
        entry as usize,
        argument as usize,
        0,
        0,
        begin as *const () as usize,
        0,
        0,
    ];
    // SAFETY: 72 bytes below `top` are the caller's to give, and multiples of
    // 8 below a 16-byte boundary are aligned for words.
    unsafe {
        let context = top.sub(size_of_val(&words));
        context.cast::<[usize; 9]>().write(words);
        context
    }
}

/// The bottom of every new stack. `rsp` is on a 16-byte boundary, as it must
/// be before a call.
#[unsafe(naked)]
unsafe extern "C" fn begin() {
    naked_asm!("mov rdi, r12", "call r13", "ud2")
}

/// What the tests do in assembly: fill every register that a switch must keep,
/// and see what is left of it.
#[cfg(test)]
pub(super) mod registers {
    use std::arch::naked_asm;

    use super::super::{Context, Links};

    /// How many registers [`survivors`] fills.
    pub(in super::super) const FILLED: usize = 6;

    /// Fills the callee-saved registers, switches as [`super::exchange`] does,
    /// and counts those that are intact. `*sp` becomes the stack pointer at the
    /// call of the switch.
    ///
    /// # Safety
    /// As for [`super::exchange`]; `sp` must be valid for a write.
    #[unsafe(naked)]
    pub(in super::super) unsafe extern "C" fn survivors<const RETURNS: bool>(
        save: *mut Context,
        to: Context,
        sp: *mut usize,
    ) -> usize {
        naked_asm!(
            "push rbp",
            "push rbx",
            "push r12",
            "push r13",
            "push r14",
            "push r15",
            "sub rsp, 8",
            "mov rbp, 0x1111111111111111",
            "mov rbx, 0x2222222222222222",
            "mov r12, 0x3333333333333333",
            "mov r13, 0x4444444444444444",
            "mov r14, 0x5555555555555555",
            "mov r15, 0x6666666666666666",
            "mov [rdx], rsp",
            "call {switch}",
            "xor eax, eax",
            "mov rcx, 0x1111111111111111",
            "cmp rbp, rcx",
            "jne 2f",
            "inc eax",
            "2: add rcx, rcx",
            "cmp rbx, rcx",
            "jne 2f",
            "inc eax",
            "2: mov rcx, 0x3333333333333333",
            "cmp r12, rcx",
            "jne 2f",
            "inc eax",
            "2: mov rcx, 0x4444444444444444",
            "cmp r13, rcx",
            "jne 2f",
            "inc eax",
            "2: mov rcx, 0x5555555555555555",
            "cmp r14, rcx",
            "jne 2f",
            "inc eax",
            "2: mov rcx, 0x6666666666666666",
            "cmp r15, rcx",
            "jne 2f",
            "inc eax",
            "2: add rsp, 8",
            "pop r15",
            "pop r14",
            "pop r13",
            "pop r12",
            "pop rbx",
            "pop rbp",
            "ret",
            switch = sym super::exchange::<RETURNS>,
        )
    }

    /// An entry that soils every callee-saved register and switches back.
    ///
    /// # Safety
    /// `links` must point to the [`Links`] of the stack that it runs on.
    #[unsafe(naked)]
    pub(in super::super) unsafe extern "C" fn soil<const RETURNS: bool>(links: *mut u8) -> ! {
        naked_asm!(
            "mov rbp, -1",
            "mov rbx, -2",
            "mov r12, -3",
            "mov r13, -4",
            "mov r14, -5",
            "mov r15, -6",
            "mov rsi, [rdi + {near}]",
            "add rdi, {far}",
            "sub rsp, 8",
            "call {switch}",
            "ud2",
            near = const std::mem::offset_of!(Links, near),
            far = const std::mem::offset_of!(Links, far),
            switch = sym super::exchange::<RETURNS>,
        )
    }
}
