//! aarch64: the virtual counter, system calls whose child lives inside the
//! same block of assembly, and an access that the CPU refuses.
#![expect(unsafe_code, reason = "instructions that Rust has no safe form for")]

use std::arch::asm;
use std::sync::atomic::AtomicU32;

use crate::fork::Note;

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

/// What the kernel calls the counter where it keeps time by it.
pub(crate) const CLOCKSOURCE: &str = "arch_sys_counter";

/// Whether the counter ticks at one rate; here it always does.
pub(crate) fn counter_is_steady() -> Result<(), String> {
    Ok(())
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
    // SAFETY: the caller vouches for the call and keeps `ran` alive. The child
    // writes there and to its registers alone, and never reaches the code after
    // the block: nothing that Rust owns is used twice.
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
            in("x2") 0_usize,
            in("x3") 0_usize,
            in("x4") 0_usize,
            in("x10") ran.as_ptr(),
            in("x11") exit_call,
            out("x9") _,
            out("x12") _,
            options(nostack),
        );
    }
    result
}

/// Makes a task by the system call `call` (`clone` or `clone3`). The child
/// reads the counter as the first thing it does, notes it, counts itself, and
/// makes the system call `then` with its arguments; should that come back, it
/// leaves with status 127. It never uses its stack.
///
/// Returns what the system call returned to the parent.
///
/// # Safety
/// `call` with `args` must be a valid call that makes a task in the memory of
/// its parent. `then` must be a valid call that ends the task or executes a
/// program. `note` must outlive the task, and no other task may write to it
/// meanwhile.
#[inline]
pub(crate) unsafe fn spawn_noting(
    (call, args): (libc::c_long, [usize; 2]),
    note: &Note,
    (then, then_args): (libc::c_long, [usize; 3]),
) -> i64 {
    let result: i64;
    // SAFETY: the caller vouches for both calls and keeps `note` alive. The child
    // writes there and to its registers alone, and never reaches the code after
    // the block: nothing that Rust owns is used twice.
    unsafe {
        asm!(
            "svc #0",
            "cbnz x0, 2f",
            "isb",
            "mrs x9, cntvct_el0",
            "isb",
            "str x9, [x10]",
            "ldr x9, [x10, #8]",
            "add x9, x9, #1",
            "str x9, [x10, #8]",
            "mov x8, x11",
            "mov x0, x5",
            "mov x1, x6",
            "mov x2, x7",
            "svc #0",
            "mov x0, #127",
            "mov x8, {exit_group}",
            "svc #0",
            "brk #1",
            "2:",
            exit_group = const libc::SYS_exit_group,
            in("x8") call,
            inlateout("x0") args[0] => result,
            in("x1") args[1],
            // clone's other arguments: no thread pointer, no id words.
            in("x2") 0_usize,
            in("x3") 0_usize,
            in("x4") 0_usize,
            in("x5") then_args[0],
            in("x6") then_args[1],
            in("x7") then_args[2],
            in("x10") std::ptr::from_ref(note),
            in("x11") then,
            out("x9") _,
            options(nostack),
        );
    }
    result
}

/// Writes to address 0: the kernel answers with `SIGSEGV`, since nothing is mapped
/// there. It gives that page to nobody who does not ask for it by its address,
/// which this program never does; and where `vm.mmap_min_addr` is above 0, to
/// nobody without `CAP_SYS_RAWIO`.
pub(crate) fn bad_access() -> ! {
    // SAFETY: the store reaches no memory, since it faults; should a handler
    // come back from it, the next instruction ends the process.
    unsafe {
        asm!("strb wzr, [{}]", "brk #1", in(reg) 0_usize, options(noreturn));
    }
}
