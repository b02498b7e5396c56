//! Many memory mappings in one process, each in use: what a program with many
//! libraries and files looks like to the kernel.
#![expect(unsafe_code, reason = "changes the protection of mapped pages")]

use nix::errno::Errno;
use nix::sys::mman::{MapFlags, ProtFlags, mprotect};

use crate::map::{Mapping, page_size};

/// A range of memory that the kernel has to keep as many mappings, since
/// neighbours differ in what they allow.
#[derive(Debug)]
pub struct Patchwork {
    _mapping: Option<Mapping>,
}

impl Patchwork {
    /// `count` mappings of a small page each. All pages are written once; then
    /// every second one becomes read-only.
    ///
    /// # Errors
    /// `ENOMEM` where that is more than `vm.max_map_count` leaves, or than there
    /// is memory.
    pub fn new(count: usize) -> nix::Result<Self> {
        if count == 0 {
            return Ok(Self { _mapping: None });
        }
        let page = page_size();
        let bytes = count.checked_mul(page).ok_or(Errno::ENOMEM)?;
        let mapping = Mapping::anonymous(bytes, MapFlags::MAP_PRIVATE)?;
        for number in 0..count {
            let start = mapping.start(number * page);
            // SAFETY: the page lies in the mapping just made, which may be
            // written until it is protected below.
            unsafe { start.cast::<u8>().write_volatile(1) };
            if number % 2 == 1 {
                // SAFETY: the page belongs to the mapping just made, and
                // nobody has a reference into it.
                unsafe { mprotect(start, page, ProtFlags::PROT_READ) }?;
            }
        }
        Ok(Self {
            _mapping: Some(mapping),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mappings() -> usize {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        maps.lines().count()
    }

    #[test]
    fn more_pages_than_there_are_numbers_are_refused() {
        // Times the size of a page that would be one page.
        let count = usize::MAX / page_size() + 2;
        assert_eq!(Patchwork::new(count).err(), Some(Errno::ENOMEM));
    }

    #[test]
    fn every_page_is_a_mapping_of_its_own() {
        let before = mappings();
        let patchwork = Patchwork::new(1000).unwrap();
        let with = mappings();
        // Other tests map and unmap beside this one, but not hundreds.
        assert!(with.abs_diff(before + 1000) < 100, "{before}, then {with}");
        drop(patchwork);
        assert!(mappings().abs_diff(before) < 100);
    }
}
