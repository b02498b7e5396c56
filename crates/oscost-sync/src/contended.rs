//! Locks that several threads want at once: how long one waits, how many get
//! through, and who gets less than his share.
//!
//! Every lock is measured under every load, so that one picture of a load can
//! hold them all.

use oscost_harness::{Axis, During as _, Expect, Failure, Measure, Need, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use oscost_sys::futex::Scope;
use oscost_sys::lock::mutex;
use oscost_sys::lock::rwlock::RwLock;

use crate::contest::{Adding, Contest, Exclusive, Kind, LockFree, Rules, contenders};
use crate::locks::{
    FutexSemaphore, Lock, ParkingLotMutex, ParkingLotRwLock, PosixSemaphore, StdMutex, StdRwLock,
    SysvSemaphore, Ticket, Ttas, Writing,
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
    const fn over(&self, tier: Tier, axes: &'static [Axis]) -> Row {
        Row {
            operation: self.operation,
            title: self.title,
            question: self.question,
            task: TaskKind::Thread,
            aspect: Aspect::Lock,
            per: "acquisition",
            tier,
            axes,
            place: Place::Anywhere,
            peers: Some(Peers::Threads),
            control: Some("control/turn"),
            claims: &[10, 11, 20],
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
pub(crate) const CONTENDERS: Axis = axis("contenders", "", &[2], &[4, 8, 16, 32, 64]);

/// Every load: by how many it is wanted, how long each has it, and how long it
/// then does something else.
pub(crate) const LOADS: &[Axis] = &[
    CONTENDERS,
    axis("section", "ns", &[100], &[0, 1_000, 10_000]),
    axis("outside", "ns", &[0], &[1_000]),
];

/// Without an inside.
const LOCK_FREE: &[Axis] = &[CONTENDERS, axis("outside", "ns", &[0], &[1_000])];

/// Two CPUs, or there is no contention; and no more than four contenders on
/// each.
pub(crate) fn needs(setting: &Setting) -> Vec<Need> {
    let contenders = setting.of("contenders");
    let cpus = u32::try_from(contenders / 4).unwrap_or(u32::MAX).max(2);
    vec![Need::Cpus(cpus), Need::Tasks(contenders + 10)]
}

/// The same for a lock that goes to whoever looks at the right moment. Most of
/// those moments are short, and the one who has just had it is the nearest:
/// where it is held for long, others may wait for longer than a case may take.
fn needs_luck(setting: &Setting) -> Vec<Need> {
    let mut all = needs(setting);
    let of = |axis| setting.of(axis);
    let is_long = of("section") >= 10_000 || (of("section") >= 1_000 && of("outside") == 0);
    if of("contenders") > 2 && is_long {
        all.push(Need::Never(
            "a spin lock without a queue keeps some of several contenders out for longer than a case may take where it is held for long",
        ));
    }
    all
}

/// The same for locks that an emulator does not serve.
pub(crate) fn needs_robust(setting: &Setting) -> Vec<Need> {
    let mut all = needs(setting);
    all.push(ROBUST);
    all
}

pub(crate) const ROWS: &[Row] = &[
    PTHREAD_MUTEX.over(Tier::Core, LOADS),
    STD_MUTEX.over(Tier::Core, LOADS),
    PARKING_LOT_MUTEX.over(Tier::Core, LOADS),
    SPIN_TICKET.over(Tier::Core, LOADS),
    FUTEX_SEMAPHORE.over(Tier::Core, LOADS),
    PTHREAD_RECURSIVE.over(Tier::Full, LOADS),
    PTHREAD_ERRORCHECK.over(Tier::Full, LOADS),
    PTHREAD_ADAPTIVE.over(Tier::Full, LOADS),
    PTHREAD_INHERIT.over(Tier::Full, LOADS),
    PTHREAD_ROBUST.over(Tier::Full, LOADS),
    PTHREAD_SHARED.over(Tier::Full, LOADS),
    PTHREAD_WRITE.over(Tier::Full, LOADS),
    STD_WRITE.over(Tier::Full, LOADS),
    PARKING_LOT_WRITE.over(Tier::Full, LOADS),
    SPIN_TTAS.over(Tier::Full, LOADS),
    POSIX_SEMAPHORE.over(Tier::Full, LOADS),
    SYSV_SEMAPHORE.over(Tier::Full, LOADS),
    FETCH_ADD.over(Tier::Full, LOCK_FREE),
    COMPARE_EXCHANGE.over(Tier::Full, LOCK_FREE),
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

const PTHREAD_RECURSIVE: Subject = Subject {
    operation: "contended/pthread-recursive",
    title: "recursive",
    question: "How long does a thread wait for a recursive pthread mutex that others want too?",
    needs,
    build: |setting| contend(setting, made_mutex(mutex::Kind::Recursive, Scope::Private)?),
};

const PTHREAD_ERRORCHECK: Subject = Subject {
    operation: "contended/pthread-errorcheck",
    title: "error-checking",
    question: "How long does a thread wait for an error-checking pthread mutex that others want too?",
    needs,
    build: |setting| {
        contend(
            setting,
            made_mutex(mutex::Kind::ErrorCheck, Scope::Private)?,
        )
    },
};

const PTHREAD_SHARED: Subject = Subject {
    operation: "contended/pthread-shared",
    title: "process-shared",
    question: "How long does a thread wait for a pthread mutex that processes may share, and that other threads want too?",
    needs,
    build: |setting| contend(setting, made_mutex(mutex::Kind::Normal, Scope::Shared)?),
};

const PTHREAD_WRITE: Subject = Subject {
    operation: "contended/pthread-write",
    title: "pthread rwlock, write",
    question: "How long does a thread wait to write under a pthread rwlock under which others want to write too?",
    needs,
    build: |setting| {
        contend(
            setting,
            Writing(RwLock::new().during("pthread_rwlock_init")?),
        )
    },
};

const STD_WRITE: Subject = Subject {
    operation: "contended/std-write",
    title: "std RwLock, write",
    question: "How long does a thread wait to write under a std::sync::RwLock under which others want to write too?",
    needs,
    build: |setting| contend(setting, Writing(StdRwLock::new())),
};

const PARKING_LOT_WRITE: Subject = Subject {
    operation: "contended/parking-lot-write",
    title: "parking_lot RwLock, write",
    question: "How long does a thread wait to write under a parking_lot::RwLock under which others want to write too?",
    needs,
    build: |setting| contend(setting, Writing(ParkingLotRwLock::new())),
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
    needs: needs_luck,
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
    build: |setting| add(setting, Adding::FetchAdd),
};

const COMPARE_EXCHANGE: Subject = Subject {
    operation: "contended/compare-exchange",
    title: "compare_exchange",
    question: "How long does it take to add to a number by comparing and exchanging until nobody was quicker, where others do so too?",
    needs,
    build: |setting| add(setting, Adding::CompareExchange),
};

fn add(setting: &Setting, how: Adding) -> Result<Measure, Failure> {
    let arena = LockFree::new(contenders(setting), how)?;
    Contest::measure(arena, Rules::of(setting), Kind::Threads)
}

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
