//! Reaching a variable that each thread has for itself. It is reached from a
//! function that is called anew for each operation: in a loop the compiler
//! would look the variable up once and for all.

use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use oscost_harness::{Audit, Evidence, Expect, Failure, Measure, Place, Row, Work};
use oscost_record::{Aspect, TaskKind, Tier};

const ROW: Row = Row {
    operation: "tls/access",
    title: "thread-local",
    question: "What does it cost to add to a variable that each thread has for itself, initialised at compile time?",
    task: TaskKind::Thread,
    aspect: Aspect::Floor,
    per: "access",
    tier: Tier::Core,
    axes: &[],
    place: Place::OneCpu,
    peers: None,
    control: Some("control/static"),
    claims: &[],
    needs: |_| Vec::new(),
    expect: |_| Expect::NO_SWITCH,
    build: |_| Ok(count_in(add_to_constant, || CONSTANT.get())),
};

pub(crate) const ROWS: &[Row] = &[
    ROW,
    Row {
        operation: "tls/access/lazy",
        title: "thread-local, lazy",
        question: "What does it cost to add to a variable that each thread has for itself, initialised when it is first used?",
        tier: Tier::Full,
        build: |_| Ok(count_in(add_to_lazy, || LAZY.get())),
        ..ROW
    },
    Row {
        operation: "control/static",
        title: "static",
        question: "What does it cost to add to a variable that all threads share, as only one of them does?",
        aspect: Aspect::Control,
        control: None,
        build: |_| Ok(count_in(add_to_shared, || SHARED.load(Relaxed))),
        ..ROW
    },
];

thread_local! {
    static CONSTANT: Cell<u64> = const { Cell::new(0) };
    // Not known before it runs, so that each access has to look whether it has.
    static LAZY: Cell<u64> = zero();
}

static SHARED: AtomicU64 = AtomicU64::new(0);

fn zero() -> Cell<u64> {
    Cell::new(black_box(0))
}

#[inline(never)]
fn add_to_constant() {
    CONSTANT.set(CONSTANT.get() + 1);
}

#[inline(never)]
fn add_to_lazy() {
    LAZY.set(LAZY.get() + 1);
}

#[inline(never)]
fn add_to_shared() {
    SHARED.store(SHARED.load(Relaxed) + 1, Relaxed);
}

/// The variable is its own count of operations.
struct Counting {
    access: fn(),
    count: fn() -> u64,
}

fn count_in(access: fn(), count: fn() -> u64) -> Measure {
    Measure::Timed(Box::new(Counting { access, count }))
}

impl Work for Counting {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        for _ in 0..ops {
            (self.access)();
        }
        Ok(())
    }
}

impl Evidence for Counting {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone((self.count)())
    }
}
