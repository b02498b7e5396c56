//! What an idle coroutine keeps of memory.
//!
//! So many are started, and each gives way once: that is the state in which
//! the process is weighed, against the weight before them. Their bodies hold
//! nothing but a pointer or two, so the figures are the least that each kind
//! takes. The list of them is not counted.

use std::os::unix::fs::MetadataExt as _;

use oscost_harness::memory::{self, MemoryReading};
use oscost_harness::{
    Audit, During as _, Evidence, Expect, Failure, Level, Measure, Need, Place, Reading, Row,
    Setting,
};
use oscost_harness::{Axis, usage};
use oscost_record::{Aspect, Bytes, TaskKind, Tier};

use crate::create::DEFAULT_STACK;
use crate::stack::unguarded;
use crate::tally::Tally;
use kinds::{Bare, Corosensei, Future, Kind, Tokio};

mod kinds;

/// The weights.
pub const ROWS: &[Row] = &[
    Row {
        operation: "memory/bare",
        title: "own switch, no guard page",
        question: "How much memory does an idle coroutine take at least if it has a stack of its \
                   own?",
        needs: |setting| needs(setting, TOUCHED),
        build: level::<Bare>,
        ..ROW
    },
    Row {
        operation: "memory/corosensei",
        title: "corosensei, 1 MiB stack",
        question: "How much memory does an idle coroutine of a stackful library take, with the \
                   stack that it has by default?",
        needs: |setting| {
            let mut needs = needs(setting, TOUCHED);
            // Each stack is two mappings, the guard page and the rest.
            needs.push(Need::Mappings(2 * setting.value() + 100));
            needs
        },
        build: level::<Corosensei>,
        ..ROW
    },
    Row {
        operation: "memory/future",
        title: "boxed async block",
        question: "How much memory does an idle async block on the heap take at least?",
        axes: &[ON_THE_HEAP],
        needs: |setting| needs(setting, SMALL),
        build: level::<Future>,
        ..ROW
    },
    Row {
        operation: "memory/tokio",
        title: "task on a tokio thread",
        question: "How much memory does an idle task of a one-thread tokio runtime take at least?",
        axes: &[ON_THE_HEAP],
        needs: |setting| needs(setting, SMALL),
        build: level::<Tokio>,
        ..ROW
    },
];

const WITH_STACKS: Axis = Axis {
    name: "tasks",
    unit: "",
    core: &[1_000, 10_000],
    full: &[10, 100, 100_000],
};

const ON_THE_HEAP: Axis = Axis {
    full: &[10, 100, 100_000, 1_000_000],
    ..WITH_STACKS
};

const ROW: Row = Row {
    operation: "",
    title: "",
    question: "",
    task: TaskKind::Coroutine,
    aspect: Aspect::Memory,
    per: "coroutine",
    tier: Tier::Core,
    axes: &[WITH_STACKS],
    place: Place::OneCpu,
    peers: None,
    control: None,
    claims: &[7],
    needs: |_| Vec::new(),
    expect: |_| Expect::COUNT,
    build: |_| Err(Failure::Fail("a row without a kind".into())),
};

/// More than a stack of which one or two pages are touched takes, page tables
/// and the kernel's note of its mappings included.
const TOUCHED: u64 = 16 << 10;
/// More than the smallest tasks take.
const SMALL: u64 = 1 << 10;

fn needs(setting: &Setting, each: u64) -> Vec<Need> {
    vec![
        Need::Native("weighs its translation of the program along with the tasks"),
        Need::SmapsRollup,
        Need::Memory(Bytes(setting.value() * each)),
    ]
}

fn level<K: Kind + 'static>(setting: &Setting) -> Result<Measure, Failure> {
    let count = usize::try_from(setting.value()).unwrap_or(usize::MAX);
    Ok(Measure::Level(Box::new(Idle {
        kind: K::ready()?,
        tally: Tally::new(),
        weighed: room(count),
        fillers: room(FILLERS),
        count,
        readings: 0,
    })))
}

/// So many idle coroutines of one kind.
struct Idle<K: Kind> {
    kind: K,
    /// Each task counts once when it starts and once before it ends.
    tally: Tally,
    weighed: Vec<K::Task>,
    /// Tasks that are there only to fill the heap up.
    fillers: Vec<K::Task>,
    count: usize,
    /// Readings whose account added up.
    readings: u64,
}

/// Tasks that may go into free room of the heap before one takes a fresh page.
const FILLERS: usize = 1 << 16;

impl<K: Kind> Level for Idle<K> {
    fn read(&mut self) -> Result<Reading, Failure> {
        let counted = self.tally.so_far();
        // One for nothing: it brings in the code, and the stack that reading
        // itself takes.
        memory::of_this_process()?;
        self.fillers.push(self.kind.start(self.tally)?);
        let threads = threads()?;
        let before = memory::of_this_process()?;
        self.start(&before)?;
        let after = memory::of_this_process()?;
        // Coroutines have no stack in the kernel, as long as no thread came.
        let kernel_stacks = (self::threads()? == threads).then_some(0);
        let all = (self.weighed.len() + self.fillers.len()) as u64;
        self.accounted("started and given way", counted + all)?;
        // In the order of their making: the heap sets the first few pieces
        // aside, and far up they would keep it from shrinking.
        for task in self.fillers.drain(..).chain(self.weighed.drain(..)) {
            self.kind.finish(task)?;
        }
        self.accounted("gone on to their end", counted + 2 * all)?;
        settle();
        self.readings += 1;
        Ok(after
            .since(&before)
            .per_task(self.count as u64, kernel_stacks))
    }
}

impl<K: Kind> Idle<K> {
    /// Starts the tasks that are weighed.
    ///
    /// The heap has room that is already resident: ten small tasks would
    /// vanish in it. So tasks that are not weighed fill it up, until one takes
    /// a fresh page. That one is the first that counts: up to it, nothing has
    /// come to what was there `before`.
    fn start(&mut self, before: &MemoryReading) -> Result<(), Failure> {
        while self.weighed.is_empty() {
            let faults = faults()?;
            let task = self.kind.start(self.tally)?;
            // A fault may also be for code that had not run yet.
            let fresh =
                self::faults()? > faults && memory::of_this_process()?.since(before).resident > 0;
            if fresh {
                self.weighed.push(task);
            } else if self.fillers.len() < self.fillers.capacity() {
                self.fillers.push(task);
            } else {
                let tasks = self.fillers.len();
                return Err(Failure::Fail(format!("{tasks} tasks took no fresh page")));
            }
        }
        while self.weighed.len() < self.count {
            self.weighed.push(self.kind.start(self.tally)?);
        }
        Ok(())
    }

    fn accounted(&self, what: &str, due: u64) -> Result<(), Failure> {
        match self.tally.so_far() {
            counted if counted == due => Ok(()),
            counted => Err(Failure::Fail(format!(
                "the tasks' count should be {due} now that all have {what}, but is {counted}"
            ))),
        }
    }
}

impl<K: Kind> Evidence for Idle<K> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.readings)
    }
}

/// Lets the heap put small pieces together that were freed, and give back what
/// lies at its end: glibc does so when a large piece comes and goes. Otherwise
/// the next tasks would all find room, and no page would be fresh.
fn settle() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(100 << 10)));
}

/// An empty list whose room is resident, so that filling it weighs nothing.
fn room<T>(count: usize) -> Vec<T> {
    let mut list = Vec::<T>::with_capacity(count);
    for place in list.spare_capacity_mut() {
        // A byte pattern, not a value: the list stays empty. The hint keeps
        // the compiler from asking the system for zeros, which are not resident.
        *std::hint::black_box(place) = std::mem::MaybeUninit::zeroed();
    }
    list
}

/// Page faults of this thread so far that needed no disc.
fn faults() -> Result<u64, Failure> {
    let usage = usage::this_thread()?.usage;
    usage
        .minor_faults
        .ok_or_else(|| Failure::Skip("getrusage(2) tells no page faults here".into()))
}

/// Threads of this process, by the links of their folder: listing it would
/// leave pieces on the heap above the tasks, and pin them there.
fn threads() -> Result<u64, Failure> {
    let folder = std::fs::metadata("/proc/self/task").during("stat(/proc/self/task)")?;
    Ok(folder.nlink())
}

// The stacks are what the titles say.
const _: () = assert!(unguarded::STACK == 64 << 10 && DEFAULT_STACK == 1 << 20);
