//! How late a thread wakes that sleeps until a moment, where nobody else wants
//! its CPU: what `cyclictest` prints. The tick beside a computation is
//! `responsive`.

use std::time::Duration;

use nix::errno::Errno;
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, ClockNanosleepFlags, clock_nanosleep};
use oscost_harness::{
    Audit, During as _, Evidence, Expect, Failure, Measure, Place, Row, TimedWork,
};
use oscost_record::{Aspect, TaskKind};
use oscost_sys::counter::{Ticks, read_monotonic};

use crate::pace::Moment;
use crate::row;

pub(crate) const ROWS: &[Row] = &[Row {
    operation: "timer/thread",
    title: "nobody computes",
    question: "How late does a thread wake that sleeps until a moment 1 ms ahead, when nobody else wants its CPU?",
    task: TaskKind::Thread,
    aspect: Aspect::Delay,
    per: "wake-up",
    place: Place::OneCpu,
    // It goes to sleep once.
    expect: |_| Expect::switches(1.0, 2.0),
    build: |_| Ok(Measure::SelfTimed(Box::new(Sleeper::default()))),
    ..row::ROW
}];

/// How far ahead the moment is: the interval that `cyclictest` has by itself.
const AHEAD: Duration = Duration::from_millis(1);

#[derive(Debug, Default)]
struct Sleeper {
    woken: u64,
}

/// Sleeps until a moment of the kernel's clock.
fn sleep_until(due: u64) -> Result<(), Failure> {
    let due = TimeSpec::from_duration(Duration::from_nanos(due));
    loop {
        let flags = ClockNanosleepFlags::TIMER_ABSTIME;
        match clock_nanosleep(ClockId::CLOCK_MONOTONIC, flags, &due) {
            Err(Errno::EINTR) => {}
            result => return result.during("clock_nanosleep").map(drop),
        }
    }
}

impl TimedWork for Sleeper {
    fn run_once(&mut self, now: fn() -> Ticks) -> Result<Ticks, Failure> {
        let begin = Moment::now(now);
        let due = read_monotonic().0 + u64::try_from(AHEAD.as_nanos()).unwrap_or(u64::MAX);
        sleep_until(due)?;
        let came = read_monotonic().0;
        let end = Moment::now(now);
        let Some(late) = came.checked_sub(due) else {
            return Err(Failure::Fail(format!(
                "woken {} ns before its time",
                due - came
            )));
        };
        self.woken += 1;
        Ok(end.in_ticks(&begin, late))
    }
}

impl Evidence for Sleeper {
    fn audit(&mut self) -> Result<Audit, Failure> {
        Audit::alone(self.woken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_wakes_after_its_time_and_counts() {
        let mut sleeper = Sleeper::default();
        for _ in 0..3 {
            let begin = read_monotonic();
            let late = sleeper.run_once(read_monotonic).unwrap();
            let passed = read_monotonic().since(begin).0;
            // It slept for the whole of it, and what it tells is the rest.
            assert!(passed >= late.0 + 1_000_000, "{passed} and {late:?}");
        }
        assert_eq!(sleeper.audit().unwrap().done, 3);
    }
}
