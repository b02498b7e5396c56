//! x86_64: the time-stamp counter, system calls whose child lives inside the
//! same block of assembly, and an access that the CPU refuses.
#![expect(unsafe_code, reason = "instructions that Rust has no safe form for")]

use std::arch::asm;
use std::arch::x86_64::{__cpuid, _mm_lfence, _rdtsc};
use std::sync::atomic::AtomicU32;

use crate::fork::Note;

/// The name of the counter in records.
pub(crate) const COUNTER: &str = "rdtsc";

/// Reads the time-stamp counter, in order with the code around it: the fence
/// before waits for what came earlier, the one after holds back what follows
/// (Intel SDM vol. 2B, RDTSC; AMD APM vol. 3, with LFENCE serialising).
#[inline]
pub(crate) fn counter() -> u64 {
    // SAFETY: both instructions exist on every x86_64 CPU and touch no memory.
    unsafe {
        _mm_lfence();
        let ticks = _rdtsc();
        _mm_lfence();
        ticks
    }
}

/// What the kernel calls the counter where it keeps time by it.
pub(crate) const CLOCKSOURCE: &str = "tsc";

/// Whether the counter ticks at one rate in every power state; else the reason.
pub(crate) fn counter_is_steady() -> Result<(), String> {
    // Invariant TSC: CPUID 8000_0007h, EDX bit 8.
    if __cpuid(0x8000_0000).eax < 0x8000_0007 || __cpuid(0x8000_0007).edx & (1 << 8) == 0 {
        return Err("the CPU does not report an invariant time-stamp counter".into());
    }
    Ok(())
}

/// The system call that makes a child as `vfork(2)` does, with its arguments.
pub(crate) const VFORK: (libc::c_long, [usize; 2]) = (libc::SYS_vfork, [0, 0]);

/// Makes a task by the system call `call` (`vfork` or `clone3`). The child adds
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
            "syscall",
            "test rax, rax",
            "jnz 2f",
            "lock inc dword ptr [r8]",
            "xor edi, edi",
            "mov rax, r9",
            "syscall",
            "ud2",
            "2:",
            inlateout("rax") call => result,
            in("rdi") args[0],
            in("rsi") args[1],
            in("r8") ran.as_ptr(),
            in("r9") exit_call,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    result
}

/// Makes a task by the system call `call` (`vfork` or `clone3`). The child
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
            "syscall",
            "test rax, rax",
            "jnz 2f",
            "lfence",
            "rdtsc",
            "lfence",
            "shl rdx, 32",
            "or rax, rdx",
            "mov [r8], rax",
            "inc qword ptr [r8 + 8]",
            "mov rdi, r10",
            "mov rsi, r12",
            "mov rdx, r13",
            "mov rax, r9",
            "syscall",
            "mov edi, 127",
            "mov eax, {exit_group}",
            "syscall",
            "ud2",
            "2:",
            exit_group = const libc::SYS_exit_group,
            inlateout("rax") call => result,
            in("rdi") args[0],
            in("rsi") args[1],
            in("r8") std::ptr::from_ref(note),
            in("r9") then,
            in("r10") then_args[0],
            in("r12") then_args[1],
            in("r13") then_args[2],
            lateout("rcx") _,
            lateout("r11") _,
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
        asm!("mov byte ptr [{}], 0", "ud2", in(reg) 0_usize, options(noreturn));
    }
}
