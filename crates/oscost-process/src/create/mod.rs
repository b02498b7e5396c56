//! Making a process that ends at once, and reaping it: every way to do so,
//! from parents that carry more and more along.
//!
//! A way and a burden make a case. Neither knows the other, and only the way
//! is timed.

pub(crate) mod burden;
pub(crate) mod burdened;
pub(crate) mod plain;
pub(crate) mod program;

use std::sync::atomic::Ordering;

use oscost_harness::{
    Audit, Axis, During as _, Evidence, Expect, Failure, Measure, Need, Place, Row, Setting, Work,
};
use oscost_record::{Aspect, Bytes, TaskKind, Tier};
use oscost_sys::map::SharedPage;

use self::burden::Burden;
use crate::child;

/// A way to make a process that ends at once.
trait Way {
    /// Makes one and reaps it.
    fn once(&mut self) -> Result<(), Failure>;

    /// How many have run so far, where they count themselves.
    fn ran(&mut self) -> Option<u64> {
        None
    }
}

struct Creation<W> {
    way: W,
    /// Counts the processes that ended as they should have. Shared memory is
    /// not copied: a count on a page of its own would cost a fault with every
    /// fork.
    reaped: SharedPage,
    _burden: Burden,
}

/// Makes processes one way from a parent with a burden.
fn measure(way: impl Way + 'static, burden: Burden) -> Result<Measure, Failure> {
    Ok(Measure::Timed(Box::new(Creation {
        way,
        reaped: SharedPage::new().during("mmap")?,
        _burden: burden,
    })))
}

impl<W: Way> Work for Creation<W> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            self.way.once()?;
            self.reaped.slot(0).long.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl<W: Way> Evidence for Creation<W> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        let reaped = self.reaped.slot(0).long.load(Ordering::Relaxed);
        child::audit(self.way.ran().unwrap_or(reaped))
    }
}

/// What a row of this family is unless it says otherwise.
const ROW: Row = Row {
    operation: "",
    title: "",
    question: "",
    task: TaskKind::Process,
    aspect: Aspect::Create,
    per: "create+exit+wait",
    tier: Tier::Core,
    axes: &[],
    place: Place::OneCpu,
    peers: None,
    control: Some("control/wait"),
    claims: &[1],
    needs: |_| Vec::new(),
    expect: |_| Expect::tasks(1),
    build: |_| Err(Failure::Fail("a row that builds nothing".into())),
};

/// Resident memory of the parent, beside that of a small program.
const MEMORY: &[Axis] = &[Axis {
    name: "rss",
    unit: "MiB",
    core: &[0, 1024],
    full: &[16, 64, 256],
}];

/// What [`burden::memory`] and [`burden::huge_memory`] need, and a little more.
pub(crate) fn memory(setting: &Setting) -> Need {
    Need::Memory(Bytes((setting.of("rss") * 5 / 4) << 20))
}

/// Open descriptors of the parent, beside those that it has in any case.
const DESCRIPTORS: &[Axis] = &[Axis {
    name: "fds",
    unit: "",
    core: &[],
    full: &[0, 100, 1000],
}];

/// Room for [`DESCRIPTORS`].
fn descriptors(setting: &Setting) -> Need {
    Need::Descriptors(setting.of("fds") + 50)
}
