//! Sleepers that are moved from one futex to another without being woken: what
//! a broadcast can do instead of waking a crowd. Each call tells how many it
//! moved, and at every audit they must be where the last call put them.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use oscost_harness::{Audit, During as _, Evidence, Failure, Measure, Setting, Work};
use oscost_sys::futex::{self, Scope};
use oscost_sys::map::SharedPage;

use super::bells::{undisturbed, wake};
use crate::room::Bell;
use crate::waker::{Until, Waker, Wakes};

/// Two futexes. Sleepers come to the first.
struct Shuttle {
    page: SharedPage,
    /// Which of the two they sleep on now.
    at: AtomicUsize,
}

impl Shuttle {
    /// Moves all to the other futex; tells how many there were.
    #[inline]
    fn shift(&self, count: i32) -> nix::Result<u64> {
        let from = self.at.fetch_xor(1, Relaxed);
        let word = |at| &self.page.slot(at).word;
        futex::requeue(word(from), 0, word(from ^ 1), count, Scope::Private)
    }
}

impl Bell for Shuttle {
    fn sleep(&self, _: u32) -> Result<(), Failure> {
        let first = &self.page.slot(0).word;
        undisturbed(|| futex::wait(first, 0, Scope::Private)).during("futex(FUTEX_WAIT)")
    }

    fn ring(&self, count: usize) -> Result<Option<u64>, Failure> {
        let at = self.at.swap(0, Relaxed);
        wake(&self.page.slot(at).word, count, Scope::Private).map(Some)
    }
}

struct Requeue {
    room: Waker<Shuttle>,
    count: i32,
    done: u64,
}

/// So many sleepers, moved to and fro.
pub(super) fn measure(setting: &Setting, sleepers: usize) -> Result<Measure, Failure> {
    let bell = Shuttle {
        page: SharedPage::new().during("mmap(MAP_SHARED)")?,
        at: AtomicUsize::new(0),
    };
    Ok(Measure::Timed(Box::new(Requeue {
        room: Waker::new(setting, bell, sleepers, Wakes::All, Until::Called)?,
        count: i32::try_from(sleepers).unwrap_or(i32::MAX),
        done: 0,
    })))
}

impl Work for Requeue {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            let moved = self.room.bell().shift(self.count);
            let moved = moved.during("futex(FUTEX_CMP_REQUEUE)")?;
            if moved != u64::from(self.count.unsigned_abs()) {
                return Err(Failure::Fail(format!(
                    "{} sleepers were to be moved, but {moved} were",
                    self.count
                )));
            }
            self.done += 1;
        }
        Ok(())
    }
}

impl Evidence for Requeue {
    /// Those who are moved are not woken: the audit's own wake-up is the only
    /// one, and it finds all of them or fails. The party is the mover alone.
    fn audit(&mut self) -> Result<Audit, Failure> {
        let mut audit = self.room.audit()?;
        if audit.done != 0 {
            return Err(Failure::Fail("a sleeper ran that was only moved".into()));
        }
        audit.done = self.done;
        audit.parties.truncate(1);
        Ok(audit)
    }
}
