//! Where the tasks of all groups wait for a sample to begin, and tell that they
//! have done their part. It never touches a message.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::time::Duration;

use oscost_harness::{During as _, Failure};
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::SharedPage;

// The slots of the page.
/// Loops of this sample; none means to go.
const LOOPS: usize = 0;
/// Tasks that have not done their part yet.
const BUSY: usize = 1;
/// Whether all have.
const OVER: usize = 2;
const SENT: usize = 3;
const RECEIVED: usize = 4;
/// Where the tasks wait in their order for the moment when all begin.
const START: usize = 5;
/// The number of the sample, in a slot for each task from here on.
const SAMPLE: usize = 6;

/// How long the measuring task sleeps before it looks whether all live.
const PATIENCE: Duration = Duration::from_millis(200);

/// In memory that processes share.
pub(super) struct Hall {
    page: SharedPage,
    tasks: usize,
}

impl Hall {
    /// For so many, all of whom are still to arrive.
    pub(super) fn new(tasks: usize) -> Result<Self, Failure> {
        let page = SharedPage::with_slots(SAMPLE + tasks).during("mmap(MAP_SHARED)")?;
        page.slot(BUSY).long.store(tasks as u64, Release);
        Ok(Self { page, tasks })
    }

    /// Lets a sample of so many loops begin: all tasks in one moment, and in their
    /// order, so that each sample is like the one before. In the order in which they
    /// went to sleep the eighth sample through pipes took 1.4 times as long as the
    /// first; and where each is woken by a call, the first groups are done before the
    /// last have begun.
    pub(super) fn open(&self, loops: u64) -> Result<(), Failure> {
        self.page.slot(BUSY).long.store(self.tasks as u64, Relaxed);
        self.page.slot(OVER).word.store(0, Relaxed);
        self.page.slot(LOOPS).long.store(loops, Relaxed);
        let start = &self.page.slot(START).word;
        for task in 0..self.tasks {
            let sample = self.sample(task);
            // Who does not sleep yet sees the new sample.
            let next = sample.fetch_add(1, Release) + 1;
            futex::requeue(sample, next, start, 1, Scope::Shared)
                .during("futex(FUTEX_CMP_REQUEUE)")?;
        }
        futex::wake(start, i32::MAX, Scope::Shared).during("futex(FUTEX_WAKE)")?;
        Ok(())
    }

    /// Lets all go.
    pub(super) fn close(&self) {
        self.page.slot(LOOPS).long.store(0, Relaxed);
        for task in 0..self.tasks {
            let sample = self.sample(task);
            sample.fetch_add(1, Release);
            let _ = futex::wake(sample, 1, Scope::Shared);
        }
        // Where `open` has failed some wait here.
        let _ = futex::wake(&self.page.slot(START).word, i32::MAX, Scope::Shared);
    }

    fn sample(&self, task: usize) -> &AtomicU32 {
        &self.page.slot(SAMPLE + task).word
    }

    /// A task's place: done with what came before, it waits for the sample after
    /// `last`. Gives its number and its loops; `None` where it is to go.
    pub(super) fn await_next(&self, task: usize, last: u32) -> Result<Option<(u32, u64)>, Failure> {
        if self.page.slot(BUSY).long.fetch_sub(1, AcqRel) == 1 {
            let over = &self.page.slot(OVER).word;
            over.store(1, Release);
            futex::wake(over, 1, Scope::Shared).during("futex(FUTEX_WAKE)")?;
        }
        let sample = self.sample(task);
        while sample.load(Acquire) == last {
            let _ = futex::wait(sample, last, Scope::Shared);
        }
        match self.page.slot(LOOPS).long.load(Acquire) {
            0 => Ok(None),
            loops => Ok(Some((sample.load(Acquire), loops))),
        }
    }

    /// Waits until all tasks have done their part.
    pub(super) fn await_all(&self, has_lost_one: impl Fn() -> bool) -> Result<(), Failure> {
        let over = &self.page.slot(OVER).word;
        while over.load(Acquire) == 0 {
            let _ = futex::wait_for(over, 0, Scope::Shared, PATIENCE);
            if over.load(Acquire) == 0 && has_lost_one() {
                return Err(Failure::Fail(
                    "a sender or receiver is gone, or has got a wrong message".into(),
                ));
            }
        }
        Ok(())
    }

    pub(super) fn count_sent(&self, messages: u64) {
        self.page.slot(SENT).long.fetch_add(messages, AcqRel);
    }

    pub(super) fn count_received(&self, messages: u64) {
        self.page.slot(RECEIVED).long.fetch_add(messages, AcqRel);
    }

    pub(super) fn sent(&self) -> u64 {
        self.page.slot(SENT).long.load(Acquire)
    }

    pub(super) fn received(&self) -> u64 {
        self.page.slot(RECEIVED).long.load(Acquire)
    }
}
