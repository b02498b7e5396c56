//! What a server counts, in memory that all of its tasks and whoever asks it
//! share.

use std::sync::atomic::Ordering::{Acquire, Release};

use oscost_harness::{During as _, Failure};
use oscost_sys::map::SharedPage;

/// The counts.
#[derive(Debug)]
pub(crate) struct Books {
    page: SharedPage,
}

// The slots of the page.
const ADMITTED: usize = 0;
const LEFT: usize = 1;
const SERVED: usize = 2;

impl Books {
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self {
            page: SharedPage::new().during("mmap(MAP_SHARED)")?,
        })
    }

    fn add(&self, slot: usize) {
        self.page.slot(slot).long.fetch_add(1, Release);
    }

    fn count(&self, slot: usize) -> u64 {
        self.page.slot(slot).long.load(Acquire)
    }

    /// A connection is served from now on.
    pub(crate) fn admit(&self) {
        self.add(ADMITTED);
    }

    /// How many ever were.
    pub(crate) fn admitted(&self) -> u64 {
        self.count(ADMITTED)
    }

    /// A connection has ended, from whichever side.
    pub(crate) fn leave(&self) {
        self.add(LEFT);
    }

    /// How many ever have.
    pub(crate) fn left(&self) -> u64 {
        self.count(LEFT)
    }

    /// A request is about to be answered.
    pub(crate) fn serve(&self) {
        self.add(SERVED);
    }

    /// How many ever were.
    pub(crate) fn served(&self) -> u64 {
        self.count(SERVED)
    }
}
