//! Making a thread that ends at once, and joining it; and how long the new
//! thread takes to reach its first instruction.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use oscost_harness::{
    Audit, During as _, Evidence, Expect, Failure, Measure, Need, Place, Row, Setting, TimedWork,
    Work,
};
use oscost_record::{Aspect, TaskKind, Tier};
use oscost_sys::counter::Ticks;
use oscost_sys::kernel_thread::Nursery;
use oscost_sys::pthread::Entry;

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    per: &'static str,
    needs: fn(&Setting) -> Vec<Need>,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Thread,
        aspect: Aspect::Create,
        per,
        tier: Tier::Core,
        axes: &[],
        place: Place::OneCpu,
        peers: None,
        control: Some("control/empty"),
        claims: &[1, 2],
        needs,
        expect: |_| Expect::tasks(1),
        build,
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "create/pthread",
        "pthread_create",
        "What does it cost to make a thread with pthread_create and default attributes, let it end at once and join it?",
        "create+exit+join",
        |_| Vec::new(),
        |_| Ok(Measure::Timed(Box::new(Pthread::new()))),
    ),
    row(
        "create/clone3",
        "clone3 thread",
        "What does the kernel alone take to make a thread with clone3 on a stack of ours, let it end at once and tell us?",
        "create+exit+join",
        |_| vec![Need::Native("user-mode emulation has no clone3")],
        |_| {
            let nursery = Nursery::new(STACK).during("mmap")?;
            Ok(Measure::Timed(Box::new(Raw {
                nursery,
                done: 0,
                ran: 0,
            })))
        },
    ),
    row(
        "create/std",
        "std::thread",
        "What does Rust's std::thread::spawn take to make a thread, let it end at once and join it?",
        "create+exit+join",
        |_| Vec::new(),
        |_| Ok(Measure::Timed(Box::new(Std))),
    ),
    row(
        "create/first-instruction",
        "pthread, first instruction",
        "How long after the call of pthread_create does the new thread run its first instruction?",
        "first instruction",
        |_| Vec::new(),
        |_| Ok(Measure::SelfTimed(Box::new(FirstInstruction::new()))),
    ),
];

/// The raw thread's stack. It is never used: the thread counts itself and
/// exits.
const STACK: usize = 64 << 10;

/// Counted by each new thread itself.
static RAN: AtomicU64 = AtomicU64::new(0);

fn count_myself(ran: &'static AtomicU64) {
    ran.fetch_add(1, Ordering::Relaxed);
}

struct Pthread {
    entry: &'static Entry<AtomicU64>,
}

impl Pthread {
    fn new() -> Self {
        Self {
            entry: Entry::new(count_myself, &RAN),
        }
    }
}

impl Work for Pthread {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            let thread = self
                .entry
                .create(None)
                .during("pthread_create")
                .map_err(too_many)?;
            thread.join().during("pthread_join")?;
        }
        Ok(())
    }
}

impl Evidence for Pthread {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(RAN.load(Ordering::Acquire))
    }
}

struct Raw {
    nursery: Nursery,
    /// The nursery's count at the last audit, which wraps, and the sum.
    ran: u32,
    done: u64,
}

impl Work for Raw {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            self.nursery
                .create_and_join()
                .during("clone3")
                .map_err(too_many)?;
        }
        Ok(())
    }
}

impl Evidence for Raw {
    fn audit(&mut self) -> Result<Audit, Failure> {
        let ran = self.nursery.ran();
        self.done += u64::from(ran.wrapping_sub(self.ran));
        self.ran = ran;
        Audit::alone(self.done)
    }
}

struct Std;

impl Work for Std {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            let thread = std::thread::Builder::new()
                .spawn(|| count_myself(&RAN))
                .during("std::thread::spawn")
                .map_err(too_many)?;
            thread
                .join()
                .map_err(|_| Failure::Fail("the thread panicked".into()))?;
        }
        Ok(())
    }
}

impl Evidence for Std {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(RAN.load(Ordering::Acquire))
    }
}

/// Each new thread notes the time as the first thing it does.
struct FirstInstruction {
    entry: &'static Entry<Note>,
    note: &'static Note,
}

/// Where the new thread finds the clock and leaves the time.
#[derive(Default)]
struct Note {
    now: OnceLock<fn() -> Ticks>,
    first: AtomicU64,
    ran: AtomicU64,
}

fn note_the_time(note: &'static Note) {
    let now = note.now.get().map(|now| now());
    note.first
        .store(now.unwrap_or_default().0, Ordering::Relaxed);
    note.ran.fetch_add(1, Ordering::Relaxed);
}

impl FirstInstruction {
    fn new() -> Self {
        let note: &'static Note = Box::leak(Box::default());
        Self {
            entry: Entry::new(note_the_time, note),
            note,
        }
    }
}

impl TimedWork for FirstInstruction {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        self.note.now.get_or_init(|| now);
        let begin = now();
        let thread = self
            .entry
            .create(None)
            .during("pthread_create")
            .map_err(too_many)?;
        thread.join().during("pthread_join")?;
        Ok(Ticks(self.note.first.load(Ordering::Acquire)).since(begin))
    }
}

impl Evidence for FirstInstruction {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.note.ran.load(Ordering::Acquire))
    }
}

/// Adds what to do about a limit on threads.
pub(crate) fn too_many(failure: Failure) -> Failure {
    failure.with_remedy(
        "EAGAIN: see `ulimit -u`, the cgroup's pids.max, kernel.threads-max, vm.max_map_count; ENOMEM: too little memory",
    )
}
