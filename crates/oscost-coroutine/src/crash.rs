//! A coroutine that panics beside others: how long until the one that awaits
//! it knows. All of them, and the thread, live on.

use std::panic::{self, panic_any};
use std::sync::Once;

use oscost_harness::{Audit, Evidence, Expect, Failure, Measure, Place, Row, Setting, TimedWork};
use oscost_record::{Aspect, Peers, TaskKind, Tier};
use oscost_sys::counter::Ticks;
use tokio::runtime::Runtime;

use crate::runtime;
use crate::tally::Tally;

/// The crashes.
pub const ROWS: &[Row] = &[Row {
    operation: "crash/panic",
    title: "panic in a tokio task",
    question: "How long after a task of a one-thread tokio runtime panics does the task that \
               awaits it know?",
    task: TaskKind::Coroutine,
    aspect: Aspect::Crash,
    per: "panic",
    tier: Tier::Core,
    axes: &[],
    place: Place::OneCpu,
    peers: Some(Peers::Coroutines),
    control: None,
    claims: &[12],
    needs: |_| Vec::new(),
    expect: |_| Expect::NO_SWITCH,
    build,
}];

/// What the task panics with.
struct Injected(Ticks);

/// Keeps the message of an injected panic off the standard error: writing it
/// would be part of what is timed. Other panics are reported as before.
fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !info.payload().is::<Injected>() {
                report(info);
            }
        }));
    });
}

struct Panics {
    runtime: Runtime,
    /// Counted by the task that is about to panic.
    tally: Tally,
}

fn build(_: &Setting) -> Result<Measure, Failure> {
    hush();
    Ok(Measure::SelfTimed(Box::new(Panics {
        runtime: runtime::on_this_thread()?,
        tally: Tally::new(),
    })))
}

impl TimedWork for Panics {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        let tally = self.tally;
        let victim = async move {
            tally.count();
            panic_any(Injected(now()));
        };
        let witness = async move {
            let outcome: Result<(), _> = tokio::spawn(victim).await;
            (now(), outcome)
        };
        let (known, outcome) = self
            .runtime
            .block_on(async { tokio::spawn(witness).await })
            .map_err(|error| Failure::Fail(format!("the task that awaits: {error}")))?;
        let payload = outcome.err().and_then(|error| error.try_into_panic().ok());
        match payload.and_then(|payload| payload.downcast::<Injected>().ok()) {
            Some(injected) => Ok(known.since(injected.0)),
            None => Err(Failure::Fail("the panic did not arrive".into())),
        }
    }
}

impl Evidence for Panics {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.tally.so_far())
    }
}
