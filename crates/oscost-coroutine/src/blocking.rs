//! A coroutine that blocks: how long its neighbour on the thread waits, and how
//! that is avoided by handing the blocking call to a thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread::{self, ThreadId};
use std::time::Duration;

use oscost_harness::posted::Posted;
use oscost_harness::{
    Audit, Axis, During as _, Evidence, Expect, Failure, Measure, ParallelWork, Place, Row,
    Setting, TimedWork, pin, usage,
};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use oscost_sys::counter::Ticks;
use oscost_sys::map::SharedPage;
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinError, spawn_blocking, yield_now};

use crate::runtime;
use crate::tally::Tally;
use crate::timed::Laps;

/// Blocking, and its remedy.
pub const ROWS: &[Row] = &[
    Row {
        operation: "blocking/same-thread",
        title: "a neighbour blocks",
        question: "How long does a coroutine that only ever yields wait for its next turn while \
                   another one of its thread makes a blocking call?",
        // The thread sleeps once.
        expect: |_| Expect::switches(1.0, 1.0),
        build: |setting| delay(setting, Where::OnTheThread),
        ..DELAY
    },
    Row {
        operation: "blocking/spawn-blocking",
        title: "a neighbour has a thread block",
        question: "How long does a coroutine that only ever yields wait for its next turn while \
                   another one of its thread awaits a blocking call that a thread of the pool \
                   makes?",
        build: |setting| delay(setting, Where::InThePool),
        ..DELAY
    },
    Row {
        operation: "blocking/hand-off",
        title: "spawn_blocking",
        question: "What does it cost to hand a call that does nothing to a thread of the pool by \
                   spawn_blocking, and to await its end?",
        aspect: Aspect::Talk,
        per: "round trip",
        tier: Tier::Full,
        axes: &[],
        place: Place::Each,
        peers: Some(Peers::Threads),
        expect: runtime::expect_two_wake_ups,
        build: hand_off,
        ..DELAY
    },
];

const DELAY: Row = Row {
    operation: "",
    title: "",
    question: "",
    task: TaskKind::Coroutine,
    aspect: Aspect::Delay,
    per: "blocking call",
    tier: Tier::Core,
    axes: &[Axis {
        name: "block",
        unit: "ms",
        core: &[1],
        full: &[10],
    }],
    place: Place::OneCpu,
    peers: None,
    control: None,
    claims: &[17],
    needs: |_| Vec::new(),
    expect: |_| Expect::COUNT,
    build: |_| Err(Failure::Fail("a row without work".into())),
};

fn died(error: JoinError) -> Failure {
    Failure::Fail(format!("a task: {error}"))
}

/// Which thread blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Where {
    OnTheThread,
    InThePool,
}

struct Delay {
    runtime: Runtime,
    place: Where,
    long: Duration,
    /// Blocking calls that came back.
    tally: Tally,
}

fn delay(setting: &Setting, place: Where) -> Result<Measure, Failure> {
    let runtime = runtime::on_this_thread()?;
    // So that the pool has its thread.
    runtime
        .block_on(async { spawn_blocking(|| ()).await })
        .map_err(died)?;
    let delay = Box::new(Delay {
        runtime,
        place,
        long: Duration::from_millis(setting.value()),
        tally: Tally::new(),
    });
    Ok(match place {
        Where::OnTheThread => Measure::SelfTimed(delay),
        // Its delay says nothing of how long a call takes.
        Where::InThePool => Measure::Parallel(delay),
    })
}

/// What the two coroutines know of each other.
#[derive(Debug, Default)]
struct Signs {
    /// Turns that the neighbour has had.
    turns: AtomicU64,
    /// The blocking call has come back.
    over: AtomicBool,
}

impl TimedWork for Delay {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        let signs = Arc::<Signs>::default();
        let neighbour = watch(Arc::clone(&signs), now);
        let blocking = block(Arc::clone(&signs), self.place, self.long, self.tally);
        self.runtime.block_on(async {
            let (neighbour, blocking) = (tokio::spawn(neighbour), tokio::spawn(blocking));
            let blocked = blocking.await.map_err(died)??;
            let longest = neighbour.await.map_err(died)?;
            if (blocked == thread::current().id()) == (self.place == Where::OnTheThread) {
                Ok(longest)
            } else {
                Err(Failure::Fail("the wrong thread was blocked".into()))
            }
        })
    }
}

/// Yields until the call is over, and gives the longest time between two turns.
async fn watch(signs: Arc<Signs>, now: fn() -> Ticks) -> Ticks {
    let mut longest = Ticks::default();
    let mut last = now();
    while !signs.over.load(SeqCst) {
        signs.turns.fetch_add(1, SeqCst);
        yield_now().await;
        let turn = now();
        longest = longest.max(turn.since(last));
        last = turn;
    }
    longest
}

/// Blocks a thread once the neighbour is on its way. Gives the thread.
async fn block(
    signs: Arc<Signs>,
    place: Where,
    long: Duration,
    tally: Tally,
) -> Result<ThreadId, Failure> {
    while signs.turns.load(SeqCst) < 10 {
        yield_now().await;
    }
    let call = move || {
        thread::sleep(long);
        tally.count();
        signs.over.store(true, SeqCst);
        thread::current().id()
    };
    match place {
        Where::OnTheThread => Ok(call()),
        Where::InThePool => spawn_blocking(call).await.map_err(died),
    }
}

impl ParallelWork for Delay {
    fn run(&mut self, ops: u64, now: fn() -> Ticks) -> Result<Vec<Ticks>, Failure> {
        (0..ops).map(|_| self.run_once(now)).collect()
    }
}

impl Evidence for Delay {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.tally.so_far())
    }
}

struct HandOff {
    runtime: Runtime,
    tally: Tally,
    page: Arc<SharedPage>,
}

fn hand_off(setting: &Setting) -> Result<Measure, Failure> {
    let cpu = setting.cpu(1);
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(1)
        .on_thread_start(move || {
            // Where it cannot, the account of its CPU will tell.
            let _ = cpu.map(pin::this_thread);
        })
        .build()
        .during("build a tokio runtime")?;
    let page = Arc::new(SharedPage::new().during("mmap(MAP_SHARED)")?);
    Ok(Measure::Parallel(Box::new(HandOff {
        runtime,
        tally: Tally::new(),
        page,
    })))
}

impl ParallelWork for HandOff {
    fn run(&mut self, ops: u64, now: fn() -> Ticks) -> Result<Vec<Ticks>, Failure> {
        let tally = self.tally;
        self.runtime.block_on(async {
            let mut laps = Laps::begin(ops, now);
            for _ in 0..ops {
                spawn_blocking(move || tally.count()).await.map_err(died)?;
                laps.lap();
            }
            Ok(laps.times())
        })
    }
}

impl Evidence for HandOff {
    fn audit(&mut self) -> Result<Audit, Failure> {
        let (tally, page) = (self.tally, Arc::clone(&self.page));
        let account = spawn_account(tally, page);
        self.runtime.block_on(account)?;
        let (done, thread) = Posted::at(&self.page, 0).read();
        Ok(Audit {
            done,
            parties: vec![usage::this_thread()?, thread],
            ..Audit::default()
        })
    }
}

/// Lets the thread of the pool post its account.
async fn spawn_account(tally: Tally, page: Arc<SharedPage>) -> Result<(), Failure> {
    spawn_blocking(move || Posted::at(&page, 0).write(tally.so_far()))
        .await
        .map_err(died)?
}
