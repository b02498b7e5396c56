//! Locks that several threads want at once: how long one waits, how many get
//! through, and who gets less than his share.
//!
//! A few locks are measured over the whole range of contenders and lengths,
//! the others where they differ most.

use oscost_harness::{Axis, Expect, Failure, Measure, Need, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use oscost_sys::futex::Scope;
use oscost_sys::lock::mutex;

use crate::contest::{Contest, Exclusive, Kind, LockFree, Rules, contenders};
use crate::locks::{
    FutexSemaphore, Lock, ParkingLotMutex, PosixSemaphore, StdMutex, SysvSemaphore, Ticket, Ttas,
};
use crate::uncontended::{ROBUST, made_mutex};

/// A lock, before it is said by how many it is wanted and for how long.
struct Subject {
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    needs: fn(&Setting) -> Vec<Need>,
    build: fn(&Setting) -> Result<Measure, Failure>,
}

impl Subject {
    const fn over(&self, axes: &'static [Axis]) -> Row {
        Row {
            operation: self.operation,
            title: self.title,
            question: self.question,
            task: TaskKind::Thread,
            aspect: Aspect::Lock,
            per: "acquisition",
            tier: Tier::Core,
            axes,
            place: Place::Anywhere,
            peers: Some(Peers::Threads),
            control: Some("control/turn"),
            claims: &[10, 11],
            needs: self.needs,
            expect: |_| Expect::COUNT,
            build: self.build,
        }
    }
}

pub(crate) const fn axis(
    name: &'static str,
    unit: &'static str,
    core: &'static [u64],
    full: &'static [u64],
) -> Axis {
    Axis {
        name,
        unit,
        core,
        full,
    }
}

/// From two to four on each CPU of a large machine.
const CONTENDERS: &[Axis] = &[
    axis("contenders", "", &[2], &[4, 8, 16, 32, 64]),
    axis("section", "ns", &[100], &[]),
    axis("outside", "ns", &[0], &[]),
];

/// Longer and shorter inside.
const SECTIONS: &[Axis] = &[
    axis("contenders", "", &[], &[2, 8]),
    axis("section", "ns", &[], &[0, 1_000, 10_000]),
    axis("outside", "ns", &[], &[0]),
];

/// With something else to do between two turns.
const OUTSIDE: &[Axis] = &[
    axis("contenders", "", &[], &[2, 8]),
    axis("section", "ns", &[], &[100]),
    axis("outside", "ns", &[], &[1_000]),
];

/// Few and many, short and long.
const CORNERS: &[Axis] = &[
    axis("contenders", "", &[], &[2, 8]),
    axis("section", "ns", &[], &[100, 10_000]),
    axis("outside", "ns", &[], &[0]),
];

/// For a lock that may starve who waits for it, the longer the section the
/// longer: nothing but more contenders.
const SHORT: &[Axis] = &[
    axis("contenders", "", &[], &[2, 4, 8]),
    axis("section", "ns", &[], &[100]),
    axis("outside", "ns", &[], &[0]),
];

/// Without an inside.
const LOCK_FREE: &[Axis] = &[
    axis("contenders", "", &[], &[2, 4, 8]),
    axis("outside", "ns", &[], &[0, 1_000]),
];

/// Two CPUs, or there is no contention; and no more than four contenders on
/// each.
pub(crate) fn needs(setting: &Setting) -> Vec<Need> {
    let contenders = setting.of("contenders");
    let cpus = u32::try_from(contenders / 4).unwrap_or(u32::MAX).max(2);
    vec![Need::Cpus(cpus), Need::Tasks(contenders + 10)]
}

/// The same for locks that an emulator does not serve.
pub(crate) fn needs_robust(setting: &Setting) -> Vec<Need> {
    let mut all = needs(setting);
    all.push(ROBUST);
    all
}

pub(crate) const ROWS: &[Row] = &[
    PTHREAD_MUTEX.over(CONTENDERS),
    PTHREAD_MUTEX.over(SECTIONS),
    PTHREAD_MUTEX.over(OUTSIDE),
    STD_MUTEX.over(CONTENDERS),
    STD_MUTEX.over(SECTIONS),
    STD_MUTEX.over(OUTSIDE),
    PARKING_LOT_MUTEX.over(CONTENDERS),
    PARKING_LOT_MUTEX.over(SECTIONS),
    PARKING_LOT_MUTEX.over(OUTSIDE),
    SPIN_TICKET.over(CONTENDERS),
    SPIN_TICKET.over(SECTIONS),
    SPIN_TICKET.over(OUTSIDE),
    FUTEX_SEMAPHORE.over(CONTENDERS),
    FUTEX_SEMAPHORE.over(SECTIONS),
    FUTEX_SEMAPHORE.over(OUTSIDE),
    PTHREAD_ADAPTIVE.over(CORNERS),
    PTHREAD_INHERIT.over(CORNERS),
    PTHREAD_ROBUST.over(CORNERS),
    SPIN_TTAS.over(SHORT),
    POSIX_SEMAPHORE.over(CORNERS),
    SYSV_SEMAPHORE.over(CORNERS),
    FETCH_ADD.over(LOCK_FREE),
];

const PTHREAD_MUTEX: Subject = Subject {
    operation: "contended/pthread-mutex",
    title: "pthread mutex",
    question: "How long does a thread wait for a pthread mutex that others want too?",
    needs,
    build: |setting| contend(setting, made_mutex(mutex::Kind::Normal, Scope::Private)?),
};

const STD_MUTEX: Subject = Subject {
    operation: "contended/std-mutex",
    title: "std Mutex",
    question: "How long does a thread wait for a std::sync::Mutex that others want too?",
    needs,
    build: |setting| contend(setting, StdMutex::new()),
};

const PARKING_LOT_MUTEX: Subject = Subject {
    operation: "contended/parking-lot-mutex",
    title: "parking_lot Mutex",
    question: "How long does a thread wait for a parking_lot::Mutex that others want too?",
    needs,
    build: |setting| contend(setting, ParkingLotMutex::new()),
};

const SPIN_TICKET: Subject = Subject {
    operation: "contended/spin-ticket",
    title: "ticket spin lock",
    question: "How long does a thread wait for a spin lock that serves in order of arrival, and that others want too?",
    needs,
    build: |setting| contend(setting, Ticket::new()?),
};

const FUTEX_SEMAPHORE: Subject = Subject {
    operation: "contended/futex-semaphore",
    title: "futex semaphore",
    question: "How long does a thread wait for the one permit of a semaphore made of a futex that others want too?",
    needs,
    build: |setting| contend(setting, FutexSemaphore::new(1, Scope::Private)?),
};

const PTHREAD_ADAPTIVE: Subject = Subject {
    operation: "contended/pthread-adaptive",
    title: "adaptive",
    question: "How long does a thread wait for an adaptive pthread mutex that others want too?",
    needs,
    build: |setting| contend(setting, made_mutex(mutex::Kind::Adaptive, Scope::Private)?),
};

const PTHREAD_INHERIT: Subject = Subject {
    operation: "contended/pthread-inherit",
    title: "priority-inheriting",
    question: "How long does a thread wait for a priority-inheriting pthread mutex that others want too?",
    needs,
    build: |setting| contend(setting, made_mutex(mutex::Kind::Inherit, Scope::Private)?),
};

const PTHREAD_ROBUST: Subject = Subject {
    operation: "contended/pthread-robust",
    title: "robust",
    question: "How long does a thread wait for a robust pthread mutex that others want too?",
    needs: needs_robust,
    build: |setting| contend(setting, made_mutex(mutex::Kind::Robust, Scope::Private)?),
};

const SPIN_TTAS: Subject = Subject {
    operation: "contended/spin-ttas",
    title: "spin lock",
    question: "How long does a thread wait for a test-and-test-and-set spin lock that others want too?",
    needs,
    build: |setting| contend(setting, Ttas::new()?),
};

const POSIX_SEMAPHORE: Subject = Subject {
    operation: "contended/posix-semaphore",
    title: "POSIX semaphore",
    question: "How long does a thread wait for the one permit of a POSIX semaphore that others want too?",
    needs,
    build: |setting| contend(setting, PosixSemaphore::new(1, Scope::Private)?),
};

const SYSV_SEMAPHORE: Subject = Subject {
    operation: "contended/sysv-semaphore",
    title: "System V semaphore",
    question: "How long does a thread wait for the one permit of a System V semaphore that others want too?",
    needs,
    build: |setting| contend(setting, SysvSemaphore::new(1)?),
};

const FETCH_ADD: Subject = Subject {
    operation: "contended/fetch-add",
    title: "atomic fetch_add",
    question: "How long does an atomic addition take to a number to which others add too?",
    needs,
    build: |setting| {
        let arena = LockFree::new(contenders(setting))?;
        Contest::measure(arena, Rules::of(setting), Kind::Threads)
    },
};

fn contend(setting: &Setting, lock: impl Lock) -> Result<Measure, Failure> {
    Contest::measure(Exclusive::new(lock)?, Rules::of(setting), Kind::Threads)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_row_proves_its_work() {
        crate::proven::every_row_proves_its_work(super::ROWS);
    }
}
