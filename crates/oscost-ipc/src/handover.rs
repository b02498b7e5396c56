//! What it costs to hand a pointer over to another thread and get it back: the
//! thread's own ways to talk, without the kernel's.
//!
//! A new way is a pair of ends (`parcel::Giver`, `parcel::Taker`), a function
//! that makes two bearers of them, and two lines of rows.

mod mailbox;
mod parcel;
mod ways;

use oscost_harness::{Expect, Failure, Need, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};

use crate::game::{one_task, round_trips};

const BETWEEN_THREADS: Row = Row {
    operation: "",
    title: "",
    question: "",
    task: TaskKind::Thread,
    aspect: Aspect::Talk,
    per: "round trip",
    tier: Tier::Full,
    axes: &[],
    place: Place::Each,
    peers: Some(Peers::Threads),
    control: None,
    claims: &[9, 20],
    needs: |_| vec![Need::Tasks(2)],
    expect: expect_sleepers,
    build: |_| Err(Failure::Skip("nothing to build".into())),
};

const ALONE: Row = Row {
    aspect: Aspect::Control,
    place: Place::OneCpu,
    peers: None,
    claims: &[],
    needs: |_| Vec::new(),
    expect: |_| Expect::NO_SWITCH,
    ..BETWEEN_THREADS
};

/// Two rows for a way: between two threads, and made by one. What else they
/// say (`field: value`) is for both, then for the first alone.
macro_rules! handovers {
    ($($sides:path: $name:literal, $title:literal, $how:literal
       { $($field:ident: $value:expr),* } { $($own:ident: $its:expr),* };)+) => {
        &[$(
            Row {
                operation: concat!("handover/", $name),
                title: $title,
                question: concat!(
                    "What does it cost to hand a box over to another thread ", $how,
                    ", and to get it back the same way?"
                ),
                control: Some(concat!("control/handover-", $name)),
                build: |setting| round_trips(setting, Peers::Threads, $sides()),
                $($field: $value,)*
                $($own: $its,)*
                ..BETWEEN_THREADS
            },
            Row {
                operation: concat!("control/handover-", $name),
                title: concat!($title, ", one task"),
                question: concat!(
                    "What does it cost to hand a box over ", $how,
                    ", and to get it back the same way, when one thread does it all?"
                ),
                build: |_| Ok(one_task($sides())),
                $($field: $value,)*
                ..ALONE
            },
        )+]
    };
}

pub(crate) const ROWS: &[Row] = handovers! {
    ways::mailboxes: "condvar", "mutex and condvar",
        "behind a mutex with a condition variable (std)" {} {};
    ways::mpsc: "mpsc", "std::sync::mpsc",
        "through a channel (std::sync::mpsc)" { tier: Tier::Core } {};
    ways::crossbeam_bounded: "crossbeam-bounded", "crossbeam bounded(1)",
        "through a crossbeam channel with room for one" {} {};
    ways::crossbeam_unbounded: "crossbeam-unbounded", "crossbeam unbounded",
        "through an unbounded crossbeam channel" {} {};
    ways::spin_slots: "spin", "spin slot",
        "through an atomic pointer at which the taker spins" {} { expect: expect_spinners };
};

/// On one CPU a round trip cannot be had without two switches. A thread that
/// is woken may find the lock still held, and sleep once more.
fn expect_sleepers(setting: &Setting) -> Expect {
    match setting.cpus.len() {
        1 => Expect::switches(2.0, 4.0),
        _ => Expect::switches(0.0, 4.0),
    }
}

/// Who spins never gives the CPU up: on one CPU each turn lasts until the
/// kernel takes it away.
fn expect_spinners(setting: &Setting) -> Expect {
    match setting.cpus.len() {
        1 => Expect::switches(2.0, 0.0),
        _ => Expect::NO_SWITCH,
    }
}
