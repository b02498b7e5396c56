//! What stands between an operation and its sample: the clock, the store, the start
//! of a probe.

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use oscost_harness::probe::Launcher as _;
use oscost_harness::session::Session;
use oscost_harness::work::{Audit, Evidence, Measure, Work};
use oscost_harness::{Clock, Failure, drill, sampler};
use oscost_record::Nanos;
use oscost_sys::counter::Ticks;

use super::pair::{Length, Pairs};
use crate::settings::complain;

/// Samples of a burst.
const BURST: u64 = 1_000;

pub(super) fn measure(pairs: &mut Pairs<'_>) -> anyhow::Result<()> {
    let session = Session::open();
    let now = session.clock.reader();
    let clock = |runs: u64| {
        for _ in 0..runs {
            black_box(now());
        }
    };
    let kernel = |runs: u64| {
        for _ in 0..runs {
            black_box(Instant::now());
        }
    };
    pairs.add(
        ("clock/read", clock),
        ("clock_gettime, by the vDSO", kernel),
        Length::Quick,
    );
    store(pairs);
    start(pairs, &session)
}

/// A sample without clock and operation, against the store that keeps it.
fn store(pairs: &mut Pairs<'_>) {
    let mut idle = Measure::Timed(Box::new(Idle));
    let sampler = |runs: u64| {
        for _ in 0..runs {
            // Neither the clock nor the work can refuse.
            let taken = sampler::burst(&mut idle, &Still, 1, BURST);
            black_box(taken.map(|taken| taken.ticks.len()).unwrap_or_default());
        }
    };
    let slots: Vec<AtomicU64> = (0..BURST).map(AtomicU64::new).collect();
    let bare = |runs: u64| {
        for run in 0..runs {
            for slot in &slots {
                slot.store(run, Ordering::Relaxed);
            }
        }
        black_box(&slots);
    };
    pairs.add(
        ("sample/store of 1,000", sampler),
        ("1,000 stores to memory that is there", bare),
        Length::Quick,
    );
}

/// A probe from its start until it has built its case, and its end, against a
/// program that does nothing.
fn start(pairs: &mut Pairs<'_>, session: &Session) -> anyhow::Result<()> {
    let launch = session.launch()?;
    let mut drills = drill::SUITE.cases().into_iter();
    let nothing = drills.find(|case| case.info.operation == "nothing");
    let nothing = nothing.context("there is no drill that does nothing")?;
    // Tried once, so that nothing is timed that does not work.
    launch.launch(&nothing)?.finish()?;
    let program = "/bin/true";
    if run(program).is_none() {
        complain(&format!(
            "probe/start: skipped: {program} cannot be executed"
        ));
        return Ok(());
    }
    let probe = |runs: u64| {
        for _ in 0..runs {
            let ended = launch.launch(&nothing).and_then(|probe| probe.finish());
            black_box(ended.is_ok());
        }
    };
    let bare = |runs: u64| {
        for _ in 0..runs {
            black_box(run(program));
        }
    };
    pairs.add(
        ("probe/start and end", probe),
        ("/bin/true, by std::process::Command", bare),
        Length::Slow(Duration::from_millis(15)),
    );
    Ok(())
}

fn run(program: &str) -> Option<()> {
    let status = Command::new(program).stdin(Stdio::null()).status().ok()?;
    status.success().then_some(())
}

/// Work that is none.
struct Idle;

impl Work for Idle {
    fn run(&mut self, _: u64) -> Result<(), Failure> {
        Ok(())
    }
}

impl Evidence for Idle {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Ok(Audit::default())
    }
}

/// A clock that stands still.
struct Still;

impl Clock for Still {
    fn reader(&self) -> fn() -> Ticks {
        || Ticks(0)
    }

    fn now(&self) -> Ticks {
        Ticks(0)
    }

    fn nanos(&self, _: Ticks) -> Nanos {
        Nanos(0.0)
    }

    fn cost(&self) -> Nanos {
        Nanos(0.0)
    }

    fn resolution(&self) -> Nanos {
        Nanos(0.0)
    }
}
