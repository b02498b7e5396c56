//! What a case gives to the sampler: work to time, or a level to read, and
//! the evidence that it was done.

use std::collections::BTreeMap;
use std::time::Duration;

use oscost_record::{Counters, Cpu};
use oscost_sys::counter::Ticks;

use crate::Failure;

/// A built case, ready to be measured.
#[expect(missing_debug_implementations, reason = "holds whatever a case needs")]
pub enum Measure {
    /// The sampler times it.
    Timed(Box<dyn Work>),
    /// It times itself, since its region does not end where it returns.
    SelfTimed(Box<dyn TimedWork>),
    /// Several parties do it at once, each timing its own operations.
    Parallel(Box<dyn ParallelWork>),
    /// It has no duration: it reads a level.
    Level(Box<dyn Level>),
}

/// Work that is timed from outside.
pub trait Work: Evidence {
    /// Does `ops` operations back to back. Only what the unit names may happen
    /// here: the clock is running.
    ///
    /// # Errors
    /// The call that refused, or the check that did not hold.
    fn run(&mut self, ops: u64) -> Result<(), Failure>;

    /// Operations come in multiples of this: the members of a ring, say, since
    /// only after a whole lap all is as it was.
    fn granule(&self) -> u64 {
        1
    }

    /// The fewest operations that warm it up, of which a warm-up is a multiple: fewer
    /// than a granule where that is as long as it is for the sample's sake.
    fn warming(&self) -> u64 {
        self.granule()
    }
}

/// Work that knows itself when its region began and ended.
pub trait TimedWork: Evidence {
    /// Does one operation and tells how long it took, by the clock that it is
    /// given.
    ///
    /// # Errors
    /// The call that refused, or the check that did not hold.
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure>;

    /// Whether building it was one such operation, so that nothing is left to warm up.
    fn is_built_warm(&self) -> bool {
        false
    }
}

/// Work that several parties do at the same time.
pub trait ParallelWork: Evidence {
    /// Does `ops` operations in all, and gives the time of each, in any order.
    ///
    /// # Errors
    /// The call that refused, or the check that did not hold.
    fn run(&mut self, ops: u64, now: fn() -> Ticks) -> Result<Vec<Ticks>, Failure>;

    /// Does as many of `ops` operations as it begins within `time`, and gives how
    /// many those were: where nobody knows yet how long one is. Work of which an
    /// operation may be a thousand times as long as the one before has to stop by
    /// itself; all other work does all.
    ///
    /// # Errors
    /// The call that refused, or the check that did not hold.
    fn run_within(&mut self, time: Duration, ops: u64, now: fn() -> Ticks) -> Result<u64, Failure> {
        let _ = time;
        self.run(ops, now)?;
        Ok(ops)
    }

    /// Operations come in multiples of this: several for each of the parties,
    /// say, since with fewer some of them would have nothing to do.
    fn granule(&self) -> u64 {
        1
    }

    /// As that of [`Work::warming`].
    fn warming(&self) -> u64 {
        self.granule()
    }
}

/// A level that is read, not timed: memory.
pub trait Level: Evidence {
    /// Brings the level about, reads it and takes it down again.
    ///
    /// # Errors
    /// The call that refused, or the check that did not hold.
    fn read(&mut self) -> Result<Reading, Failure>;
}

/// One reading of a level.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The figure, in the unit of the case.
    pub value: f64,
    /// What it is made of, and what stands beside it, in the same unit.
    pub parts: BTreeMap<String, f64>,
}

/// The case's own account of what it has done since it was built.
pub trait Evidence {
    /// Takes stock. Never called while the clock runs.
    ///
    /// # Errors
    /// Where a party does not answer, or its account is impossible.
    fn audit(&mut self) -> Result<Audit, Failure>;
}

impl Evidence for Measure {
    fn audit(&mut self) -> Result<Audit, Failure> {
        match self {
            Self::Timed(work) => work.audit(),
            Self::SelfTimed(work) => work.audit(),
            Self::Parallel(work) => work.audit(),
            Self::Level(level) => level.audit(),
        }
    }
}

/// What has been done since a case was built, as counted where it happened:
/// by the partner, by the new task, by the kernel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audit {
    /// Operations that were really done.
    pub done: u64,
    /// Every party, the measuring one first.
    pub parties: Vec<Party>,
    /// Figures that stand beside the samples, over what was done since the
    /// last audit. A name ends in its unit: `_share` is between 0 and 1,
    /// `_per_second` a rate, `_ns` a time, `_bytes` a size, `_count` a number; what it is counted per may follow.
    pub figures: BTreeMap<String, f64>,
}

/// One party's account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Party {
    /// The CPU that it runs on now; absent where nobody can tell.
    pub cpu: Option<Cpu>,
    /// What the kernel has counted for it so far.
    pub usage: Counters,
}

impl Audit {
    /// An account with the calling thread as the only party.
    ///
    /// # Errors
    /// What `getrusage(2)` says.
    pub fn alone(done: u64) -> Result<Self, Failure> {
        Ok(Self {
            done,
            parties: vec![crate::usage::this_thread()?],
            figures: BTreeMap::new(),
        })
    }
}
