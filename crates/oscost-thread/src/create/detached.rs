//! Making a thread that nobody joins. The operation ends when the thread has
//! told that it is done, which is its last instruction of ours; what the C
//! library and the kernel do afterwards falls into the next one.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use oscost_harness::{Audit, During as _, Evidence, Failure, Measure, Work};
use oscost_sys::futex::{self, Scope};
use oscost_sys::pthread::{Attributes, Entry};

struct Detached {
    entry: &'static Entry<Ended>,
    attributes: Attributes,
    ended: &'static Ended,
    made: u32,
}

/// Where they tell that they are done: a futex, and the same without a wrap.
#[derive(Default)]
struct Ended {
    word: AtomicU32,
    count: AtomicU64,
}

fn tell_my_end(ended: &'static Ended) {
    ended.count.fetch_add(1, Ordering::Relaxed);
    ended.word.fetch_add(1, Ordering::Release);
    // Nobody may be waiting any more: as good.
    let _ = futex::wake(&ended.word, 1, Scope::Private);
}

pub(super) fn measure() -> Result<Measure, Failure> {
    let ended: &'static Ended = Box::leak(Box::default());
    Ok(Measure::Timed(Box::new(Detached {
        entry: Entry::new(tell_my_end, ended),
        attributes: Attributes::new()
            .and_then(Attributes::detached)
            .during("pthread_attr_setdetachstate")?,
        ended,
        made: 0,
    })))
}

impl Work for Detached {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            // Its id is of no use once it has ended.
            let _ = self
                .entry
                .create(Some(&self.attributes))
                .during("pthread_create")
                .map_err(Failure::too_many)?;
            self.made = self.made.wrapping_add(1);
            loop {
                let seen = self.ended.word.load(Ordering::Acquire);
                if seen == self.made {
                    break;
                }
                let _ = futex::wait(&self.ended.word, seen, Scope::Private);
            }
        }
        Ok(())
    }
}

impl Evidence for Detached {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.ended.count.load(Ordering::Acquire))
    }
}
