//! The smallest program that notes when it began: no library, no start-up.
#![no_std]
#![no_main]

mod note;

use core::arch::global_asm;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    note::exit(1)
}

// The entry point: the stack holds the number of arguments, then the arguments.
#[cfg(target_arch = "x86_64")]
global_asm!(
    ".globl _start",
    "_start:",
    "lea rdi, [rsp + 8]",
    "and rsp, -16",
    "call {begin}",
    "ud2",
    begin = sym begin,
);
#[cfg(target_arch = "aarch64")]
global_asm!(
    ".globl _start",
    "_start:",
    "add x0, sp, #8",
    "bl {begin}",
    "brk #1",
    begin = sym begin,
);

extern "C" fn begin(arguments: *const *const u8) -> ! {
    let begin = note::Moment::begin();
    // SAFETY: they are where the kernel has put them.
    unsafe { note::leave(begin, 0, arguments) }
}
