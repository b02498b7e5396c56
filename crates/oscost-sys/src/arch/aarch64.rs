//! aarch64: the virtual counter, and `clone3` with a child that exits inside
//! the same block of assembly.
#![expect(unsafe_code, reason = "instructions that Rust has no safe form for")]

use std::arch::asm;
use std::sync::atomic::AtomicU32;

/// The name of the counter in records.
pub(crate) const COUNTER: &str = "cntvct_el0";

/// Reads the virtual counter, in order with the code around it: `isb` keeps
/// the read from being done early, the one after holds back what follows (Arm
/// ARM, D12.1.2 "The virtual counter").
#[inline]
pub(crate) fn counter() -> u64 {
    let ticks: u64;
    // SAFETY: Linux lets user space read cntvct_el0; no memory is touched, and
    // leaving `nomem` out keeps memory accesses on their side of the read.
    unsafe {
        asm!("isb", "mrs {}, cntvct_el0", "isb", out(reg) ticks, options(nostack, preserves_flags));
    }
    ticks
}

/// Whether the kernel itself keeps time by the counter; else the reason.
pub(crate) fn kernel_trusts_counter(clocksource: &str) -> Result<(), String> {
    if clocksource == "arch_sys_counter" {
        Ok(())
    } else {
        Err(format!(
            "the kernel keeps time by `{clocksource}`, not by `arch_sys_counter`"
        ))
    }
}

/// The system call that makes a child as `vfork(2)` does, with its arguments:
/// aarch64 has no `vfork`, and the C library calls `clone` with its flags.
pub(crate) const VFORK: (libc::c_long, [usize; 2]) = (
    libc::SYS_clone,
    [
        (libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD).unsigned_abs() as usize,
        0,
    ],
);

/// Makes a task by the system call `call` (`clone` or `clone3`). The child adds
/// 1 to `ran` and leaves by the system call `exit_call` with status 0, without
/// using its stack.
///
/// Returns what the system call returned to the parent.
///
/// # Safety
/// `call` with `args` must be a valid call that makes a task. Where the child
/// shares memory and runs beside the parent, `ran` must outlive it.
#[inline]
pub(crate) unsafe fn spawn_exit(
    (call, args): (libc::c_long, [usize; 2]),
    ran: &AtomicU32,
    exit_call: libc::c_long,
) -> i64 {
    let result: i64;
    // SAFETY: the caller vouches for the call. The child executes only the
    // instructions after the branch: they write to `ran`, which the caller
    // keeps alive, and to registers of the child. It never reaches the code
    // after the block, so nothing that Rust owns is used twice.
    unsafe {
        asm!(
            "svc #0",
            "cbnz x0, 2f",
            "3:",
            "ldaxr w9, [x10]",
            "add w9, w9, #1",
            "stlxr w12, w9, [x10]",
            "cbnz w12, 3b",
            "mov x8, x11",
            "mov x0, #0",
            "svc #0",
            "brk #1",
            "2:",
            in("x8") call,
            inlateout("x0") args[0] => result,
            in("x1") args[1],
            // clone's other arguments: no thread pointer, no id words.
            in("x2") 0,
            in("x3") 0,
            in("x4") 0,
            in("x10") ran.as_ptr(),
            in("x11") exit_call,
            out("x9") _,
            out("x12") _,
            options(nostack),
        );
    }
    result
}
