//! A thread that panics: until the one who joins it knows. Nothing is printed:
//! the probe's panic hook is silent from then on.

use std::panic::set_hook;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use oscost_harness::sleeper::Sleeper;
use oscost_harness::{
    Audit, During as _, Evidence, Expect, Failure, Measure, Place, Row, TimedWork,
};
use oscost_record::{Aspect, TaskKind, Tier};
use oscost_sys::counter::Ticks;

pub(crate) const ROWS: &[Row] = &[Row {
    operation: "crash/panic",
    title: "panic in a thread, joined",
    question: "How long after a Rust panic in a thread does the one who sleeps in its join know of it?",
    task: TaskKind::Thread,
    aspect: Aspect::Crash,
    per: "panic",
    tier: Tier::Full,
    axes: &[],
    place: Place::OneCpu,
    peers: None,
    control: None,
    claims: &[12],
    needs: |_| Vec::new(),
    expect: |_| Expect::tasks(1),
    build: |_| {
        set_hook(Box::new(|_| {}));
        Ok(Measure::SelfTimed(Box::new(Panicking {
            joiner: Arc::new(Sleeper::this_thread()?),
            panics: Arc::default(),
        })))
    },
}];

struct Panicking {
    joiner: Arc<Sleeper>,
    /// Counted by the threads that panic.
    panics: Arc<AtomicU64>,
}

/// What the panicking thread says.
struct LastWords(Ticks);

impl TimedWork for Panicking {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        let (joiner, panics) = (Arc::clone(&self.joiner), Arc::clone(&self.panics));
        let thread = std::thread::Builder::new()
            .spawn(move || -> Result<(), Failure> {
                joiner.await_sleep()?;
                panics.fetch_add(1, Relaxed);
                std::panic::panic_any(LastWords(now()))
            })
            .during("std::thread::spawn")
            .map_err(Failure::too_many)?;
        let joined = thread.join();
        let end = now();
        match joined {
            Ok(result) => {
                result?;
                Err(Failure::Fail("a thread was to panic, but came back".into()))
            }
            Err(words) => match words.downcast_ref() {
                Some(LastWords(begin)) => Ok(end.since(*begin)),
                None => Err(Failure::Fail("a thread panicked of itself".into())),
            },
        }
    }
}

impl Evidence for Panicking {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.panics.load(Relaxed))
    }
}
