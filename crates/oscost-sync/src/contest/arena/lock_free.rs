//! All at once.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Relaxed};

use oscost_harness::Failure;
use oscost_harness::busy::Busy;
use oscost_sys::counter::Ticks;
use oscost_sys::map::SharedPage;

use super::{Arena, Turn};
use crate::locks::{slot, slots};

/// How a contender adds to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Adding {
    /// By one instruction.
    FetchAdd,
    /// By looking, and exchanging where nobody was quicker; else again.
    CompareExchange,
}

/// A number to which all add: what is left of contention without a lock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LockFree {
    how: Adding,
    number: &'static AtomicU64,
    /// A slot for what each contender made of it last.
    last: &'static SharedPage,
}

impl LockFree {
    pub(crate) fn new(contenders: usize, how: Adding) -> Result<Self, Failure> {
        Ok(Self {
            how,
            number: &slot()?.long,
            last: slots(contenders)?,
        })
    }
}

impl Arena for LockFree {
    const CALL: &'static str = "an atomic addition";

    #[inline]
    fn turn(&self, who: usize, _: u64, now: fn() -> Ticks, _: &Busy) -> nix::Result<Turn> {
        let last = &self.last.slot(who).long;
        let wanted = now();
        let found = match self.how {
            Adding::FetchAdd => self.number.fetch_add(1, AcqRel),
            Adding::CompareExchange => {
                let mut seen = self.number.load(Relaxed);
                while let Err(now) =
                    self.number
                        .compare_exchange_weak(seen, seen + 1, AcqRel, Relaxed)
                {
                    seen = now;
                }
                seen
            }
        };
        let had = now();
        let met = found != last.load(Relaxed);
        last.store(found + 1, Relaxed);
        Ok(Turn {
            waited: had.since(wanted),
            met,
        })
    }

    fn settle(&self) -> Result<u64, Failure> {
        Ok(self.number.load(Relaxed))
    }
}
