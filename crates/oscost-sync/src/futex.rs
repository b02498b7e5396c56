//! The futex by itself: what the kernel takes to wake somebody, and how long
//! the woken one takes to run. Everything else in this suite stands on it.
//!
//! Nobody is ever woken who was not asleep: the kernel's own words are asked,
//! before and after.

mod bells;
mod requeue;

use oscost_harness::alone::calls;
use oscost_harness::{Axis, During as _, Expect, Failure, Measure, Need, Place, Row, Setting};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use oscost_sys::futex::pi::PiLock;
use oscost_sys::futex::{Scope, wake};

use crate::waker::{self, Until, Waker, Wakes};
use bells::{HandOver, Many, Word};

/// What most rows have in common: one thread alone.
const ALONE: Row = Row {
    operation: "",
    title: "",
    question: "",
    task: TaskKind::Thread,
    aspect: Aspect::Lock,
    per: "wake",
    tier: Tier::Full,
    axes: &[],
    place: Place::OneCpu,
    peers: None,
    control: None,
    claims: &[],
    needs: |_| Vec::new(),
    expect: |_| Expect::NO_SWITCH,
    build: |_| Err(Failure::Skip("not built".into())),
};

/// A waker and its one sleeper.
const PAIR: Row = Row {
    per: "wake to run",
    place: Place::Each,
    peers: Some(Peers::Threads),
    needs: |_| waker::needs(1),
    expect: |_| waker::expect(1.0),
    ..ALONE
};

/// A waker and a crowd of sleepers, all on one CPU: so it is the crowd alone
/// that makes a difference.
const CROWD: Row = Row {
    axes: &[Axis {
        name: "waiters",
        unit: "",
        core: &[1, 4, 16, 64],
        full: &[],
    }],
    needs: |setting| waker::needs(setting.value()),
    ..ALONE
};

const ONE_OF_A_CROWD: Row = Row {
    expect: |_| waker::expect(1.0),
    ..CROWD
};

/// Woken together, they have all CPUs.
const ALL_OF_A_CROWD: Row = Row {
    place: Place::Anywhere,
    expect: |setting| waker::expect(setting.value() as f64),
    ..CROWD
};

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "futex/wake-nobody/private",
        title: "wake nobody, private",
        question: "What does a FUTEX_WAKE cost for which nobody waits, where only threads could?",
        build: |_| Ok(wake_nobody(Scope::Private)),
        ..ALONE
    },
    Row {
        operation: "futex/wake-nobody/shared",
        title: "wake nobody, shared",
        question: "What does a FUTEX_WAKE cost for which nobody waits, where other processes could?",
        build: |_| Ok(wake_nobody(Scope::Shared)),
        ..ALONE
    },
    Row {
        operation: "futex/wake-to-run/private",
        title: "wake to run, private",
        question: "How long after the call of FUTEX_WAKE does the thread that slept on the futex run its first instruction?",
        tier: Tier::Core,
        place: Place::EveryDistance,
        build: |setting| wake_one_sleeper(setting, Scope::Private),
        ..PAIR
    },
    Row {
        operation: "futex/wake-to-run/shared",
        title: "wake to run, shared",
        question: "How long after the call of FUTEX_WAKE does the sleeper run, where the futex is one that processes could share?",
        build: |setting| wake_one_sleeper(setting, Scope::Shared),
        ..PAIR
    },
    Row {
        operation: "futex/wake-one-of/call",
        title: "wake one of a crowd, call",
        question: "How long does the call of FUTEX_WAKE take that wakes one of many who sleep on a futex, where none of them takes the CPU from the caller?",
        build: |setting| wake_crowd(setting, Wakes::One, Until::Called),
        ..ONE_OF_A_CROWD
    },
    Row {
        operation: "futex/wake-one-of/run",
        title: "wake one of a crowd, to run",
        question: "How long after the call of FUTEX_WAKE does the one run that was woken of many who sleep on a futex?",
        per: "wake to run",
        build: |setting| wake_crowd(setting, Wakes::One, Until::LastRan),
        ..ONE_OF_A_CROWD
    },
    Row {
        operation: "futex/wake-all-of/call",
        title: "wake a crowd, call",
        question: "How long does the call of FUTEX_WAKE take that wakes all of many who sleep on a futex, where none of them takes the CPU from the caller?",
        build: |setting| wake_crowd(setting, Wakes::All, Until::Called),
        ..ALL_OF_A_CROWD
    },
    Row {
        operation: "futex/wake-all-of/run",
        title: "wake a crowd, until all ran",
        question: "How long after the call of FUTEX_WAKE has the last of many run that were woken together?",
        per: "wake until all ran",
        build: |setting| wake_crowd(setting, Wakes::All, Until::LastRan),
        ..ALL_OF_A_CROWD
    },
    Row {
        operation: "futex/requeue",
        title: "requeue",
        question: "What does it cost to move all who sleep on a futex to another one with a single FUTEX_CMP_REQUEUE, and wake nobody?",
        per: "requeue of all",
        build: |setting| requeue::measure(setting, crowd(setting)?),
        ..CROWD
    },
    Row {
        operation: "futex/pi/uncontended",
        title: "PI lock, uncontended",
        question: "What do FUTEX_LOCK_PI and FUTEX_UNLOCK_PI cost by themselves, on a lock that nobody else wants?",
        per: "lock+unlock",
        control: Some("control/unlocked"),
        build: |_| Ok(lock_alone()),
        ..ALONE
    },
    Row {
        operation: "futex/pi/hand-over",
        title: "PI lock, handed over",
        question: "How long after the call of FUTEX_UNLOCK_PI does the next owner run, whom the kernel hands the lock to?",
        per: "hand-over",
        build: |setting| {
            Waker::measure(setting, HandOver::default(), 1, Wakes::One, Until::LastRan)
        },
        expect: |setting| match setting.cpus.len() {
            1 => waker::expect(1.0),
            _ => Expect::COUNT,
        },
        ..PAIR
    },
    Row {
        operation: "futex/waitv",
        title: "wake to run, waitv",
        question: "How long after the call of FUTEX_WAKE does a thread run that slept on several futexes at once (futex_waitv)?",
        axes: &[Axis {
            name: "futexes",
            unit: "",
            core: &[1, 8, 64],
            full: &[],
        }],
        place: Place::OneCpu,
        needs: |_| {
            let mut needs = waker::needs(1);
            needs.push(Need::Native("user-mode emulation has no futex_waitv"));
            needs
        },
        build: |setting| {
            let bell = Many::new(number(setting.value())?)?;
            Waker::measure(setting, bell, 1, Wakes::One, Until::LastRan)
        },
        ..PAIR
    },
];

fn crowd(setting: &Setting) -> Result<usize, Failure> {
    number(setting.of("waiters"))
}

fn number(value: u64) -> Result<usize, Failure> {
    usize::try_from(value).map_err(|_| Failure::Skip("more than this machine can count".into()))
}

fn wake_one_sleeper(setting: &Setting, scope: Scope) -> Result<Measure, Failure> {
    let bell = Word::new(scope)?;
    Waker::measure(setting, bell, 1, Wakes::One, Until::LastRan)
}

fn wake_crowd(setting: &Setting, wakes: Wakes, until: Until) -> Result<Measure, Failure> {
    let bell = Word::new(Scope::Private)?;
    Waker::measure(setting, bell, crowd(setting)?, wakes, until)
}

fn wake_nobody(scope: Scope) -> Measure {
    let word = std::sync::atomic::AtomicU32::new(0);
    calls(
        move || match wake(&word, 1, scope).during("futex(FUTEX_WAKE)")? {
            0 => Ok(()),
            woken => Err(Failure::Fail(format!(
                "{woken} were woken, but nobody waits"
            ))),
        },
    )
}

fn lock_alone() -> Measure {
    let lock = PiLock::default();
    let me = nix::unistd::gettid().as_raw().unsigned_abs();
    calls(move || {
        lock.lock().during("futex(FUTEX_LOCK_PI)")?;
        let owner = lock.owner();
        lock.unlock().during("futex(FUTEX_UNLOCK_PI)")?;
        if owner == me && lock.owner() == 0 {
            Ok(())
        } else {
            Err(Failure::Fail(format!(
                "thread {me} took the lock, but its owner is {owner}"
            )))
        }
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_row_proves_its_work() {
        crate::proven::every_row_proves_its_work(super::ROWS);
    }
}
