//! The same calls without the other task: what to subtract.

use nix::errno::Errno;
use nix::sched::sched_yield;
use nix::sys::wait::wait;
use oscost_harness::alone::{calls, futex_round_trip, pipe_round_trip};
use oscost_harness::{During as _, Expect, Failure, Measure, Place, Row, Setting};
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
        task: TaskKind::Process,
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
        "control/wait",
        "wait, no child",
        "What does it cost to wait for a child when there is none: the loop around every creation?",
        "wait",
        |_| {
            Ok(calls(|| match wait() {
                Err(Errno::ECHILD) => Ok(()),
                other => Err(Failure::Fail(format!(
                    "wait without a child gave {other:?}"
                ))),
            }))
        },
    ),
    row(
        "control/pipe",
        "pipe, one task",
        "What do the four pipe calls of a round trip cost when one process makes them all and nobody switches?",
        "round trip",
        |_| pipe_round_trip(),
    ),
    row(
        "control/futex",
        "futex, one task",
        "What do the four futex calls of a round trip cost when nobody waits and nobody switches?",
        "round trip",
        |_| Ok(futex_round_trip(Scope::Shared)),
    ),
    row(
        "control/sched-yield",
        "sched_yield, one task",
        "What do the two calls of sched_yield of a round trip cost when nobody else wants the CPU?",
        "round trip",
        |_| {
            Ok(calls(|| {
                sched_yield().during("sched_yield")?;
                sched_yield().during("sched_yield")
            }))
        },
    ),
];
