//! The same contention between processes, by locks that live in memory which
//! all of them map.

use oscost_harness::{Expect, Failure, Measure, Need, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use oscost_sys::futex::Scope;
use oscost_sys::lock::mutex;

use crate::contended::{LOADS, needs, needs_robust};
use crate::contest::{Contest, Exclusive, Kind, Rules};
use crate::locks::{FutexSemaphore, Lock, PosixSemaphore, SysvSemaphore};
use crate::uncontended::made_mutex;

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    needs: fn(&Setting) -> Vec<Need>,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Process,
        aspect: Aspect::Lock,
        per: "acquisition",
        tier: Tier::Full,
        axes: LOADS,
        place: Place::Anywhere,
        peers: Some(Peers::Processes),
        control: Some("control/turn"),
        claims: &[20],
        needs,
        expect: |_| Expect::COUNT,
        build,
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "processes/pthread-mutex",
        "pthread mutex",
        "How long does a process wait for a shared pthread mutex that other processes want too?",
        needs,
        |setting| contend(setting, made_mutex(mutex::Kind::Normal, Scope::Shared)?),
    ),
    row(
        "processes/pthread-robust",
        "robust",
        "How long does a process wait for a shared robust pthread mutex that other processes want too?",
        needs_robust,
        |setting| contend(setting, made_mutex(mutex::Kind::Robust, Scope::Shared)?),
    ),
    row(
        "processes/pthread-inherit",
        "priority-inheriting",
        "How long does a process wait for a shared priority-inheriting pthread mutex that other processes want too?",
        needs,
        |setting| contend(setting, made_mutex(mutex::Kind::Inherit, Scope::Shared)?),
    ),
    row(
        "processes/posix-semaphore",
        "POSIX semaphore",
        "How long does a process wait for the one permit of a shared POSIX semaphore that other processes want too?",
        needs,
        |setting| contend(setting, PosixSemaphore::new(1, Scope::Shared)?),
    ),
    row(
        "processes/futex-semaphore",
        "futex semaphore",
        "How long does a process wait for the one permit of a shared semaphore made of a futex that other processes want too?",
        needs,
        |setting| contend(setting, FutexSemaphore::new(1, Scope::Shared)?),
    ),
    row(
        "processes/sysv-semaphore",
        "System V semaphore",
        "How long does a process wait for the one permit of a System V semaphore that other processes want too?",
        needs,
        |setting| contend(setting, SysvSemaphore::new(1)?),
    ),
];

fn contend(setting: &Setting, lock: impl Lock) -> Result<Measure, Failure> {
    Contest::measure(Exclusive::new(lock)?, Rules::of(setting), Kind::Processes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_row_proves_its_work() {
        crate::proven::every_row_proves_its_work(super::ROWS);
    }
}
