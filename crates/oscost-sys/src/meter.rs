//! A count in shared memory that one party raises while another may sleep
//! until it has changed, on a futex.
//!
//! Raising it is a store: the kernel is called only where somebody sleeps.

use std::time::Duration;

use nix::errno::Errno;

use crate::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use crate::atomic::{AtomicU32, AtomicU64, fence};
use crate::futex::{self, Scope};
use crate::map::SharedPage;

/// Slots of a page that a meter takes: the count, and who sleeps on it.
pub const SLOTS: usize = 2;

/// A count for one party to raise and one to wait for.
#[derive(Clone, Copy, Debug)]
pub struct Meter<'a> {
    count: &'a AtomicU32,
    /// One more than the count on which the other party sleeps, or 0.
    sleeper: &'a AtomicU64,
    scope: Scope,
}

impl<'a> Meter<'a> {
    /// The meter whose first slot is `first`; it stands at 0 on a new page.
    #[must_use]
    #[inline]
    pub fn at(page: &'a SharedPage, first: usize, scope: Scope) -> Self {
        Self {
            count: &page.slot(first).word,
            sleeper: &page.slot(first + 1).long,
            scope,
        }
    }

    /// The count. What was done before it was raised so far is visible.
    #[must_use]
    #[inline]
    pub fn read(&self) -> u32 {
        self.count.load(Acquire)
    }

    /// Sets the count, for a party that does not sleep.
    #[inline]
    pub fn store(&self, count: u32) {
        self.count.store(count, Release);
    }

    /// Sets the count, and wakes who sleeps on another one.
    #[inline]
    pub fn set(&self, count: u32) {
        self.store(count);
        self.wake(count);
    }

    /// Wakes who sleeps on another count than this, which was set.
    #[inline]
    pub fn wake(&self, count: u32) {
        // Either this party sees that the other sleeps, or the other sees the
        // count before it falls asleep: the fences order store before load.
        fence(SeqCst);
        let sleeper = self.sleeper.load(Relaxed);
        // Who sleeps on this very count has seen it, and counts on the next
        // one to wake it: its note must stay.
        if sleeper == 0 || sleeper == note(count) {
            return;
        }
        let taken = self.sleeper.compare_exchange(sleeper, 0, Relaxed, Relaxed);
        if taken.is_ok() {
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
            let slept = self.doze(seen, at_most);
            let now = self.read();
            if now != seen || slept == Err(Errno::ETIMEDOUT) {
                return now;
            }
        }
    }

    /// Sleeps once, where the count is `seen`, until it may have changed.
    ///
    /// # Errors
    /// `EINTR` where a signal came, `ETIMEDOUT` where the time is over.
    #[inline]
    pub fn doze(&self, seen: u32, at_most: Option<Duration>) -> nix::Result<()> {
        self.sleeper.store(note(seen), Relaxed);
        fence(SeqCst);
        let slept = match (self.read() == seen, at_most) {
            (false, _) => Ok(()),
            (true, Some(time)) => futex::wait_for(self.count, seen, self.scope, time),
            (true, None) => futex::wait(self.count, seen, self.scope),
        };
        self.sleeper.store(0, Relaxed);
        match slept {
            // Too late: it has changed.
            Err(Errno::EAGAIN) => Ok(()),
            other => other,
        }
    }
}

/// What a sleeper leaves who has seen this count.
#[inline]
fn note(seen: u32) -> u64 {
    u64::from(seen) + 1
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
    fn the_last_count_arrives_however_the_two_race() {
        const LAST: u32 = 100_000;
        let page = SharedPage::new().unwrap();
        let meter = Meter::at(&page, 0, Scope::Private);
        std::thread::scope(|scope| {
            scope.spawn(|| (1..=LAST).for_each(|count| meter.set(count)));
            let mut seen = 0;
            while seen != LAST {
                let now = meter.sleep(seen, None);
                assert!(now > seen);
                seen = now;
            }
        });
    }

    #[test]
    fn who_has_seen_the_count_already_is_woken_by_the_next() {
        let page = SharedPage::new().unwrap();
        let meter = Meter::at(&page, 0, Scope::Private);
        // It saw 5 and went back to sleep before the other party, which had
        // just set it, looked for sleepers.
        meter.sleeper.store(note(5), Relaxed);
        meter.set(5);
        assert_eq!(meter.sleeper.load(Relaxed), note(5));
        meter.set(6);
        assert_eq!(meter.sleeper.load(Relaxed), 0);
    }

    #[test]
    fn patience_ends_with_the_count_as_it_was() {
        let page = SharedPage::new().unwrap();
        let meter = Meter::at(&page, 0, Scope::Shared);
        assert_eq!(meter.sleep(0, Some(Duration::from_millis(1))), 0);
    }
}
