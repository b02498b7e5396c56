//! Counting semaphores: as many may be inside as there are permits, and the
//! rest queue.

use oscost_harness::{Axis, Expect, Failure, Measure, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use oscost_sys::futex::Scope;

use crate::contended::{axis, needs};
use crate::contest::{Contest, Counted, Kind, Rules};
use crate::locks::{FutexSemaphore, Permits, PosixSemaphore, SysvSemaphore};

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
        claims: &[11, 20],
        needs,
        expect: |_| Expect::COUNT,
        build,
    }
}

const AXES: &[Axis] = &[
    axis("permits", "", &[], &[1, 2, 4]),
    axis("contenders", "", &[], &[1, 2, 4, 8, 16, 32, 64]),
    axis("section", "ns", &[], &[100]),
];

pub(crate) const ROWS: &[Row] = &[
    row(
        "semaphore/posix",
        "POSIX semaphore",
        "How long does a thread wait for a permit of a POSIX semaphore that others want too?",
        |setting| {
            contend(setting, |permits| {
                PosixSemaphore::new(permits, Scope::Private)
            })
        },
    ),
    row(
        "semaphore/sysv",
        "System V semaphore",
        "How long does a thread wait for a permit of a System V semaphore that others want too?",
        |setting| contend(setting, SysvSemaphore::new),
    ),
    row(
        "semaphore/futex",
        "futex semaphore",
        "How long does a thread wait for a permit of a semaphore made of a futex that others want too?",
        |setting| {
            contend(setting, |permits| {
                FutexSemaphore::new(permits, Scope::Private)
            })
        },
    ),
];

fn contend<S: Permits>(
    setting: &Setting,
    make: impl FnOnce(u16) -> Result<S, Failure>,
) -> Result<Measure, Failure> {
    let permits = u16::try_from(setting.of("permits")).unwrap_or(u16::MAX);
    let counted = Counted::new(make(permits)?, permits)?;
    Contest::measure(counted, Rules::of(setting), Kind::Threads)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_row_proves_its_work() {
        crate::proven::every_row_proves_its_work(super::ROWS);
    }
}
