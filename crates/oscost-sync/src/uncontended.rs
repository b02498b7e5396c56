//! Taking and giving back what nobody else wants: a lock, a permit, a turn to
//! change a number.
//!
//! What is done inside counts the operations, so that a call that did not come
//! that far is missed.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use oscost_harness::{
    Audit, During as _, Evidence, Expect, Failure, Measure, Need, Place, Row, Setting, Work,
};
use oscost_record::{Aspect, TaskKind, Tier};
use oscost_sys::futex::Scope;
use oscost_sys::lock::mutex::{Kind, Mutex};
use oscost_sys::lock::rwlock::RwLock;

use crate::company::Company;
use crate::locks::{
    FutexSemaphore, Lock, ParkingLotMutex, ParkingLotRwLock, PosixSemaphore, Reading, StdMutex,
    StdRwLock, SysvSemaphore, Ticket, Ttas, Writing, slot,
};

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
        aspect: Aspect::Lock,
        per: "lock+unlock",
        tier,
        axes: &[],
        place: Place::OneCpu,
        peers: None,
        control: Some("control/unlocked"),
        claims: &[10],
        needs: |_| Vec::new(),
        expect: |_| Expect::NO_SWITCH,
        build,
    }
}

/// An instruction instead of a lock.
const fn atomic(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        per: "addition",
        ..row(operation, title, question, Tier::Core, build)
    }
}

/// Robust mutexes keep a list for the kernel, of which an emulator knows
/// nothing.
pub(crate) const ROBUST: Need = Need::Native("does not serve the kernel's list of robust locks");

pub(crate) const ROWS: &[Row] = &[
    row(
        "uncontended/pthread-mutex",
        "pthread mutex",
        "What does it cost to lock and unlock a pthread mutex that nobody else wants?",
        Tier::Core,
        |_| mutex(Kind::Normal, Scope::Private),
    ),
    row(
        "uncontended/pthread-mutex-single",
        "pthread mutex, one thread",
        "What does the same mutex cost in a process that has but one thread, where glibc leaves out the atomic instructions?",
        Tier::Full,
        |_| Ok(alone(made_mutex(Kind::Normal, Scope::Private)?, None)),
    ),
    row(
        "uncontended/pthread-recursive",
        "recursive",
        "What does it cost to lock and unlock a recursive pthread mutex that nobody else wants?",
        Tier::Full,
        |_| mutex(Kind::Recursive, Scope::Private),
    ),
    row(
        "uncontended/pthread-errorcheck",
        "error-checking",
        "What does it cost to lock and unlock an error-checking pthread mutex that nobody else wants?",
        Tier::Full,
        |_| mutex(Kind::ErrorCheck, Scope::Private),
    ),
    row(
        "uncontended/pthread-adaptive",
        "adaptive",
        "What does it cost to lock and unlock an adaptive pthread mutex that nobody else wants?",
        Tier::Full,
        |_| mutex(Kind::Adaptive, Scope::Private),
    ),
    row(
        "uncontended/pthread-inherit",
        "priority-inheriting",
        "What does it cost to lock and unlock a priority-inheriting pthread mutex that nobody else wants?",
        Tier::Full,
        |_| mutex(Kind::Inherit, Scope::Private),
    ),
    Row {
        needs: |_| vec![ROBUST],
        ..row(
            "uncontended/pthread-robust",
            "robust",
            "What does it cost to lock and unlock a robust pthread mutex that nobody else wants?",
            Tier::Full,
            |_| mutex(Kind::Robust, Scope::Private),
        )
    },
    row(
        "uncontended/pthread-shared",
        "process-shared",
        "What does it cost to lock and unlock a pthread mutex that processes may share, and that nobody else wants?",
        Tier::Full,
        |_| mutex(Kind::Normal, Scope::Shared),
    ),
    row(
        "uncontended/std-mutex",
        "std Mutex",
        "What does it cost to lock and unlock a std::sync::Mutex that nobody else wants?",
        Tier::Core,
        |_| in_company(StdMutex::new()),
    ),
    row(
        "uncontended/parking-lot-mutex",
        "parking_lot Mutex",
        "What does it cost to lock and unlock a parking_lot::Mutex that nobody else wants?",
        Tier::Core,
        |_| in_company(ParkingLotMutex::new()),
    ),
    row(
        "uncontended/spin-ttas",
        "spin lock",
        "What does it cost to lock and unlock a test-and-test-and-set spin lock that nobody else wants?",
        Tier::Full,
        |_| in_company(Ttas::new()?),
    ),
    row(
        "uncontended/spin-ticket",
        "ticket spin lock",
        "What does it cost to lock and unlock a ticket spin lock that nobody else wants?",
        Tier::Core,
        |_| in_company(Ticket::new()?),
    ),
    row(
        "uncontended/pthread-read",
        "pthread rwlock, read",
        "What does it cost to lock a pthread rwlock for reading and unlock it where nobody writes?",
        Tier::Core,
        |_| in_company(Reading(RwLock::new().during("pthread_rwlock_init")?)),
    ),
    row(
        "uncontended/pthread-write",
        "pthread rwlock, write",
        "What does it cost to lock a pthread rwlock for writing and unlock it where nobody else wants it?",
        Tier::Full,
        |_| in_company(Writing(RwLock::new().during("pthread_rwlock_init")?)),
    ),
    row(
        "uncontended/std-read",
        "std RwLock, read",
        "What does it cost to lock a std::sync::RwLock for reading and unlock it where nobody writes?",
        Tier::Full,
        |_| in_company(Reading(StdRwLock::new())),
    ),
    row(
        "uncontended/std-write",
        "std RwLock, write",
        "What does it cost to lock a std::sync::RwLock for writing and unlock it where nobody else wants it?",
        Tier::Full,
        |_| in_company(Writing(StdRwLock::new())),
    ),
    row(
        "uncontended/parking-lot-read",
        "parking_lot RwLock, read",
        "What does it cost to lock a parking_lot::RwLock for reading and unlock it where nobody writes?",
        Tier::Full,
        |_| in_company(Reading(ParkingLotRwLock::new())),
    ),
    row(
        "uncontended/parking-lot-write",
        "parking_lot RwLock, write",
        "What does it cost to lock a parking_lot::RwLock for writing and unlock it where nobody else wants it?",
        Tier::Full,
        |_| in_company(Writing(ParkingLotRwLock::new())),
    ),
    row(
        "uncontended/posix-semaphore",
        "POSIX semaphore",
        "What does it cost to take the permit of a POSIX semaphore and give it back where nobody else wants it?",
        Tier::Core,
        |_| in_company(PosixSemaphore::new(1, Scope::Private)?),
    ),
    row(
        "uncontended/sysv-semaphore",
        "System V semaphore",
        "What does it cost to take the permit of a System V semaphore and give it back where nobody else wants it?",
        Tier::Core,
        |_| in_company(SysvSemaphore::new(1)?),
    ),
    row(
        "uncontended/futex-semaphore",
        "futex semaphore",
        "What does it cost to take the permit of a semaphore made of a futex and give it back where nobody else wants it?",
        Tier::Full,
        |_| in_company(FutexSemaphore::new(1, Scope::Private)?),
    ),
    atomic(
        "uncontended/fetch-add",
        "atomic fetch_add",
        "What does it cost to add to a number by an atomic instruction where nobody else does?",
        |_| {
            counting(|number| {
                number.fetch_add(1, AcqRel);
            })
        },
    ),
    atomic(
        "uncontended/compare-exchange",
        "compare_exchange",
        "What does it cost to add to a number by comparing and exchanging it where nobody else does?",
        |_| {
            counting(|number| {
                let seen = number.load(Relaxed);
                // A change that fails is missing from the number.
                let _ = number.compare_exchange(seen, seen + 1, AcqRel, Relaxed);
            })
        },
    ),
];

pub(crate) fn made_mutex(kind: Kind, scope: Scope) -> Result<Mutex, Failure> {
    Mutex::new(kind, scope).during("pthread_mutex_init")
}

fn mutex(kind: Kind, scope: Scope) -> Result<Measure, Failure> {
    in_company(made_mutex(kind, scope)?)
}

fn in_company(lock: impl Lock) -> Result<Measure, Failure> {
    Ok(alone(lock, Some(Company::new()?)))
}

/// The loop around a lock that nobody else wants.
pub(crate) fn alone(lock: impl Lock, company: Option<Company>) -> Measure {
    Measure::Timed(Box::new(Alone {
        lock,
        inside: AtomicU64::new(0),
        _company: company,
    }))
}

struct Alone<L> {
    lock: L,
    /// Counted with the lock held: plain stores that no compiler leaves out or
    /// draws together, and nothing more for an atomic instruction to wait for.
    inside: AtomicU64,
    _company: Option<Company>,
}

impl<L: Lock> Work for Alone<L> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        let Self { lock, inside, .. } = self;
        for _ in 0..ops {
            lock.hold(|| inside.store(inside.load(Relaxed) + 1, Relaxed))
                .during(L::CALL)?;
        }
        Ok(())
    }
}

impl<L> Evidence for Alone<L> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.inside.load(Relaxed))
    }
}

/// The loop around an instruction that adds 1 to a number.
fn counting<F: Fn(&AtomicU64) + 'static>(add: F) -> Result<Measure, Failure> {
    let number = &slot()?.long;
    Ok(Measure::Timed(Box::new(Counting { add, number })))
}

struct Counting<F> {
    add: F,
    number: &'static AtomicU64,
}

impl<F: Fn(&AtomicU64)> Work for Counting<F> {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            (self.add)(self.number);
        }
        Ok(())
    }
}

impl<F> Evidence for Counting<F> {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.number.load(Acquire))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_row_proves_its_work() {
        crate::proven::every_row_proves_its_work(super::ROWS);
    }
}
