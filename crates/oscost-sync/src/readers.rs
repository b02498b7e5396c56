//! Locks for readers and writers under a mix of both: what it is worth that
//! readers need not wait for each other.

use oscost_harness::{Axis, During as _, Expect, Failure, Measure, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use oscost_sys::lock::rwlock::RwLock;

use crate::contended::{CONTENDERS, axis, needs};
use crate::contest::{Contest, Kind, Mixed, Rules, contenders};
use crate::locks::{ParkingLotRwLock, ReadWrite, StdRwLock};

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Thread,
        aspect: Aspect::Lock,
        per: "acquisition",
        tier: Tier::Full,
        axes: AXES,
        place: Place::Anywhere,
        peers: Some(Peers::Threads),
        control: Some("control/turn"),
        claims: &[10],
        needs,
        expect: |_| Expect::COUNT,
        build,
    }
}

/// Of a hundred acquisitions, how many only read.
const AXES: &[Axis] = &[
    axis("reads", "percent", &[], &[90, 99, 100]),
    CONTENDERS,
    axis("section", "ns", &[], &[100, 1_000]),
];

pub(crate) const ROWS: &[Row] = &[
    row(
        "readers/pthread-rwlock",
        "pthread rwlock",
        "How long do readers and writers together wait for a pthread rwlock, on the average of both?",
        |setting| contend(setting, RwLock::new().during("pthread_rwlock_init")?),
    ),
    row(
        "readers/std-rwlock",
        "std RwLock",
        "How long do readers and writers together wait for a std::sync::RwLock, on the average of both?",
        |setting| contend(setting, StdRwLock::new()),
    ),
    row(
        "readers/parking-lot-rwlock",
        "parking_lot RwLock",
        "How long do readers and writers together wait for a parking_lot::RwLock, on the average of both?",
        |setting| contend(setting, ParkingLotRwLock::new()),
    ),
];

fn contend(setting: &Setting, lock: impl ReadWrite) -> Result<Measure, Failure> {
    let rules = Rules::of(setting);
    let mixed = Mixed::new(lock, setting.of("reads"), contenders(setting))?;
    Contest::measure(mixed, rules, Kind::Threads)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_row_proves_its_work() {
        crate::proven::every_row_proves_its_work(super::ROWS);
    }
}
