//! One of eight workers goes down in the middle of its piece of work: how long
//! until that is known, how many of the others live on to finish theirs, and
//! how many pieces are lost.
//!
//! Processes and threads go down by a bad access, a coroutine by a panic. All
//! eight have begun before one goes down, and it waits until whoever is to know
//! sleeps. No core file is left; the kernel may put a line into its log, which is
//! part of what a crash costs.

mod coroutine;
mod workers;

use oscost_harness::{Audit, Axis, Evidence, Failure, Measure, Need, Place, Row, TimedWork};
use oscost_record::{Aspect, TaskKind};
use oscost_sys::counter::Ticks;

use crate::{account, row};

const ROW: Row = Row {
    aspect: Aspect::Crash,
    per: "crash",
    axes: &[Axis {
        name: "workers",
        unit: "",
        core: &[WORKERS as u64],
        full: &[],
    }],
    place: Place::OneCpu,
    claims: &[12],
    ..row::ROW
};

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "crash/process",
        title: "one worker of 8 goes down",
        question: "How long after a bad access in one of eight worker processes is it known, and what becomes of the others?",
        task: TaskKind::Process,
        needs: |_| native(),
        build: |_| {
            crashes(
                Box::new(workers::Processes(workers::Board::new()?)),
                WORKERS - 1,
            )
        },
        ..ROW
    },
    Row {
        operation: "crash/thread",
        title: "one worker of 8 goes down",
        question: "How long after a bad access in one of eight worker threads is it known, and what becomes of the others?",
        task: TaskKind::Thread,
        needs: |_| native(),
        build: |_| crashes(Box::new(workers::Threads(workers::Board::new()?)), 0),
        ..ROW
    },
    Row {
        operation: "crash/coroutine",
        title: "one worker of 8 goes down",
        question: "How long after a panic in one of eight worker coroutines of a thread is it known, and what becomes of the others?",
        task: TaskKind::Coroutine,
        build: |_| crashes(Box::new(coroutine::Coroutines::new()?), WORKERS - 1),
        ..ROW
    },
];

fn native() -> Vec<Need> {
    vec![
        Need::Tasks(100),
        Need::Native("it ends a program that crashes in a way of its own"),
    ]
}

/// How many workers there are. The last one goes down.
const WORKERS: u32 = 8;

/// What became of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Toll {
    /// From the crash until it was known.
    known_after: Ticks,
    /// Workers that had begun their piece.
    begun: u32,
    /// Workers that have finished it, rightly, after the crash.
    finished: u32,
}

/// A crew of which one goes down.
trait Crew {
    /// Starts them all, lets one go down, has the others finish.
    fn crash(&mut self, now: fn() -> Ticks) -> Result<Toll, Failure>;
}

struct Crashes {
    crew: Box<dyn Crew>,
    /// How many must live on.
    survivors: u32,
    last: Option<Toll>,
    done: u64,
}

fn crashes(crew: Box<dyn Crew>, survivors: u32) -> Result<Measure, Failure> {
    Ok(Measure::SelfTimed(Box::new(Crashes {
        crew,
        survivors,
        last: None,
        done: 0,
    })))
}

impl TimedWork for Crashes {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        let toll = self.crew.crash(now)?;
        if toll.begun != WORKERS || toll.finished != self.survivors {
            return Err(Failure::Fail(format!(
                "of {WORKERS} workers {} began and {} finished after one went down; {} were to live on",
                toll.begun, toll.finished, self.survivors
            )));
        }
        self.last = Some(toll);
        self.done += 1;
        Ok(toll.known_after)
    }
}

impl Evidence for Crashes {
    fn audit(&mut self) -> Result<Audit, Failure> {
        let figures = self.last.map(|toll| {
            [
                ("survivors".to_owned(), f64::from(toll.finished)),
                (
                    "lost_pieces".to_owned(),
                    f64::from(toll.begun - toll.finished),
                ),
            ]
        });
        account::audit(self.done, figures.into_iter().flatten().collect())
    }
}

#[cfg(test)]
mod tests {
    use oscost_sys::counter::read_monotonic;

    use super::*;

    /// A crew that says what it is told.
    struct Told(Toll);

    impl Crew for Told {
        fn crash(&mut self, _: fn() -> Ticks) -> Result<Toll, Failure> {
            Ok(self.0)
        }
    }

    fn crashing(begun: u32, finished: u32, survivors: u32) -> Crashes {
        let known_after = Ticks(5);
        Crashes {
            crew: Box::new(Told(Toll {
                known_after,
                begun,
                finished,
            })),
            survivors,
            last: None,
            done: 0,
        }
    }

    #[test]
    fn what_was_lost_is_told() {
        let mut crashes = crashing(8, 7, 7);
        assert_eq!(crashes.run_once(read_monotonic).unwrap(), Ticks(5));
        let audit = crashes.audit().unwrap();
        assert_eq!(audit.done, 1);
        assert_eq!(audit.figures["survivors"], 7.0);
        assert_eq!(audit.figures["lost_pieces"], 1.0);
    }

    #[test]
    fn survivors_that_are_missing_or_too_many_fail_the_sample() {
        for (begun, finished, survivors) in [(8, 6, 7), (8, 7, 0), (7, 7, 7)] {
            let mut crashes = crashing(begun, finished, survivors);
            assert!(crashes.run_once(read_monotonic).is_err());
            assert_eq!(crashes.audit().unwrap().done, 0);
        }
    }
}
