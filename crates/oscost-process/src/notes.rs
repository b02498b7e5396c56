//! What the noting programs write: when they began and ended, how many of them
//! there were, what was loaded into them.
//!
//! A program that is executed inherits no memory, but descriptors: the notes
//! are a file in memory that this process and the programs map.

use std::ffi::CString;
use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use oscost_harness::{ClockKind, During as _, Failure};
use oscost_sys::counter::Ticks;
use oscost_sys::map::SharedPage;
use oscost_sys::memory_file;

use crate::target::keep_over_exec;

/// The file, as this process sees it.
#[derive(Debug)]
pub(crate) struct Notes {
    file: File,
    page: SharedPage,
}

/// What the file has room for.
const BYTES: u64 = 4096;

// Where things stand: the same numbers as in `targets/note.rs`.
const FIRST: usize = 0;
const LAST: usize = 2;
const RAN: usize = 4;
const LIBRARIES: usize = 5;
/// Ours alone: see [`Notes::departure`].
const DEPARTURE: usize = 6;
const SLOTS: usize = 7;

impl Notes {
    pub(crate) fn new() -> Result<Self, Failure> {
        let file = File::from(memory_file::data(c"oscost-notes").map_err(Failure::told)?);
        file.set_len(BYTES).during("ftruncate(memfd)")?;
        keep_over_exec(&file)?;
        let page = SharedPage::of_file(&file, SLOTS).during("mmap(memfd)")?;
        Ok(Self { file, page })
    }

    /// What a noting program has to be given as its argument.
    pub(crate) fn argument(&self) -> Result<CString, Failure> {
        CString::new(self.file.as_raw_fd().to_string())
            .map_err(|error| Failure::Fail(error.to_string()))
    }

    fn number(&self, slot: usize) -> u64 {
        self.page.slot(slot).long.load(Relaxed)
    }

    /// When the last program ran its first own instruction, by `clock`.
    pub(crate) fn first(&self, clock: ClockKind) -> Ticks {
        Ticks(self.number(FIRST + clock as usize))
    }

    /// When the last program was about to exit, by `clock`.
    pub(crate) fn last(&self, clock: ClockKind) -> Ticks {
        Ticks(self.number(LAST + clock as usize))
    }

    /// How many programs have run so far, by their own count.
    pub(crate) fn ran(&self) -> u64 {
        self.number(RAN)
    }

    /// How many libraries of ours the last program found in itself.
    pub(crate) fn libraries(&self) -> u64 {
        self.number(LIBRARIES)
    }

    /// Where a child may leave the time before it executes a program.
    pub(crate) fn departure(&self) -> &AtomicU64 {
        &self.page.slot(DEPARTURE).long
    }
}
