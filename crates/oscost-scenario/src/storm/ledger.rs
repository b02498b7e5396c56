//! The books of a storm, in memory that all tasks and the database share.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

use oscost_harness::{During as _, Failure};
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::SharedPage;

/// Who waits, who has paid, who was answered.
pub(super) struct Ledger {
    page: SharedPage,
}

// The slots of the page.
const WAITING: usize = 0;
const PAID: usize = 1;
const SUM: usize = 2;
const ANSWERED: usize = 3;
const HELD: usize = 4;
const FAILED: usize = 5;
const ADMITTED: usize = 6;

/// How long a task that is held sleeps before it looks again.
const PATIENCE: Duration = Duration::from_secs(1);

impl Ledger {
    pub(super) fn new() -> Result<Self, Failure> {
        Ok(Self {
            page: SharedPage::new().during("mmap(MAP_SHARED)")?,
        })
    }

    fn count(&self, slot: usize) -> &AtomicU64 {
        &self.page.slot(slot).long
    }

    /// One more has connected.
    pub(super) fn admit(&self) {
        self.count(ADMITTED).fetch_add(1, Release);
    }

    /// How many have ever connected.
    pub(super) fn admitted(&self) -> u64 {
        self.count(ADMITTED).load(Acquire)
    }

    /// One more waits for its answer.
    pub(super) fn wait(&self) {
        self.count(WAITING).fetch_add(1, Release);
    }

    /// How many have ever waited.
    pub(super) fn waited(&self) -> u64 {
        self.count(WAITING).load(Acquire)
    }

    /// One more was answered.
    pub(super) fn answer(&self) {
        self.count(ANSWERED).fetch_add(1, Release);
    }

    /// How many were ever answered.
    pub(super) fn answered(&self) -> u64 {
        self.count(ANSWERED).load(Acquire)
    }

    /// A task has got its answer.
    pub(super) fn pay(&self, answer: u64) {
        self.count(SUM).fetch_add(answer, Relaxed);
        self.count(PAID).fetch_add(1, Release);
    }

    /// How many have ever paid, and the sum of their answers.
    pub(super) fn paid(&self) -> (u64, u64) {
        let paid = self.count(PAID).load(Acquire);
        (paid, self.count(SUM).load(Relaxed))
    }

    /// Nobody is answered until [`Ledger::release`].
    pub(super) fn hold(&self) {
        self.page.slot(HELD).word.store(1, Release);
    }

    pub(super) fn release(&self) {
        let held = &self.page.slot(HELD).word;
        held.store(0, Release);
        let _ = futex::wake(held, i32::MAX, Scope::Shared);
    }

    pub(super) fn is_held(&self) -> bool {
        self.page.slot(HELD).word.load(Acquire) != 0
    }

    /// Sleeps while nobody is answered.
    pub(super) fn await_release(&self) {
        while self.is_held() {
            let _ = futex::wait_for(&self.page.slot(HELD).word, 1, Scope::Shared, PATIENCE);
        }
    }

    /// A task has failed: not all will ever wait.
    pub(super) fn fail(&self) {
        self.page.slot(FAILED).word.store(1, Release);
    }

    pub(super) fn has_failed(&self) -> bool {
        self.page.slot(FAILED).word.load(Acquire) != 0
    }
}
