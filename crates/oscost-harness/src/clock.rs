//! The clock of every sample: the CPU's counter where the kernel trusts it,
//! else the kernel's own clock, with the reason.
//!
//! The driver calibrates once and hands the result to every probe, so that a
//! probe costs no calibration and all of a run is on one scale.

use std::time::{Duration, Instant};

use oscost_record::{ClockInfo, Nanos};
use oscost_sys::counter::{self, Ticks};
use serde::{Deserialize, Serialize};

/// A clock that reads ticks.
pub trait Clock {
    /// What reads the time: a plain function, so that any task can be given
    /// it.
    fn reader(&self) -> fn() -> Ticks;
    /// The time now.
    fn now(&self) -> Ticks;
    /// The length of so many ticks.
    fn nanos(&self, ticks: Ticks) -> Nanos;
    /// What one reading costs.
    fn cost(&self) -> Nanos;
    /// The smallest step.
    fn resolution(&self) -> Nanos;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MachineClock {
    counter: bool,
    ticks_per_second: f64,
    resolution: Nanos,
    cost: Nanos,
}

/// How long the counter is held against `CLOCK_MONOTONIC`. The error of a
/// reading is some tens of nanoseconds: a few parts in a million of this.
const CALIBRATION: Duration = Duration::from_millis(20);
/// Two halves of the calibration may differ by so much, and a clock from the kernel's.
pub const DRIFT: f64 = 1e-3;

impl MachineClock {
    /// Chooses and calibrates. Takes some 20 ms.
    #[must_use]
    pub fn calibrate() -> (Self, ClockInfo) {
        let chosen = counter::trusted().and_then(|()| counter_rate());
        let (ticks_per_second, fallback) = match chosen {
            Ok(rate) => (rate, None),
            Err(reason) => (1e9, Some(reason)),
        };
        let mut clock = Self {
            counter: fallback.is_none(),
            ticks_per_second,
            resolution: Nanos(0.0),
            cost: Nanos(0.0),
        };
        let (resolution, cost) = step_and_cost(&clock);
        clock.resolution = resolution;
        clock.cost = cost;
        let source = if clock.counter {
            counter::NAME
        } else {
            "clock_gettime"
        };
        let info = ClockInfo {
            source: source.to_owned(),
            fallback,
            ticks_per_second,
            resolution,
            cost,
        };
        (clock, info)
    }
}

impl Clock for MachineClock {
    fn reader(&self) -> fn() -> Ticks {
        if self.counter {
            counter::read
        } else {
            counter::read_monotonic
        }
    }

    #[inline]
    fn now(&self) -> Ticks {
        if self.counter {
            counter::read()
        } else {
            counter::read_monotonic()
        }
    }

    fn nanos(&self, ticks: Ticks) -> Nanos {
        Nanos(ticks.0 as f64 * 1e9 / self.ticks_per_second)
    }

    fn cost(&self) -> Nanos {
        self.cost
    }

    fn resolution(&self) -> Nanos {
        self.resolution
    }
}

/// Ticks of the counter per second, or why it cannot be used after all.
fn counter_rate() -> Result<f64, String> {
    let begin = simultaneous(counter::read);
    let first = rate(begin, after(CALIBRATION / 2));
    let whole = rate(begin, after(CALIBRATION / 2));
    if (first / whole - 1.0).abs() < DRIFT {
        Ok(whole)
    } else {
        Err(format!(
            "the counter does not keep pace with CLOCK_MONOTONIC: {first:.0} and {whole:.0} ticks per second"
        ))
    }
}

fn after(wait: Duration) -> (Ticks, Ticks) {
    std::thread::sleep(wait);
    simultaneous(counter::read)
}

/// A clock and the kernel's at one moment: of several tries the one in which least
/// time passed between the two readings around.
pub(crate) fn simultaneous(now: fn() -> Ticks) -> (Ticks, Ticks) {
    let tries = (0..64).map(|_| {
        let before = now();
        let monotonic = counter::read_monotonic();
        let after = now();
        let width = after.since(before);
        (width, Ticks(before.0 + width.0 / 2), monotonic)
    });
    let (_, clock, monotonic) = tries.min_by_key(|(width, ..)| *width).unwrap_or_default();
    (clock, monotonic)
}

fn rate(begin: (Ticks, Ticks), end: (Ticks, Ticks)) -> f64 {
    end.0.since(begin.0).0 as f64 * 1e9 / end.1.since(begin.1).0 as f64
}

/// The step of the clock, and what one reading costs. The step is the
/// greatest common divisor of all differences of neighbouring readings: the
/// smallest difference alone would be the cost of a reading wherever that is
/// longer than a step. The cost is the best of many runs of readings.
fn step_and_cost(clock: &impl Clock) -> (Nanos, Nanos) {
    const RUN: u64 = 100;
    let mut step = Ticks(0);
    let mut cost = f64::INFINITY;
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(2) {
        let first = clock.now();
        let mut last = first;
        for _ in 0..RUN {
            let now = clock.now();
            step = Ticks(greatest_common_divisor(step.0, now.since(last).0));
            last = now;
        }
        cost = cost.min(clock.nanos(last.since(first)).0 / RUN as f64);
    }
    (clock.nanos(step), Nanos(cost))
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// A clock that tests set.
#[cfg(test)]
pub(crate) mod fake {
    use std::cell::Cell;

    use super::{Clock, Nanos, Ticks};

    thread_local! {
        static NOW: Cell<u64> = const { Cell::new(0) };
    }

    /// One tick is a nanosecond; time passes where somebody says so. Every
    /// test thread has a time of its own.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct FakeClock {
        /// What a reading is said to cost.
        pub(crate) cost: Nanos,
    }

    /// Lets time pass.
    pub(crate) fn pass(nanos: u64) {
        NOW.set(NOW.get() + nanos);
    }

    fn read() -> Ticks {
        Ticks(NOW.get())
    }

    impl Clock for FakeClock {
        fn reader(&self) -> fn() -> Ticks {
            read
        }
        fn now(&self) -> Ticks {
            read()
        }
        fn nanos(&self, ticks: Ticks) -> Nanos {
            Nanos(ticks.0 as f64)
        }
        fn cost(&self) -> Nanos {
            self.cost
        }
        fn resolution(&self) -> Nanos {
            Nanos(1.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calibration_names_its_source_and_its_reason() {
        let (clock, info) = MachineClock::calibrate();
        assert_eq!(info.source == "clock_gettime", info.fallback.is_some());
        assert!(info.ticks_per_second > 1e6);
        assert!(clock.cost().0 > 0.0 && clock.resolution().0 > 0.0);
    }

    #[test]
    fn a_common_step_is_found() {
        assert_eq!(greatest_common_divisor(0, 40), 40);
        assert_eq!(greatest_common_divisor(80, 120), 40);
        assert_eq!(greatest_common_divisor(40, 0), 40);
    }

    #[test]
    fn the_clock_agrees_with_the_kernel() {
        let (clock, _) = MachineClock::calibrate();
        let (begin, kernel) = (clock.now(), Instant::now());
        std::thread::sleep(Duration::from_millis(5));
        // The outer pair of readings encloses the inner one.
        let inner = kernel.elapsed();
        let outer = clock.nanos(clock.now().since(begin));
        assert!(outer.0 >= inner.as_secs_f64() * 1e9 * (1.0 - DRIFT));
    }
}
