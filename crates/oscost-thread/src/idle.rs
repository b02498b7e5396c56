//! A crowd of idle threads: they come to rest on a futex and stay until they
//! are let go. Dropping it lets go and joins whoever is there.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::time::{Duration, Instant};

use oscost_harness::{During as _, Failure, Need};
use oscost_record::Bytes;
use oscost_sys::futex::{self, Scope};
use oscost_sys::pthread::{Attributes, Entry, Thread};

/// What so many threads need of the machine.
pub(crate) fn needs(tasks: u64) -> Vec<Need> {
    vec![
        Need::Tasks(tasks + 100),
        // A stack and its guard page.
        Need::Mappings(2 * tasks + 200),
        Need::Memory(Bytes(tasks * (64 << 10))),
    ]
}

/// Where the threads rest.
#[derive(Default)]
struct Room {
    resting: AtomicU64,
    /// 0 while they are to stay.
    released: AtomicU32,
}

fn rest(room: &'static Room) {
    room.resting.fetch_add(1, Relaxed);
    while room.released.load(Acquire) == 0 {
        let _ = futex::wait(&room.released, 0, Scope::Private);
    }
}

/// So many idle threads, or none of them.
pub(crate) struct Crowd {
    count: u64,
    room: &'static Room,
    entry: &'static Entry<Room>,
    threads: Vec<Thread>,
}

/// All threads must have come to rest within this.
const PATIENCE: Duration = Duration::from_secs(20);

impl Crowd {
    /// Room for so many. Nothing is allocated later on, so that what the
    /// threads occupy can be weighed.
    pub(crate) fn new(count: u64) -> Self {
        let room: &'static Room = Box::leak(Box::default());
        Self {
            count,
            room,
            entry: Entry::new(rest, room),
            threads: Vec::with_capacity(usize::try_from(count).unwrap_or(0)),
        }
    }

    /// Makes them all, and waits until all are at rest.
    pub(crate) fn gather(&mut self, attributes: Option<&Attributes>) -> Result<(), Failure> {
        for made in 0..self.count {
            let thread = self
                .entry
                .create(attributes)
                .during("pthread_create")
                .map_err(|failure| {
                    failure
                        .too_many()
                        .with_remedy(&format!("{made} of {} threads were made", self.count))
                })?;
            self.threads.push(thread);
        }
        let begin = Instant::now();
        while self.room.resting.load(Acquire) < self.count {
            if begin.elapsed() > PATIENCE {
                return Err(Failure::Fail(format!(
                    "only {} of {} threads came to rest",
                    self.room.resting.load(Acquire),
                    self.count
                )));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Lets all go and joins them.
    pub(crate) fn disperse(&mut self) -> Result<(), Failure> {
        self.room.released.store(1, Release);
        futex::wake(&self.room.released, i32::MAX, Scope::Private).during("futex(FUTEX_WAKE)")?;
        for thread in self.threads.drain(..) {
            thread.join().during("pthread_join")?;
        }
        self.room.resting.store(0, Relaxed);
        self.room.released.store(0, Relaxed);
        Ok(())
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        let _ = self.disperse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_gathers_and_disperses_again_and_again() {
        let mut crowd = Crowd::new(20);
        for _ in 0..2 {
            crowd.gather(None).unwrap();
            assert_eq!(crowd.threads.len(), 20);
            assert_eq!(crowd.room.resting.load(Acquire), 20);
            crowd.disperse().unwrap();
            assert!(crowd.threads.is_empty());
        }
    }
}
