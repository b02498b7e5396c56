//! A program that does nothing but be linked with the C library, as nearly
//! every program is: what `exec` costs with it includes the dynamic loader.
#![no_std]
#![no_main]

#[link(name = "c")]
unsafe extern "C" {
    fn _exit(status: i32) -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: _exit has no preconditions.
    unsafe { _exit(1) }
}

/// Called by the C library's start-up.
#[unsafe(no_mangle)]
pub extern "C" fn main() -> i32 {
    0
}
