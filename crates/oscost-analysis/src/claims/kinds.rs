//! Process, thread and coroutine side by side: what each has for itself, what
//! switching, talking and crashing cost it, how many cores it uses, where it
//! fits. Whatever can be a number is one, from named cases.

use super::evidence::{Evidence, Found, Gap};
use super::{Reading, Scale};
use crate::{Summary, per_task};

/// One property of the three kinds.
#[derive(Clone, Debug, PartialEq)]
pub struct Trait {
    /// Its name.
    pub name: &'static str,
    /// What each kind has of it: process, thread, coroutine.
    pub kinds: [Vec<Fact>; 3],
}

/// One number about one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// What it is, in a few words.
    pub what: &'static str,
    /// The number, or why there is none.
    pub reading: Result<Reading, String>,
}

/// Where a number comes from.
#[derive(Clone, Copy)]
enum Source {
    /// What a case costs.
    Cost(&'static str),
    /// What each further task adds, by its parts; of the whole with no part.
    Adds(&'static str, &'static str),
    /// A figure of a case.
    Figure(&'static str, &'static str, Scale),
    /// How many times as fast the most workers are as one.
    SpeedUp(&'static str),
}

use Source::{Adds, Cost, Figure, SpeedUp};

type Facts = &'static [(&'static str, Source)];

/// The rows of the table, from top to bottom.
const ROWS: [(&str, [Facts; 3]); 7] = [
    (
        "independent resources",
        [
            &[
                ("memory that each adds", Adds("process/memory/fork", "")),
                (
                    "page tables of its own",
                    Adds("process/memory/fork", "page_tables"),
                ),
                (
                    "addresses of its own",
                    Adds("process/memory/fork", "virtual"),
                ),
            ],
            &[
                ("memory that each adds", Adds("thread/memory/pthread", "")),
                (
                    "kernel stack of its own",
                    Adds("thread/memory/pthread", "kernel_stack"),
                ),
                (
                    "addresses for its stack",
                    Adds("thread/memory/pthread", "virtual"),
                ),
            ],
            &[
                (
                    "memory that each adds, with a stack",
                    Adds("coroutine/memory/corosensei", ""),
                ),
                (
                    "addresses for its stack",
                    Adds("coroutine/memory/corosensei", "virtual"),
                ),
                (
                    "memory that each adds, as a future",
                    Adds("coroutine/memory/future", ""),
                ),
            ],
        ],
    ),
    (
        "cost of making one",
        [
            &[
                ("fork, exit, wait", Cost("process/create/fork/rss=0MiB")),
                (
                    "by a parent of 1 GiB",
                    Cost("process/create/fork/rss=1024MiB"),
                ),
                (
                    "start a program",
                    Cost("process/create/posix-spawn/static/rss=0MiB"),
                ),
            ],
            &[("create, exit, join", Cost("thread/create/pthread"))],
            &[
                ("with a fresh stack", Cost("coroutine/create/corosensei")),
                ("as a tokio task", Cost("coroutine/create/tokio")),
            ],
        ],
    ),
    (
        "switch cost, there and back",
        [
            &[
                (
                    "a byte through a pipe",
                    Cost("process/switch/pipe/placement=same-cpu"),
                ),
                (
                    "wake by futex",
                    Cost("process/switch/futex/placement=same-cpu"),
                ),
            ],
            &[
                (
                    "a byte through a pipe",
                    Cost("thread/switch/pipe/placement=same-cpu"),
                ),
                (
                    "wake by futex",
                    Cost("thread/switch/futex/placement=same-cpu"),
                ),
            ],
            &[
                ("corosensei", Cost("coroutine/switch/corosensei")),
                ("tokio", Cost("coroutine/switch/tokio")),
            ],
        ],
    ),
    (
        "ways to communicate, there and back",
        [
            &[
                (
                    "pipe",
                    Cost("ipc/message/pipe/processes/block/size=64B/placement=cross-cpu"),
                ),
                (
                    "named pipe",
                    Cost("ipc/message/fifo/processes/size=64B/placement=cross-cpu"),
                ),
                (
                    "local socket",
                    Cost("ipc/message/unix-stream/processes/block/size=64B/placement=cross-cpu"),
                ),
                (
                    "message queue",
                    Cost("ipc/message/posix-queue/processes/size=64B/placement=cross-cpu"),
                ),
                (
                    "signal",
                    Cost("ipc/message/signal/processes/wait/size=8B/placement=cross-cpu"),
                ),
                (
                    "shared memory",
                    Cost(
                        "ipc/message/shared-anonymous/processes/futex/size=64B/placement=cross-cpu",
                    ),
                ),
            ],
            &[
                ("channel", Cost("ipc/handover/mpsc/placement=cross-cpu")),
                (
                    "lock and condition variable",
                    Cost("ipc/handover/condvar/placement=cross-cpu"),
                ),
                (
                    "signal",
                    Cost("ipc/message/signal/threads/wait/size=8B/placement=cross-cpu"),
                ),
                (
                    "semaphore",
                    Cost(
                        "ipc/message/shared-anonymous/threads/semaphore/size=64B/placement=cross-cpu",
                    ),
                ),
            ],
            &[
                ("future", Cost("coroutine/channel/oneshot")),
                ("channel", Cost("coroutine/channel/mpsc")),
                (
                    "publish to 8 subscribers",
                    Cost("coroutine/channel/broadcast/subscribers=8"),
                ),
            ],
        ],
    ),
    (
        "cost of a crash",
        [
            &[
                ("until it is known", Cost("process/crash/known")),
                (
                    "of 8 live on",
                    Figure(
                        "scenario/crash/process/workers=8",
                        "survivors",
                        Scale::Count,
                    ),
                ),
            ],
            &[
                ("until it is known", Cost("thread/crash/known")),
                (
                    "of 8 live on",
                    Figure("scenario/crash/thread/workers=8", "survivors", Scale::Count),
                ),
            ],
            &[
                ("a panic, until it is known", Cost("coroutine/crash/panic")),
                (
                    "of 8 live on",
                    Figure(
                        "scenario/crash/coroutine/workers=8",
                        "survivors",
                        Scale::Count,
                    ),
                ),
            ],
        ],
    ),
    (
        "cores used",
        [
            &[(
                "as fast by all CPUs as by one",
                SpeedUp("scenario/scaling/process"),
            )],
            &[(
                "as fast by all CPUs as by one",
                SpeedUp("scenario/scaling/thread"),
            )],
            &[
                ("on one thread", SpeedUp("scenario/scaling/coroutine")),
                (
                    "on a thread for each CPU",
                    SpeedUp("scenario/scaling/coroutines"),
                ),
            ],
        ],
    ),
    (
        "where it fits",
        [
            &[
                (
                    "apart from the others: 8 workers of which 1 crashes keep",
                    Figure(
                        "scenario/crash/process/workers=8",
                        "survivors",
                        Scale::Count,
                    ),
                ),
                (
                    "10 connections: requests per second by fork",
                    Figure(
                        "scenario/server/fork/connections=10",
                        "requests_per_s",
                        Scale::Count,
                    ),
                ),
            ],
            &[
                (
                    "computing beside a user: a tick comes late by",
                    Cost("scenario/responsive/thread"),
                ),
                (
                    "10 connections: requests per second",
                    Figure(
                        "scenario/server/thread/connections=10",
                        "requests_per_s",
                        Scale::Count,
                    ),
                ),
            ],
            &[
                (
                    "waiting much: 10,000 customers served, of the delay",
                    Figure(
                        "scenario/storm/unix/coroutine/tasks=10000",
                        "ideal_ratio",
                        Scale::Times,
                    ),
                ),
                (
                    "1,000 connections: requests per second",
                    Figure(
                        "scenario/server/coroutines/connections=1000",
                        "requests_per_s",
                        Scale::Count,
                    ),
                ),
            ],
        ],
    ),
];

/// The table of the three kinds; always the same rows.
#[must_use]
pub fn kinds(summaries: &[Summary]) -> Vec<Trait> {
    let evidence = Evidence::of(summaries);
    let fact = |&(what, source): &(&'static str, Source)| Fact {
        what,
        reading: reading(&evidence, source).map_err(|gap| gap.to_string()),
    };
    let row = |(name, kinds): &(&'static str, [Facts; 3])| Trait {
        name,
        kinds: kinds.map(|facts| facts.iter().map(fact).collect()),
    };
    ROWS.iter().map(row).collect()
}

fn reading(record: &Evidence<'_>, source: Source) -> Found {
    match source {
        Cost(id) => record.cost(id),
        Figure(id, name, scale) => record.figure(id, name, scale),
        Adds(operation, part) => adds(record, operation, part),
        SpeedUp(operation) => {
            let one = format!("{operation}/workers=1");
            let sizes = record.sizes(operation, "workers").into_iter();
            let most = sizes.rev().find(|(workers, _)| *workers > 1);
            record.ratio(
                &one,
                &most.map_or_else(|| format!("{operation}/workers=2"), |(_, id)| id),
            )
        }
    }
}

/// The slope of the line over numbers of tasks.
fn adds(record: &Evidence<'_>, operation: &str, part: &str) -> Found {
    let prefix = format!("{operation}/tasks=");
    let all = per_task(record.summaries());
    let found = all.iter().find(|one| one.case.0.starts_with(&prefix));
    let line = found.and_then(|one| match part {
        "" => one.whole,
        part => one.part(part).copied(),
    });
    match (line, found) {
        (Some(line), Some(one)) => Ok(Reading {
            number: line.slope,
            scale: Scale::Bytes,
            cases: vec![one.case.clone()],
        }),
        _ => Err(record
            .cost(&format!("{prefix}1000"))
            .err()
            .unwrap_or_else(|| Gap::new(format!("{operation} (it takes two numbers of tasks)")))),
    }
}
