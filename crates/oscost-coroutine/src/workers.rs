//! Coroutines on a runtime that has worker threads of its own, which share out
//! the tasks among themselves: what the same switches and creations cost there.
//!
//! Unlike on one thread, the kernel may take part: a worker that runs out of
//! tasks sleeps, and one that has too many wakes another. Which worker has
//! which task is tokio's choice and changes, and so does the time: each
//! operation is timed by itself, by the task that does it. One reading of the
//! clock is part of every time.

use oscost_harness::{Expect, Failure, Measure, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::{JoinError, yield_now};

use crate::runtime::on_two_workers;
use crate::tally::Tally;
use crate::timed::{Laps, timed_elsewhere};

/// What runs on two workers.
pub const ROWS: &[Row] = &[
    Row {
        operation: "switch/tokio-multi",
        title: "yield on two tokio workers",
        question: "What does it cost when two tasks of a tokio runtime with two worker threads \
                   take turns, each yielding until its own has come?",
        build: yields,
        ..SWITCH
    },
    Row {
        operation: "switch/tokio-multi-notify",
        title: "notify on two tokio workers",
        question: "What does it cost when a task of a tokio runtime with two worker threads wakes \
                   another, sleeps, and is woken by it?",
        build: notifies,
        ..SWITCH
    },
    Row {
        operation: "create/tokio-multi",
        title: "task on two tokio workers",
        question: "What does it cost a task of a tokio runtime with two worker threads to spawn \
                   another and to await its end?",
        aspect: Aspect::Create,
        per: "create+finish",
        peers: None,
        claims: &[2],
        build: spawns,
        ..SWITCH
    },
];

const SWITCH: Row = Row {
    operation: "",
    title: "",
    question: "",
    task: TaskKind::Coroutine,
    aspect: Aspect::Switch,
    per: "round trip",
    tier: Tier::Full,
    axes: &[],
    place: Place::Anywhere,
    peers: Some(Peers::Coroutines),
    control: Some("control/loop"),
    claims: &[5, 19],
    needs: |_| Vec::new(),
    expect: |_| Expect::COUNT,
    build: |_| Err(Failure::Fail("a row without a kind".into())),
};

/// Lets a worker run a loop to its end.
fn run<T: Send + 'static>(
    runtime: &Runtime,
    work: impl Future<Output = Result<T, JoinError>> + Send + 'static,
) -> Result<T, Failure> {
    let joined = runtime.block_on(async { tokio::spawn(work).await });
    joined
        .flatten()
        .map_err(|error| Failure::Fail(format!("a task: {error}")))
}

fn yields(_: &Setting) -> Result<Measure, Failure> {
    let (near, far) = (Tally::new(), Tally::new());
    let runtime = on_two_workers()?;
    Ok(timed_elsewhere(far, move |ops, now| {
        let first = far.so_far() + 1;
        run(&runtime, async move {
            let partner = tokio::spawn(async move {
                for turn in first..first + ops {
                    until(near, turn).await;
                    far.count();
                }
            });
            let mut laps = Laps::begin(ops, now);
            for turn in first..first + ops {
                near.count();
                until(far, turn).await;
                laps.lap();
            }
            partner.await.map(|()| laps.times())
        })
    }))
}

/// Yields until the other task has had so many turns.
async fn until(other: Tally, turns: u64) {
    while other.so_far() < turns {
        yield_now().await;
    }
}

fn notifies(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    let turns: &'static [Notify; 2] = Box::leak(Box::default());
    let [near, far] = turns;
    let runtime = on_two_workers()?;
    runtime.spawn(async move {
        loop {
            far.notified().await;
            tally.count();
            near.notify_one();
        }
    });
    Ok(timed_elsewhere(tally, move |ops, now| {
        run(&runtime, async move {
            let mut laps = Laps::begin(ops, now);
            for _ in 0..ops {
                far.notify_one();
                near.notified().await;
                laps.lap();
            }
            Ok(laps.times())
        })
    }))
}

fn spawns(_: &Setting) -> Result<Measure, Failure> {
    let tally = Tally::new();
    let runtime = on_two_workers()?;
    Ok(timed_elsewhere(tally, move |ops, now| {
        run(&runtime, async move {
            let mut laps = Laps::begin(ops, now);
            for _ in 0..ops {
                tokio::spawn(async move { tally.count() }).await?;
                laps.lap();
            }
            Ok(laps.times())
        })
    }))
}
