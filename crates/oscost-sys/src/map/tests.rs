//! Mappings: where they lie, how large they are, who sees what is written.

use super::*;

#[test]
fn slots_do_not_overlap() {
    let page = SharedPage::new().unwrap();
    for index in 0..SLOTS {
        page.slot(index)
            .word
            .store(u32::try_from(index).unwrap(), Ordering::Relaxed);
        page.slot(index).long.store(u64::MAX, Ordering::Relaxed);
    }
    for index in 0..SLOTS {
        let word = page.slot(index).word.load(Ordering::Relaxed);
        assert_eq!(word as usize, index);
    }
}

#[test]
fn ballast_of_nothing_is_no_mapping() {
    assert!(Ballast::new(0).unwrap().mapping.is_none());
    assert!(Ballast::new(1 << 20).unwrap().mapping.is_some());
}

#[test]
fn ballast_is_written_page_by_page() {
    let small = Ballast::new(10 * page_size()).unwrap();
    assert_eq!(small.pages(), 10);
    // Huge pages of any size may be asked for: only their place counts.
    let huge = Ballast::huge(4 << 20, 2 << 20);
    for ballast in [Ok(small), huge] {
        let ballast = match ballast {
            Err(Errno::EINVAL) => continue,
            ballast => ballast.unwrap(),
        };
        for page in 0..ballast.pages() {
            let cell = ballast.cell(page);
            assert_eq!(cell.load(Ordering::Relaxed), 1);
            assert_eq!(std::ptr::from_ref(cell).addr() % ballast.page, 0);
        }
    }
}

#[test]
fn two_mappings_of_a_file_are_one_memory() {
    let file = tempfile();
    let [one, other] = [(); 2].map(|()| SharedPage::of_file(&file, 2).unwrap());
    one.slot(1).long.store(7, Ordering::Relaxed);
    assert_eq!(other.slot(1).long.load(Ordering::Relaxed), 7);
}

#[test]
fn a_file_smaller_than_its_slots_is_refused() {
    assert!(SharedPage::of_file(tempfile(), 4096 / size_of::<Slot>()).is_ok());
    let file = SharedPage::of_file(tempfile(), 4096 / size_of::<Slot>() + 1);
    assert_eq!(file.err(), Some(Errno::EINVAL));
}

fn tempfile() -> std::fs::File {
    let file = nix::sys::memfd::memfd_create(c"test", nix::sys::memfd::MFdFlags::empty());
    let file = std::fs::File::from(file.unwrap());
    file.set_len(4096).unwrap();
    file
}

#[test]
fn a_stack_is_never_its_guard_alone() {
    for bytes in [1, page_size(), page_size() + 1] {
        let stack = Mapping::stack(bytes, true).unwrap();
        assert!(stack.len() >= 2 * page_size(), "{bytes}");
        let last = stack.start(stack.len() - 1).cast::<u8>();
        // SAFETY: the last byte of the mapping, which is above the guard.
        unsafe { last.write_volatile(1) };
    }
    assert_eq!(Mapping::stack(100, false).unwrap().len(), 100);
}

#[test]
fn pages_that_could_not_be_are_refused() {
    for page in [0, 1, 24, page_size() / 2, page_size() + 8] {
        assert_eq!(Ballast::huge(1 << 20, page).err(), Some(Errno::EINVAL));
    }
}

#[test]
fn ballast_without_a_number_for_its_bytes_is_refused() {
    let ballast = Ballast::huge(usize::MAX, 2 << 20);
    assert_eq!(ballast.err(), Some(Errno::ENOMEM));
}

#[test]
fn more_slots_than_there_are_numbers_are_refused() {
    // Times 128 that would be 128 again.
    let slots = usize::MAX / 128 + 2;
    assert_eq!(SharedPage::with_slots(slots).err(), Some(Errno::ENOMEM));
    let file = SharedPage::of_file(tempfile(), slots);
    assert_eq!(file.err(), Some(Errno::ENOMEM));
}

#[test]
fn an_impossible_mapping_is_refused() {
    assert_eq!(
        Mapping::stack(usize::MAX / 2, false).err(),
        Some(Errno::ENOMEM)
    );
}
