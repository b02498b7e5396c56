//! A program linked with the C library that notes when its `main` began, and
//! counts the libraries of ours that were loaded into it.
#![no_std]
#![no_main]

mod note;

use core::ffi::{c_char, c_int, c_void};

/// The beginning of what `dl_iterate_phdr(3)` tells of a loaded object.
#[repr(C)]
struct Loaded {
    address: usize,
    name: *const c_char,
}

#[link(name = "c")]
unsafe extern "C" {
    fn dl_iterate_phdr(
        each: extern "C" fn(*const Loaded, usize, *mut c_void) -> c_int,
        data: *mut c_void,
    ) -> c_int;
}

/// Our libraries are files in memory: nobody else loads such.
const OURS: &[u8] = b"/proc/self/fd/";

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    note::exit(1)
}

/// Called by the C library's start-up.
#[unsafe(no_mangle)]
pub extern "C" fn main(_: c_int, arguments: *const *const u8) -> c_int {
    let begin = note::Moment::begin();
    let mut found = Found::default();
    // SAFETY: `count` gets a pointer to `found`, which is alive, and objects that
    // the loader keeps loaded meanwhile. `main` gets the arguments from the C
    // library as the kernel gave them.
    unsafe {
        dl_iterate_phdr(count, (&raw mut found).cast());
        note::leave(begin, found.ours, arguments)
    }
}

#[derive(Default)]
struct Found {
    /// Objects seen so far, the program itself first.
    all: u64,
    ours: u64,
}

extern "C" fn count(object: *const Loaded, _: usize, found: *mut c_void) -> c_int {
    // SAFETY: the first pointer is the loader's, whose structure begins as `Loaded`;
    // the other is what `main` handed over, and nobody else uses it meanwhile.
    let (name, found) = unsafe { ((*object).name, &mut *found.cast::<Found>()) };
    // The program was itself started from memory.
    if found.all > 0 && !name.is_null() && begins_as_ours(name) {
        found.ours += 1;
    }
    found.all += 1;
    0
}

fn begins_as_ours(name: *const c_char) -> bool {
    let mut bytes = OURS.iter().zip(0..);
    // SAFETY: a name ends in a zero, which none of ours has; so reading stops
    // there at the latest.
    bytes.all(|(&byte, index)| unsafe { *name.add(index).cast::<u8>() } == byte)
}
