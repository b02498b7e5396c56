//! Talking from task to task: claims 9 and 20.

use super::evidence::{Evidence, Found, Gap, clause, some};
use super::{Bound, MORE, Point, Reading, Rule, Ruling, Scale};
use crate::format::quantity;
use crate::{Estimate, Fate, Summary};

const CHANNEL: &str = "ipc/handover/mpsc/placement=cross-cpu";

/// How processes pass 64 bytes on, between two CPUs.
const MEANS_OF_PROCESSES: [(&str, &str); 3] = [
    (
        "processes share through a pipe",
        "ipc/message/pipe/processes/block/size=64B/placement=cross-cpu",
    ),
    (
        "processes share through a socket",
        "ipc/message/unix-stream/processes/block/size=64B/placement=cross-cpu",
    ),
    (
        "processes share through shared memory",
        "ipc/message/shared-anonymous/processes/futex/size=64B/placement=cross-cpu",
    ),
];

pub(super) const SHARING: Rule = Rule {
    number: 9,
    claim: "Processes share data with difficulty, threads with ease.",
    rule: "Holds if 64 bytes to another process and back cost at least 1.1 times what a channel between two threads costs, both on two CPUs, by pipe, by socket and through shared memory.",
    judge: |record| {
        let ratio = |(what, id): &(&str, &str)| {
            (
                (*what).to_owned(),
                record.ratio(id, CHANNEL),
                Bound::Least(MORE),
            )
        };
        let points = some(MEANS_OF_PROCESSES.iter().map(ratio).collect())?;
        let names = ["by pipe", "by socket", "through shared memory"];
        let named = |point: &Point| {
            let place = MEANS_OF_PROCESSES
                .iter()
                .position(|(what, _)| *what == point.what);
            let name = place.map_or("", |place| names[place]);
            format!("{} {name}", point.reading.words())
        };
        let finding = format!(
            "64 bytes between processes cost what a channel between threads costs {}{}.",
            points.iter().map(named).collect::<Vec<_>>().join(", "),
            clause(record.ratio("coroutine/channel/mpsc", CHANNEL), |times| {
                format!("; a channel between coroutines {times}")
            })
        );
        Ok(Ruling::any(points, finding))
    },
};

/// The article's ways to communicate, each with the cases that are it.
const WAYS: [(&str, &[&str]); 16] = [
    ("pipe", &["ipc/message/pipe/processes/"]),
    ("named pipe", &["ipc/message/fifo/processes"]),
    ("signal to a process", &["ipc/message/signal/processes/"]),
    (
        "message queue",
        &[
            "ipc/message/posix-queue/processes",
            "ipc/message/sysv-queue/processes",
        ],
    ),
    ("shared memory", &["ipc/message/shared-"]),
    (
        "semaphore of processes",
        &[
            "sync/processes/posix-semaphore",
            "sync/processes/sysv-semaphore",
        ],
    ),
    ("local socket", &["ipc/message/unix-stream/processes/"]),
    ("network socket", &["ipc/message/tcp/processes/"]),
    ("lock", &["sync/contended/pthread-mutex"]),
    ("semaphore of threads", &["sync/semaphore/"]),
    ("condition variable", &["sync/condvar/signal/"]),
    ("signal to a thread", &["ipc/message/signal/threads/"]),
    ("channel of threads", &["ipc/handover/"]),
    ("future", &["coroutine/channel/oneshot"]),
    ("channel of coroutines", &["coroutine/channel/mpsc"]),
    ("publish/subscribe", &["coroutine/channel/broadcast"]),
];

pub(super) const MEANS: Rule = Rule {
    number: 20,
    claim: "Each kind of task has its own ways to communicate: pipes, named pipes, signals, message queues, shared memory, semaphores and sockets; locks, semaphores and signals; futures, channels and publish/subscribe.",
    rule: "Holds if each of the 16 ways has at least one measured case.",
    judge: means,
};

fn means(record: &Evidence<'_>) -> Found<Ruling> {
    let mut measured: Vec<(&str, &Summary, Estimate)> = Vec::new();
    let mut failed = 0;
    let mut missing = Vec::new();
    for (name, prefixes) in WAYS {
        let of_it = || {
            let all = record.summaries().iter();
            all.filter(|one| {
                prefixes
                    .iter()
                    .any(|prefix| one.info.id.0.starts_with(prefix))
            })
        };
        let costs = of_it().filter_map(|one| Some((name, one, one.estimate?)));
        let quickest = costs.min_by(|a, b| a.2.value.total_cmp(&b.2.value));
        match quickest {
            Some(found) => measured.push(found),
            None if of_it().any(|one| matches!(one.fate, Fate::Failed(_))) => failed += 1,
            None => missing.push(name),
        }
    }
    if !missing.is_empty() {
        return Err(Gap::new(format!(
            "{} of {} ways were not part of this run: {}",
            missing.len(),
            WAYS.len(),
            missing.join(", ")
        )));
    }
    let count = measured.len() as f64;
    let reading = Reading {
        number: Estimate {
            value: count,
            low: count,
            high: count,
        },
        scale: Scale::Count,
        cases: measured
            .iter()
            .map(|(_, one, _)| one.info.id.clone())
            .collect(),
    };
    let round_trips = measured
        .iter()
        .filter(|(_, one, _)| one.info.unit.per == "round trip");
    let by_cost = |a: &&(&str, &Summary, Estimate), b: &&(&str, &Summary, Estimate)| {
        a.2.value.total_cmp(&b.2.value)
    };
    let ends = round_trips
        .clone()
        .min_by(by_cost)
        .zip(round_trips.max_by(by_cost));
    let named = |(name, one, cost): &(&str, &Summary, Estimate)| {
        format!("{} ({name})", quantity(cost.value, &one.info.unit))
    };
    let range = ends.map_or_else(String::new, |(quick, slow)| {
        format!(
            "; their quickest round trips take {} to {}",
            named(quick),
            named(slow)
        )
    });
    let finding = format!(
        "{} of {} ways were measured{}{range}.",
        measured.len(),
        WAYS.len(),
        match failed {
            0 => String::new(),
            n => format!(", {n} failed"),
        },
    );
    let all = Bound::Least(WAYS.len() as f64);
    Ok(Ruling::all(
        vec![Point::new("ways that were measured", reading, all)],
        finding,
    ))
}
