//! Many threads at work at once, up to ten thousand: what a turn costs when so
//! many take turns, and how much of the CPUs' time the kernel takes for it.

mod free_for_all;
mod rings;
mod stretch;

use oscost_harness::{Axis, During as _, Expect, Failure, Need, Place, Row};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use oscost_sys::pthread::{Attributes, Entry, Thread};

use crate::idle;
use crate::memory::SMALL;

const ROW: Row = Row {
    operation: "many",
    title: "many threads",
    question: "What does it cost a thread to hand the turn to the next of many, each of which waits for it?",
    task: TaskKind::Thread,
    aspect: Aspect::Switch,
    per: "hand-off",
    tier: Tier::Full,
    axes: &[Axis {
        name: "tasks",
        unit: "",
        core: &[],
        full: &[2, 10, 100, 1000, 10_000],
    }],
    place: Place::OneCpu,
    peers: Some(Peers::Threads),
    control: Some("control/hand-off"),
    claims: &[8, 19],
    needs: |setting| {
        let mut needs = idle::needs(setting.of("tasks"));
        if setting.of("tasks") > 1000 {
            needs.push(Need::Native("so many threads take it minutes to make"));
        }
        needs
    },
    expect: |_| Expect::COUNT,
    build: rings::measure,
};

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "many/one-cpu",
        title: "one of many, one CPU",
        question: "What does it cost, on one CPU, to hand the turn to the next of many threads, each of which sleeps until it comes?",
        tier: Tier::Core,
        axes: &[Axis {
            name: "tasks",
            unit: "",
            core: &[1000],
            full: &[2, 10, 100, 10_000],
        }],
        expect: |_| Expect::switches(1.0, 1.0),
        ..ROW
    },
    Row {
        operation: "many/all-cpus",
        title: "one of many, all CPUs",
        question: "What does a hand-off cost when as many turns as there are CPUs go round among many threads, wherever the scheduler puts them?",
        place: Place::Anywhere,
        // Who finds its turn before it has gone to sleep is not switched.
        expect: |_| Expect::switches(0.0, 1.0),
        ..ROW
    },
    Row {
        operation: "many/yield",
        title: "free for all",
        question: "What does a turn cost when many threads on one CPU each offer it by sched_yield again and again, and how evenly do they get it?",
        per: "turn",
        control: Some("control/yield"),
        build: free_for_all::measure,
        ..ROW
    },
];

/// An operation is so short, and so many threads have to be set going, that a
/// sample spans at least so many operations: some tens of milliseconds.
const LEAST: u64 = 20_000;

/// Threads with small stacks, so that ten thousand are made within a second.
fn make<T: Sync>(count: usize, entry: &'static Entry<T>) -> Result<Vec<Thread>, Failure> {
    let small = Attributes::new()
        .and_then(|attributes| attributes.stack(SMALL))
        .during("pthread_attr_setstacksize")?;
    let one = |_| {
        let made = entry.create(Some(&small)).during("pthread_create");
        made.map_err(Failure::too_many)
    };
    (0..count).map(one).collect()
}
