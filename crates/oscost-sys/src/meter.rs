//! A count in shared memory that one party raises while another may sleep
//! until it has changed, on a futex.
//!
//! Raising it is a store: the kernel is called only where somebody sleeps.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicU32, fence};
use std::time::Duration;

use crate::futex::{self, Scope};
use crate::map::SharedPage;

/// Slots of a page that a meter takes: the count, and whether somebody sleeps.
pub const SLOTS: usize = 2;

/// A count for one party to raise and one to wait for.
#[derive(Clone, Copy, Debug)]
pub struct Meter<'a> {
    count: &'a AtomicU32,
    asleep: &'a AtomicU32,
    scope: Scope,
}

impl<'a> Meter<'a> {
    /// The meter whose first slot is `first`; it stands at 0 on a new page.
    #[must_use]
    #[inline]
    pub fn at(page: &'a SharedPage, first: usize, scope: Scope) -> Self {
        Self {
            count: &page.slot(first).word,
            asleep: &page.slot(first + 1).word,
            scope,
        }
    }

    /// The count. What was done before it was raised so far is visible.
    #[must_use]
    #[inline]
    pub fn read(&self) -> u32 {
        self.count.load(Acquire)
    }

    /// Sets the count, and wakes who sleeps on it.
    #[inline]
    pub fn set(&self, count: u32) {
        self.count.store(count, Release);
        // Either this party sees that the other sleeps, or the other sees the
        // count before it falls asleep: the fences order store before load.
        fence(SeqCst);
        if self.asleep.load(Relaxed) != 0 {
            self.asleep.store(0, Relaxed);
            // Nobody there is as good: it has woken by itself.
            let _ = futex::wake(self.count, 1, self.scope);
        }
    }

    /// Sleeps while the count is `seen`, for ever or at most for so long.
    /// Gives the count, which is still `seen` where the time is over.
    #[inline]
    #[must_use]
    pub fn sleep(&self, seen: u32, at_most: Option<Duration>) -> u32 {
        loop {
            self.asleep.store(1, Relaxed);
            fence(SeqCst);
            let now = self.read();
            if now != seen {
                self.asleep.store(0, Relaxed);
                return now;
            }
            let woken = match at_most {
                Some(time) => futex::wait_for(self.count, seen, self.scope, time),
                None => futex::wait(self.count, seen, self.scope),
            };
            if woken == Err(nix::errno::Errno::ETIMEDOUT) {
                return self.read();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_count_is_slept_through() {
        let page = SharedPage::new().unwrap();
        let there = Meter::at(&page, 0, Scope::Private);
        let back = Meter::at(&page, SLOTS, Scope::Private);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for turn in 1..=2000 {
                    assert_eq!(there.sleep(turn - 1, None), turn);
                    back.set(turn);
                }
            });
            for turn in 1..=2000 {
                there.set(turn);
                assert_eq!(back.sleep(turn - 1, None), turn);
            }
        });
    }

    #[test]
    fn patience_ends_with_the_count_as_it_was() {
        let page = SharedPage::new().unwrap();
        let meter = Meter::at(&page, 0, Scope::Shared);
        assert_eq!(meter.sleep(0, Some(Duration::from_millis(1))), 0);
    }
}
