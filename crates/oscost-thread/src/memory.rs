//! Keeping many idle threads: what each holds of memory.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::time::{Duration, Instant};

use oscost_harness::memory::{kernel_stack_growth, kernel_stacks, of_this_process};
use oscost_harness::{
    Audit, Axis, During as _, Evidence, Expect, Failure, Level, Measure, Need, Place, Reading, Row,
    Setting,
};
use oscost_record::{Aspect, Bytes, TaskKind, Tier};
use oscost_sys::futex::{self, Scope};
use oscost_sys::pthread::{Entry, Thread};

use crate::create::too_many;

pub(crate) const ROWS: &[Row] = &[Row {
    operation: "memory/pthread",
    title: "pthread",
    question: "How much memory does each of many idle threads with default stacks hold, its page tables and kernel stack included?",
    task: TaskKind::Thread,
    aspect: Aspect::Memory,
    per: "thread",
    tier: Tier::Core,
    axes: &[Axis {
        name: "tasks",
        unit: "",
        core: &[10, 100, 1000, 10_000],
        full: &[],
    }],
    place: Place::OneCpu,
    peers: None,
    control: None,
    claims: &[7],
    needs: |setting| {
        let tasks = setting.value();
        vec![
            Need::Native("its own memory would be weighed along with the tasks"),
            Need::SmapsRollup,
            Need::Tasks(tasks + 100),
            // A stack and its guard page.
            Need::Mappings(2 * tasks + 100),
            Need::Memory(Bytes(tasks * (64 << 10))),
        ]
    },
    expect: |setting| Expect::tasks(setting.value()),
    build: |setting: &Setting| {
        let room: &'static Room = Box::leak(Box::default());
        Ok(Measure::Level(Box::new(Idle {
            count: setting.value(),
            room,
            entry: Entry::new(rest, room),
            readings: 0,
        })))
    },
}];

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

struct Idle {
    count: u64,
    room: &'static Room,
    entry: &'static Entry<Room>,
    readings: u64,
}

/// All threads must have come to rest within this.
const PATIENCE: Duration = Duration::from_secs(20);

impl Idle {
    fn fill(&self, threads: &mut Vec<Thread>) -> Result<(), Failure> {
        for made in 0..self.count {
            let thread = self
                .entry
                .create(None)
                .during("pthread_create")
                .map_err(|failure| {
                    too_many(failure)
                        .with_remedy(&format!("{made} of {} threads were made", self.count))
                })?;
            threads.push(thread);
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

    fn empty(&self, threads: Vec<Thread>) -> Result<(), Failure> {
        self.room.released.store(1, Release);
        futex::wake(&self.room.released, i32::MAX, Scope::Private).during("futex(FUTEX_WAKE)")?;
        for thread in threads {
            thread.join().during("pthread_join")?;
        }
        self.room.resting.store(0, Relaxed);
        self.room.released.store(0, Relaxed);
        Ok(())
    }
}

impl Level for Idle {
    fn read(&mut self) -> Result<Reading, Failure> {
        let mut threads = Vec::with_capacity(usize::try_from(self.count).unwrap_or(0));
        let before = of_this_process()?;
        let stacks_before = kernel_stacks();
        let filled = self.fill(&mut threads);
        let after = of_this_process();
        let stacks = kernel_stack_growth(stacks_before);
        let complete = threads.len() as u64 == self.count;
        self.empty(threads)?;
        filled?;
        self.readings += u64::from(complete);
        Ok(after?.since(&before).per_task(self.count, stacks))
    }
}

impl Evidence for Idle {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.readings)
    }
}
