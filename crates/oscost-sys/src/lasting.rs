//! Memory that threads and children forked later use together: room for one
//! object of the C library, and rows of numbers.
//!
//! It is never given back before the process ends: nobody can tell how long a
//! thread or a child still looks at it.
#![expect(unsafe_code, reason = "handing out references into mapped memory")]

use std::ptr::NonNull;
use std::sync::atomic::AtomicU64;

use nix::sys::mman::MapFlags;

use crate::map::{Mapping, room};

/// Zeroed memory for one `T`, at the beginning of a page of its own.
///
/// # Errors
/// What `mmap(2)` says.
pub(crate) fn place<T>() -> nix::Result<NonNull<T>> {
    Ok(forever(size_of::<T>())?.cast())
}

/// So many numbers in a row, all 0.
///
/// # Errors
/// What `mmap(2)` says; `EINVAL` where none are asked for, `ENOMEM` where no
/// memory could be so large.
pub fn numbers(count: usize) -> nix::Result<&'static [AtomicU64]> {
    let base = forever(room::<AtomicU64>(count)?)?.cast();
    // SAFETY: the memory is page-aligned, as large as the numbers, zeroed (a
    // valid value of the type), never unmapped, and nobody else knows of it.
    Ok(unsafe { std::slice::from_raw_parts(base.as_ptr(), count) })
}

fn forever(bytes: usize) -> nix::Result<NonNull<u8>> {
    let mapping = Mapping::anonymous(bytes, MapFlags::MAP_SHARED)?;
    let base = NonNull::new(mapping.base()).ok_or(nix::errno::Errno::ENOMEM)?;
    // Dropping it would unmap it.
    std::mem::forget(mapping);
    Ok(base)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use nix::sys::wait::waitpid;

    use super::*;

    #[test]
    fn more_numbers_than_could_be_counted_are_refused() {
        // Times 8 that would be 8 again.
        let count = usize::MAX / 8 + 2;
        assert_eq!(numbers(count).err(), Some(nix::errno::Errno::ENOMEM));
    }

    #[test]
    fn a_child_and_its_parent_see_the_same_numbers() {
        let row = numbers(1000).unwrap();
        let child = crate::fork::fork(|| {
            row[999].store(7, Ordering::Relaxed);
            0
        })
        .unwrap();
        waitpid(child, None).unwrap();
        assert_eq!(row[999].load(Ordering::Relaxed), 7);
        assert_eq!(row[0].load(Ordering::Relaxed), 0);
    }
}
