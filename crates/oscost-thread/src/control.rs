//! The same calls without the other thread: what to subtract.

use std::hint::black_box;

use oscost_harness::alone::{calls, futex_round_trip, pipe_round_trip};
use oscost_harness::{Expect, Failure, Measure, Place, Row, Setting};
use oscost_record::{Aspect, TaskKind, Tier};
use oscost_sys::futex::Scope;

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    per: &'static str,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        operation,
        title,
        question,
        task: TaskKind::Thread,
        aspect: Aspect::Control,
        per,
        tier: Tier::Core,
        axes: &[],
        place: Place::OneCpu,
        peers: None,
        control: None,
        claims: &[],
        needs: |_| Vec::new(),
        expect: |_| Expect::NO_SWITCH,
        build,
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "control/empty",
        "empty loop",
        "What does the loop around a call cost, with a call that does nothing?",
        "call",
        |_| {
            let mut count = 0u64;
            Ok(calls(move || {
                count = black_box(count + 1);
                Ok(())
            }))
        },
    ),
    row(
        "control/pipe",
        "pipe, one task",
        "What do the four pipe calls of a round trip cost when one thread makes them all and nobody switches?",
        "round trip",
        |_| pipe_round_trip(),
    ),
    row(
        "control/futex",
        "futex, one task",
        "What do the four futex calls of a round trip cost when nobody waits and nobody switches?",
        "round trip",
        |_| Ok(futex_round_trip(Scope::Private)),
    ),
];
