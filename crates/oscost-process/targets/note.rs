//! What the noting programs have in common: reading both clocks, and leaving
//! what they have read in the file whose descriptor they are given.
//!
//! No library: the program without one uses it, too.

use core::arch::asm;

/// Both clocks at one moment: the CPU's counter, and `CLOCK_MONOTONIC` in
/// nanoseconds. Whoever reads the notes knows which of them counts.
pub struct Moment([u64; 2]);

// Where things stand in the file: the same numbers as in `src/notes.rs`.
const FIRST: usize = 0;
const LAST: usize = 2;
const RAN: usize = 4;
const LIBRARIES: usize = 5;
/// A slot is so many bytes long, and its number begins so far into it:
/// `oscost_sys::map::Slot`.
const SLOT: usize = 128;
const NUMBER: usize = 8;
const BYTES: usize = 4096;

#[cfg(target_arch = "x86_64")]
mod call {
    pub const MMAP: usize = 9;
    pub const CLOCK_GETTIME: usize = 228;
    pub const EXIT_GROUP: usize = 231;
}
#[cfg(target_arch = "aarch64")]
mod call {
    pub const MMAP: usize = 222;
    pub const CLOCK_GETTIME: usize = 113;
    pub const EXIT_GROUP: usize = 94;
}

impl Moment {
    /// For a beginning: the counter first.
    pub fn begin() -> Self {
        let counter = counter();
        Self([counter, monotonic()])
    }

    /// For an end: the counter last.
    fn end() -> Self {
        let monotonic = monotonic();
        Self([counter(), monotonic])
    }
}

/// Leaves notes in the file that the first argument names by its descriptor,
/// and ends the program: with status 0 where all went well.
///
/// # Safety
/// `arguments` must be those that the kernel gave the program, where it put them.
pub unsafe fn leave(begin: Moment, libraries: u64, arguments: *const *const u8) -> ! {
    // SAFETY: the arguments end in a null pointer, and the environment follows them
    // and ends so, too: a second pointer is there, even where there is no argument.
    // It is null, or that of a text which ends in a zero.
    let descriptor = unsafe { number(*arguments.add(1)) };
    // PROT_READ | PROT_WRITE, MAP_SHARED.
    // SAFETY: no address is asked for, so that nothing that is mapped is touched.
    let page = unsafe { system_call(call::MMAP, [0, BYTES, 3, 1, descriptor, 0]) };
    // The kernel gives small negative numbers for errors.
    if page > usize::MAX - 4096 {
        exit(1);
    }
    let slot = |slot: usize| (page + slot * SLOT + NUMBER) as *mut u64;
    // SAFETY: the slots lie inside the page that was just mapped. Whoever else
    // maps it does not touch them while this program runs.
    unsafe {
        for clock in 0..2 {
            slot(FIRST + clock).write_volatile(begin.0[clock]);
        }
        slot(LIBRARIES).write_volatile(libraries);
        slot(RAN).write_volatile(slot(RAN).read_volatile() + 1);
        let end = Moment::end();
        for clock in 0..2 {
            slot(LAST + clock).write_volatile(end.0[clock]);
        }
    }
    exit(0)
}

/// The number in a text of digits; of none, a descriptor that does not exist.
///
/// # Safety
/// `text` must be null or end in a zero.
unsafe fn number(mut text: *const u8) -> usize {
    let mut number = 0;
    if text.is_null() {
        return usize::MAX;
    }
    // SAFETY: see above.
    while let digit @ b'0'..=b'9' = unsafe { *text } {
        number = number * 10 + usize::from(digit - b'0');
        // SAFETY: the text goes on, since it has not ended.
        text = unsafe { text.add(1) };
    }
    number
}

fn counter() -> u64 {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: these instructions exist on every x86_64 CPU.
    unsafe {
        core::arch::x86_64::_mm_lfence();
        let ticks = core::arch::x86_64::_rdtsc();
        core::arch::x86_64::_mm_lfence();
        ticks
    }
    #[cfg(target_arch = "aarch64")]
    {
        let ticks: u64;
        // SAFETY: Linux lets user space read cntvct_el0.
        unsafe {
            asm!("isb", "mrs {}, cntvct_el0", "isb", out(reg) ticks, options(nostack));
        }
        ticks
    }
}

/// By the system call: the fast way belongs to a library.
fn monotonic() -> u64 {
    let mut time = [0_u64; 2];
    // CLOCK_MONOTONIC is 1.
    let arguments = [1, (&raw mut time).expose_provenance(), 0, 0, 0, 0];
    // SAFETY: the kernel writes two numbers, for which there is room.
    unsafe { system_call(call::CLOCK_GETTIME, arguments) };
    time[0] * 1_000_000_000 + time[1]
}

/// Ends the program with a status.
pub fn exit(status: usize) -> ! {
    loop {
        // SAFETY: the call takes an integer.
        unsafe { system_call(call::EXIT_GROUP, [status, 0, 0, 0, 0, 0]) };
    }
}

/// # Safety
/// The call with its arguments must write only to memory that is the caller's.
unsafe fn system_call(call: usize, arguments: [usize; 6]) -> usize {
    let result: usize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the caller vouches for the call.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") call => result,
            in("rdi") arguments[0],
            in("rsi") arguments[1],
            in("rdx") arguments[2],
            in("r10") arguments[3],
            in("r8") arguments[4],
            in("r9") arguments[5],
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: the caller vouches for the call.
    unsafe {
        asm!(
            "svc #0",
            in("x8") call,
            inlateout("x0") arguments[0] => result,
            in("x1") arguments[1],
            in("x2") arguments[2],
            in("x3") arguments[3],
            in("x4") arguments[4],
            in("x5") arguments[5],
            options(nostack),
        );
    }
    result
}
