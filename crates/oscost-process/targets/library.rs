//! A library that does nothing but be loaded. It needs the C library, as nearly
//! every library does, and has one function to be found.
#![no_std]

#[link(name = "c")]
unsafe extern "C" {
    fn _exit(status: i32) -> !;
    fn getpid() -> i32;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: _exit has no preconditions.
    unsafe { _exit(1) }
}

/// What the library offers, by something that it needs.
#[unsafe(no_mangle)]
pub extern "C" fn oscost_library() -> i32 {
    // SAFETY: getpid has no preconditions.
    unsafe { getpid() }
}
