//! Making a thread by Rust's standard library: one that owns what it uses, and
//! one that borrows it.

use std::any::Any;
use std::sync::atomic::Ordering;

use oscost_harness::{Audit, During as _, Evidence, Failure, Measure, Work};

use super::{RAN, count_myself};

/// A way to make a thread and join it.
struct Std(fn() -> Result<(), Failure>);

pub(super) fn measure(way: fn() -> Result<(), Failure>) -> Measure {
    Measure::Timed(Box::new(Std(way)))
}

pub(super) fn spawn() -> Result<(), Failure> {
    let thread = std::thread::Builder::new()
        .spawn(|| count_myself(&RAN))
        .during("std::thread::spawn")
        .map_err(Failure::too_many)?;
    thread.join().map_err(panicked)
}

pub(super) fn scope() -> Result<(), Failure> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .spawn_scoped(scope, || count_myself(&RAN))
            .during("std::thread::scope")
            .map_err(Failure::too_many)?;
        thread.join().map_err(panicked)
    })
}

fn panicked(_: Box<dyn Any + Send>) -> Failure {
    Failure::Fail("the thread panicked".into())
}

impl Work for Std {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        (0..ops).try_for_each(|_| (self.0)())
    }
}

impl Evidence for Std {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(RAN.load(Ordering::Acquire))
    }
}
