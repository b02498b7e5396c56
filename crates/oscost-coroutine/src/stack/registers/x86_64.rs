//! x86_64: what the tests of registers do in assembly.

use std::arch::{asm, naked_asm};

use super::{Hop, Links, NOTE, Way, pause_once};

/// How many registers [`keep`] fills: rbp, rbx, r12 to r15. With rsp, which
/// nobody could come back without, that is all that a call keeps (System V ABI,
/// 3.2.1), but for the control words.
pub(super) const FILLED: usize = 6;

/// What a call leaves on the stack.
pub(super) const PUSHED_BY_A_CALL: usize = 8;

/// The bits that [`with_control_flipped`] flips: flushing to zero in MXCSR, and
/// rounding in the x87 control word.
pub(super) const FLIPPED: u64 = MXCSR | X87 << 32;
const MXCSR: u64 = 1 << 15;
const X87: u64 = 3 << 10;

/// What [`control`] gives but for the flags of MXCSR, which computing sets.
pub(super) const CONTROL: u64 = !0x3f;

/// Fills the registers that a call keeps, hops, and counts those that hold what
/// they held.
///
/// # Safety
/// As for `hop` with these links.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn keep(links: *mut Links, hop: Hop, value: u64) -> usize {
    naked_asm!(
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "push rdx",
        "mov rbp, rdx",
        "lea rbx, [rdx + 1]",
        "lea r12, [rdx + 2]",
        "lea r13, [rdx + 3]",
        "lea r14, [rdx + 4]",
        "lea r15, [rdx + 5]",
        "call rsi",
        "pop rcx",
        "xor eax, eax",
        ".macro survives register",
        "cmp \\register, rcx",
        "sete dl",
        "add al, dl",
        "inc rcx",
        ".endm",
        "survives rbp",
        "survives rbx",
        "survives r12",
        "survives r13",
        "survives r14",
        "survives r15",
        ".purgem survives",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
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
        "mov rbp, -1",
        "mov rbx, -1",
        "mov r12, -1",
        "mov r13, -1",
        "mov r14, -1",
        "mov r15, -1",
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
        "mov [rdi + {note}], rsp",
        "sub rsp, 8",
        "call {pause}",
        "ud2",
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
        "push rdi",
        "mov qword ptr [rdi + {note}], 0",
        "2:",
        "mov rdi, [rsp]",
        "stmxcsr [rdi + {note}]",
        "fnstcw [rdi + {note} + 4]",
        "call {pause}",
        "jmp 2b",
        note = const NOTE,
        pause = sym pause_once::<W>,
    )
}

/// MXCSR, and above it the x87 control word.
pub(super) fn control() -> u64 {
    let mut words = [0_u32; 2];
    // SAFETY: it stores 4 and 2 bytes to words of our own.
    unsafe {
        asm!(
            "stmxcsr [{words}]",
            "fnstcw [{words} + 4]",
            words = in(reg) words.as_mut_ptr(),
            options(nostack, preserves_flags),
        );
    }
    u64::from(words[0]) | u64::from(words[1]) << 32
}

/// Hops with other control words, and puts them back.
///
/// # Safety
/// As for `hop` with these links, on a way that computes nothing.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn with_control_flipped(links: *mut Links, hop: Hop) {
    naked_asm!(
        "sub rsp, 24",
        "stmxcsr [rsp]",
        "fnstcw [rsp + 4]",
        "mov eax, [rsp]",
        "xor eax, {mxcsr}",
        "mov [rsp + 8], eax",
        "ldmxcsr [rsp + 8]",
        "movzx eax, word ptr [rsp + 4]",
        "xor eax, {x87}",
        "mov [rsp + 12], ax",
        "fldcw [rsp + 12]",
        "call rsi",
        "ldmxcsr [rsp]",
        "fldcw [rsp + 4]",
        "add rsp, 24",
        "ret",
        mxcsr = const MXCSR,
        x87 = const X87,
    )
}
