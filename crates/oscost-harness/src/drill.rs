//! Cases that misbehave on purpose, to show that the harness contains them:
//! they crash, hang, lie, leave children behind.
//!
//! They are part of every program, so that a drill exercises what is shipped,
//! and of no catalogue: only a filter that begins with `drill/` reaches them.

use std::time::Duration;

use nix::sys::signal::{Signal, raise};
use oscost_record::{Aspect, TaskKind, Tier};

use crate::Failure;
use crate::case::{Place, Row, Setting, Suite};
use crate::proof::Expect;
use crate::work::{Audit, Evidence, Measure, Work};

/// The drills.
pub const SUITE: Suite = Suite {
    name: "drill",
    families: &[ROWS],
};

const ROWS: &[Row] = &[
    row("nothing", |_| Ok(drill(|_| Ok(())))),
    row("segfault", |_| {
        Ok(drill(|_| {
            let _ = raise(Signal::SIGSEGV);
            Ok(())
        }))
    }),
    row("panic", |_| Ok(drill(|_| panic!("a drill")))),
    row("partner", |_| Ok(drill(|_| wait_for_one_who_panics()))),
    row("hang", |_| Ok(drill(|_| hang()))),
    row("orphans", |_| {
        Ok(drill(|_| {
            // Without a death signal of their own: the driver has to find them.
            for _ in 0..3 {
                let _ = oscost_sys::fork::fork(|| {
                    std::thread::sleep(Duration::from_secs(600));
                    0
                });
            }
            let _ = raise(Signal::SIGSEGV);
            Ok(())
        }))
    }),
    row("lie", |_| {
        Ok(Measure::Timed(Box::new(Drill {
            done: 0,
            counts: false,
            act: |_| Ok(()),
        })))
    }),
    row("refused", |_| {
        Err(Failure::Skip(
            "a drill: this machine has no such thing".into(),
        ))
    }),
];

const fn row(operation: &'static str, build: fn(&Setting) -> Result<Measure, Failure>) -> Row {
    Row {
        operation,
        title: operation,
        question: "Is a case that misbehaves contained?",
        task: TaskKind::Process,
        aspect: Aspect::Control,
        per: "drill",
        tier: Tier::Core,
        axes: &[],
        place: Place::OneCpu,
        peers: None,
        control: None,
        claims: &[],
        needs: |_| Vec::new(),
        expect: |_| Expect::COUNT,
        build,
    }
}

fn drill(act: fn(u64) -> Result<(), Failure>) -> Measure {
    Measure::Timed(Box::new(Drill {
        done: 0,
        counts: true,
        act,
    }))
}

fn hang() -> Result<(), Failure> {
    loop {
        std::thread::sleep(Duration::from_secs(600));
    }
}

fn wait_for_one_who_panics() -> Result<(), Failure> {
    let (tell, told) = std::sync::mpsc::channel::<()>();
    std::thread::spawn(move || {
        // What the other waits for is kept, and never comes.
        let _kept = std::mem::ManuallyDrop::new(tell);
        panic!("a partner's drill");
    });
    told.recv().map_err(|gone| Failure::Fail(gone.to_string()))
}

struct Drill {
    done: u64,
    /// Whether it does the work that it is asked for.
    counts: bool,
    act: fn(u64) -> Result<(), Failure>,
}

impl Work for Drill {
    fn run(&mut self, ops: u64) -> Result<(), Failure> {
        (self.act)(ops)?;
        for _ in 0..ops {
            self.done = std::hint::black_box(self.done + u64::from(self.counts));
        }
        Ok(())
    }
}

impl Evidence for Drill {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.done)
    }
}
