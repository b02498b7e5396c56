//! A storm of payments: many tasks at once, each of which asks a database and
//! waits for its answer, which comes after a fixed delay. If waiting were all
//! that it takes, the last would be done when the delay is over.
//!
//! The database is a server in a process of its own, on UNIX sockets and on
//! loopback TCP; or it is no more than a timer. A task is made, connects, asks,
//! waits, checks the answer and ends; the storm is over when the last has been
//! seen to end.

mod crowd;
mod database;
mod gathering;
mod ledger;
mod office;
mod weight;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use oscost_harness::{
    Audit, Axis, Evidence, Failure, Measure, Need, Row, Setting, TimedWork, limits,
};
use oscost_record::{Bytes, Nanos, TaskKind, Tier};
use oscost_sys::counter::Ticks;

use crate::account::{self, Spent};
use crate::needs;
use crate::row;
use crowd::{Coroutines, Crowd, Processes, Threads};
use office::{Office, Way};
use weight::Weight;

const TASKS: &[Axis] = &[Axis {
    name: "tasks",
    unit: "",
    core: &[100],
    full: &[10, 1000, 10_000],
}];

const MANY_TASKS: &[Axis] = &[Axis {
    name: "tasks",
    unit: "",
    core: &[100],
    full: &[10, 1000, 10_000, 100_000],
}];

const ROW: Row = Row {
    per: "storm",
    axes: TASKS,
    claims: &[16],
    ..row::ROW
};

const PROCESS: Row = row::process_each(ROW);
const THREAD: Row = row::thread_each(ROW);

const COROUTINE: Row = Row {
    task: TaskKind::Coroutine,
    axes: MANY_TASKS,
    needs: |setting| row::with_sockets(coroutines_need(setting), setting),
    ..ROW
};

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "storm/timer/process",
        title: "payments, a timer",
        question: "How long does it take until each of many processes, started at once, has waited 10 ms for a timer and ended?",
        tier: Tier::Core,
        needs: |setting| needs::of_processes(setting.value()),
        build: |setting| storm(setting, Way::Timer, Processes),
        ..PROCESS
    },
    Row {
        operation: "storm/timer/thread",
        title: "payments, a timer",
        question: "How long does it take until each of many threads, started at once, has waited 10 ms for a timer and ended?",
        tier: Tier::Core,
        needs: |setting| needs::of_threads(setting.value()),
        build: |setting| storm(setting, Way::Timer, Threads),
        ..THREAD
    },
    Row {
        operation: "storm/timer/coroutine",
        title: "payments, a timer",
        question: "How long does it take until each of many coroutines of a thread, started at once, has waited 10 ms for a timer and ended?",
        tier: Tier::Core,
        needs: coroutines_need,
        build: |setting| storm(setting, Way::Timer, Coroutines::new()?),
        ..COROUTINE
    },
    Row {
        operation: "storm/unix/process",
        title: "payments, a UNIX socket",
        question: "How long does it take until each of many processes, started at once, has an answer of a database on a UNIX socket that gives it after 10 ms?",
        build: |setting| storm(setting, Way::Unix, Processes),
        ..PROCESS
    },
    Row {
        operation: "storm/unix/thread",
        title: "payments, a UNIX socket",
        question: "How long does it take until each of many threads, started at once, has an answer of a database on a UNIX socket that gives it after 10 ms?",
        build: |setting| storm(setting, Way::Unix, Threads),
        ..THREAD
    },
    Row {
        operation: "storm/unix/coroutine",
        title: "payments, a UNIX socket",
        question: "How long does it take until each of many coroutines of a thread, started at once, has an answer of a database on a UNIX socket that gives it after 10 ms?",
        build: |setting| storm(setting, Way::Unix, Coroutines::new()?),
        ..COROUTINE
    },
    Row {
        operation: "storm/tcp/process",
        title: "payments, loopback TCP",
        question: "How long does it take until each of many processes, started at once, has an answer of a database on loopback TCP that gives it after 10 ms?",
        build: |setting| storm(setting, Way::Tcp, Processes),
        ..PROCESS
    },
    Row {
        operation: "storm/tcp/thread",
        title: "payments, loopback TCP",
        question: "How long does it take until each of many threads, started at once, has an answer of a database on loopback TCP that gives it after 10 ms?",
        build: |setting| storm(setting, Way::Tcp, Threads),
        ..THREAD
    },
    Row {
        operation: "storm/tcp/coroutine",
        title: "payments, loopback TCP",
        question: "How long does it take until each of many coroutines of a thread, started at once, has an answer of a database on loopback TCP that gives it after 10 ms?",
        build: |setting| storm(setting, Way::Tcp, Coroutines::new()?),
        ..COROUTINE
    },
    Row {
        operation: "storm/blocking/coroutine",
        title: "payments, a blocking call",
        question: "How long does it take until each of many coroutines of a thread, started at once, has made a call that blocks the thread for 10 ms?",
        axes: &[Axis {
            name: "tasks",
            unit: "",
            core: &[],
            full: &[10, 100],
        }],
        claims: &[17],
        needs: coroutines_need,
        build: |setting| storm(setting, Way::Blocking, Coroutines::new()?),
        ..COROUTINE
    },
];

fn coroutines_need(setting: &Setting) -> Vec<Need> {
    // More than the smallest of them with a socket takes.
    vec![Need::Memory(Bytes(setting.value() * (4 << 10)))]
}

/// How long the database takes to answer.
const DELAY: Duration = Duration::from_millis(10);

struct Storm<C> {
    office: Arc<Office>,
    crowd: C,
    tasks: u64,
    /// Payments of the storm in which the tasks were weighed.
    before: u64,
    memory: Option<f64>,
    spent: Spent,
    /// Storms since the last audit, and how long they took together.
    storms: u32,
    elapsed: Duration,
}

fn storm(setting: &Setting, way: Way, crowd: impl Crowd + 'static) -> Result<Measure, Failure> {
    limits::raise()?;
    let office = Office::open(way, DELAY, setting.value())?;
    let storm = Storm::new(office, crowd, setting.value())?;
    Ok(Measure::SelfTimed(Box::new(storm)))
}

impl<C: Crowd> Storm<C> {
    /// A crowd in front of an office. It is weighed at once, in a fresh process.
    fn new(office: Office, mut crowd: C, tasks: u64) -> Result<Self, Failure> {
        let office = Arc::new(office);
        let weight = Weight::of(&mut crowd, &office, tasks)?;
        Ok(Self {
            before: office.answered(),
            office,
            crowd,
            tasks,
            memory: weight.map(|bytes| bytes / tasks as f64),
            spent: Spent::default(),
            storms: 0,
            elapsed: Duration::ZERO,
        })
    }

    /// Storms that were carried out, as counted by who answers.
    fn done(&self) -> u64 {
        (self.office.answered() - self.before) / self.tasks
    }

    fn figures(&mut self) -> BTreeMap<String, f64> {
        let delay = self.office.delay();
        let mut figures = self.spent.per_task(self.tasks * u64::from(self.storms));
        figures.insert("delay_ns".to_owned(), Nanos::of(delay).0);
        if self.storms > 0 {
            let mean = self.elapsed.as_secs_f64() / f64::from(self.storms);
            figures.insert("ideal_ratio".to_owned(), mean / delay.as_secs_f64());
        }
        if let Some(bytes) = self.memory {
            figures.insert("memory_bytes_per_task".to_owned(), bytes);
        }
        self.storms = 0;
        self.elapsed = Duration::ZERO;
        figures
    }
}

impl<C: Crowd> TimedWork for Storm<C> {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        let Self {
            office,
            crowd,
            tasks,
            ..
        } = self;
        let before = office.balance();
        let (ticks, elapsed) = self.spent.on(|| {
            let (wall, begin) = (Instant::now(), now());
            crowd.storm(office, *tasks, None)?;
            Ok((now().since(begin), wall.elapsed()))
        })?;
        office.check(before, *tasks)?;
        if elapsed < office.delay() {
            return Err(Failure::Fail(format!(
                "all {tasks} tasks were done after {elapsed:?}, before any answer can have come"
            )));
        }
        self.storms += 1;
        self.elapsed += elapsed;
        Ok(ticks)
    }

    /// The storm in which the tasks were weighed is as good as any.
    fn is_built_warm(&self) -> bool {
        true
    }
}

impl<C: Crowd> Evidence for Storm<C> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        let figures = self.figures();
        account::audit(self.done(), figures)
    }
}

#[cfg(test)]
mod tests;
