//! The making of a thread taken apart: until the call returns to the maker,
//! until the new thread runs its first instruction, and from its last one to
//! the return of the join. Each stretch is a case of its own, so that no
//! reading of the clock lengthens another.

mod clone3;
mod pthread;

use oscost_harness::{Expect, Failure, Need, Place, Row};
use oscost_record::{Aspect, TaskKind, Tier};

/// A stretch of making, running and joining a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stretch {
    /// From the call to its return, in the maker.
    Return,
    /// From the call to the first instruction of the new thread.
    First,
    /// From the thread's last instruction to the return of the join.
    Join,
}

const PTHREAD: Row = Row {
    operation: "",
    title: "",
    question: "",
    task: TaskKind::Thread,
    aspect: Aspect::Part,
    per: "",
    tier: Tier::Full,
    axes: &[],
    place: Place::Each,
    peers: None,
    control: None,
    claims: &[1, 2],
    needs: |_| Vec::new(),
    expect: |_| Expect::tasks(1),
    build: |_| Err(Failure::Fail("a row that builds nothing".into())),
};

const CLONE3: Row = Row {
    place: Place::OneCpu,
    needs: |_| vec![Need::Native("user-mode emulation has no clone3")],
    ..PTHREAD
};

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "apart/pthread/return",
        title: "pthread_create returns",
        question: "How long does the maker of a thread spend in the call of pthread_create, which also sets the affinity of a thread for another CPU?",
        per: "call",
        build: |setting| pthread::measure(setting, Stretch::Return),
        ..PTHREAD
    },
    Row {
        operation: "apart/pthread/first-instruction",
        title: "pthread, first instruction",
        question: "How long after the call of pthread_create does the new thread run its first instruction, which on another CPU has to wait for its affinity?",
        per: "first instruction",
        tier: Tier::Core,
        build: |setting| pthread::measure(setting, Stretch::First),
        ..PTHREAD
    },
    Row {
        operation: "apart/pthread/exit-to-join",
        title: "pthread, exit to join",
        question: "How long after the last instruction of a thread does pthread_join return to the one who sleeps in it?",
        per: "exit",
        build: |setting| pthread::measure(setting, Stretch::Join),
        ..PTHREAD
    },
    Row {
        operation: "apart/clone3/return",
        title: "clone3 thread returns",
        question: "How long does the maker of a raw thread spend in the call of clone3?",
        per: "call",
        build: |_| clone3::measure(Stretch::Return),
        ..CLONE3
    },
    Row {
        operation: "apart/clone3/first-instruction",
        title: "clone3 thread, first instruction",
        question: "How long after the call of clone3 does a raw thread run its first instruction?",
        per: "first instruction",
        build: |_| clone3::measure(Stretch::First),
        ..CLONE3
    },
    Row {
        operation: "apart/clone3/exit-to-join",
        title: "clone3 thread, exit to wake-up",
        question: "How long after the last instruction of a raw thread does the kernel's notice of its end wake the one who waits for it?",
        per: "exit",
        build: |_| clone3::measure(Stretch::Join),
        ..CLONE3
    },
];
