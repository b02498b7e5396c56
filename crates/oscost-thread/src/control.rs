//! The same calls without the other thread: what to subtract.

use std::hint::black_box;

use nix::sched::sched_yield;

use oscost_harness::alone::{calls, futex_round_trip, pipe_round_trip};
use oscost_harness::ring::{self, Touch, members_and_bytes};
use oscost_harness::{Axis, During as _, Expect, Failure, Measure, Place, Row, Setting};
use oscost_record::{Aspect, TaskKind, Tier};
use oscost_sys::futex::Scope;

use crate::pool;

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
    row(
        "control/sched-yield",
        "two sched_yield, one task",
        "What do the two calls of sched_yield of a round trip cost when nobody else wants the CPU?",
        "round trip",
        |_| Ok(calls(|| sched_yields(2))),
    ),
    Row {
        tier: Tier::Full,
        ..row(
            "control/yield",
            "sched_yield, one task",
            "What does it cost to offer the CPU when nobody else wants it?",
            "turn",
            |_| Ok(calls(|| sched_yields(1))),
        )
    },
    ring(
        "control/ring",
        "ring, one task",
        "What do the futex calls of a hand-off and the reading of a working set cost when one thread does it all?",
        ring::AXES,
        |setting| alone(setting, Touch::Read),
    ),
    ring(
        "control/ring-written",
        "ring written, one task",
        "What do the futex calls of a hand-off and the writing of a working set cost when one thread does it all?",
        ring::AXES_WRITTEN,
        |setting| alone(setting, Touch::Write),
    ),
    row(
        "control/hand-off",
        "hand-off, one task",
        "What do the two futex calls of a hand-off cost when nobody waits and nobody switches?",
        "hand-off",
        |_| Ok(ring::alone(1, 0, Touch::Read, Scope::Private)),
    ),
    row(
        "control/job",
        "job, one task",
        "What does it cost to compute a job when no worker is asked to?",
        "job",
        |_| Ok(pool::alone()),
    ),
];

const fn ring(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    axes: &'static [Axis],
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        axes,
        needs: ring::needs,
        ..row(operation, title, question, "hand-off", build)
    }
}

fn alone(setting: &Setting, touch: Touch) -> Result<Measure, Failure> {
    let (members, bytes) = members_and_bytes(setting)?;
    Ok(ring::alone(members, bytes, touch, Scope::Private))
}

fn sched_yields(count: u32) -> Result<(), Failure> {
    (0..count).try_for_each(|_| sched_yield().during("sched_yield"))
}
