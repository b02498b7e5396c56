//! What it costs to hand a pointer over to another thread and get it back: the
//! thread's own ways to talk, without the kernel's.
//!
//! A new way is a pair of ends (`parcel::Giver`, `parcel::Taker`) and a row.

mod mailbox;
mod parcel;
mod ways;

use oscost_harness::pingpong::{Side, board};
use oscost_harness::{Expect, Failure, Measure, Need, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};

use crate::partner::round_trips;

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    tier: Tier,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Thread,
        aspect: Aspect::Talk,
        per: "round trip",
        tier,
        axes: &[],
        place: Place::Each,
        peers: Some(Peers::Threads),
        control: None,
        claims: &[9, 20],
        needs: |_| vec![Need::Tasks(2)],
        expect: expect_sleepers,
        build,
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "handover/condvar",
        "mutex and condvar",
        "What does it cost to hand a box over to another thread behind a mutex with a condition variable (std), and get it back?",
        Tier::Full,
        |setting| threads(setting, ways::mailboxes()),
    ),
    row(
        "handover/mpsc",
        "std::sync::mpsc",
        "What does it cost to hand a box over to another thread through a channel (std::sync::mpsc), and get it back through another?",
        Tier::Core,
        |setting| threads(setting, ways::mpsc()),
    ),
    row(
        "handover/crossbeam-bounded",
        "crossbeam, bounded(1)",
        "What does it cost to hand a box over to another thread through a crossbeam channel with room for one, and get it back through another?",
        Tier::Full,
        |setting| threads(setting, ways::crossbeam_bounded()),
    ),
    row(
        "handover/crossbeam-unbounded",
        "crossbeam, unbounded",
        "What does it cost to hand a box over to another thread through an unbounded crossbeam channel, and get it back through another?",
        Tier::Full,
        |setting| threads(setting, ways::crossbeam_unbounded()),
    ),
    Row {
        expect: expect_spinners,
        ..row(
            "handover/spin",
            "spin slot",
            "What does it cost to hand a box over to another thread that spins on an atomic pointer, and get it back the same way (on one CPU: until the kernel takes the CPU away)?",
            Tier::Full,
            |setting| threads(setting, ways::spin_slots()),
        )
    },
];

fn threads<S: Side + 'static>(setting: &Setting, sides: (S, S)) -> Result<Measure, Failure> {
    round_trips(setting, Peers::Threads, board()?, sides)
}

/// On one CPU a round trip cannot be had without two switches. A thread that
/// is woken may find the lock still held, and sleep once more.
fn expect_sleepers(setting: &Setting) -> Expect {
    match setting.cpus.len() {
        1 => Expect::switches(2.0, 4.0),
        _ => Expect::switches(0.0, 4.0),
    }
}

/// Who spins never gives the CPU up.
fn expect_spinners(setting: &Setting) -> Expect {
    match setting.cpus.len() {
        1 => Expect::switches(2.0, 0.0),
        _ => Expect::NO_SWITCH,
    }
}
