//! Making a process that ends at once, and reaping it: every way to do so,
//! from parents that carry more and more along.
//!
//! A way and a burden make a case. Neither knows the other, and only the way
//! is timed.

pub(crate) mod burden;
pub(crate) mod burdened;
pub(crate) mod plain;
pub(crate) mod program;

use oscost_harness::{
    Audit, Axis, Evidence, Expect, Failure, Measure, Need, Place, Row, Setting, Work,
};
use oscost_record::{Aspect, Bytes, TaskKind, Tier};

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
    /// Processes that ended as they should have.
    reaped: u64,
    _burden: Burden,
}

/// Makes processes one way from a parent with a burden.
fn measure(way: impl Way + 'static, burden: Burden) -> Measure {
    Measure::Timed(Box::new(Creation {
        way,
        reaped: 0,
        _burden: burden,
    }))
}

impl<W: Way> Work for Creation<W> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            self.way.once()?;
            self.reaped += 1;
        }
        Ok(())
    }
}

impl<W: Way> Evidence for Creation<W> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        child::audit(self.way.ran().unwrap_or(self.reaped))
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
