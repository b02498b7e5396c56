//! Tries what every measurement takes for granted: the clock never goes back, on no
//! CPU and not from one CPU to another, and runs as fast as the kernel's own.
//!
//! Each CPU is tried by a thread of its own that pins itself; the caller is never
//! pinned.

use std::hint::spin_loop;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::thread;
use std::time::{Duration, Instant};

use oscost_record::Cpu;
use oscost_sys::counter::Ticks;

use crate::clock::{Clock, simultaneous};
use crate::{Failure, pin};

/// What was read, and how often a later reading was smaller than an earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readings {
    /// Pairs of an earlier and a later reading.
    pub count: u64,
    /// Of these, where the clock went back.
    pub went_back: u64,
}

impl Readings {
    fn note(&mut self, earlier: Ticks, later: Ticks) {
        self.count += 1;
        self.went_back += u64::from(later < earlier);
    }

    fn with(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            went_back: self.went_back + other.went_back,
        }
    }
}

/// Readings on each CPU.
const EACH: u64 = 100_000;
/// Readings that each of two CPUs hands to the other, unless the time is over: where
/// somebody else computes there, each takes long.
const HAND_OVERS: u32 = 10_000;
const LONGEST: Duration = Duration::from_millis(500);
/// How long the clock is held against the kernel's.
pub const PACE: Duration = Duration::from_millis(200);

/// Reads the clock many times on one CPU, one reading after the other.
///
/// # Errors
/// Where nothing may run on that CPU.
pub fn on(cpu: Cpu, now: fn() -> Ticks) -> Result<Readings, Failure> {
    beside(|| {
        pin::this_thread(cpu)?;
        let mut readings = Readings::default();
        let mut last = now();
        for _ in 0..EACH {
            let next = now();
            readings.note(last, next);
            last = next;
        }
        Ok(readings)
    })
}

/// Has two CPUs hand their readings to each other: each reads the clock once it has
/// the other's reading, so that its own is the later one.
///
/// # Errors
/// Where nothing may run on one of them.
pub fn between(one: Cpu, other: Cpu, now: fn() -> Ticks) -> Result<Readings, Failure> {
    let table = Table::default();
    thread::scope(|threads| {
        let far = threads.spawn(|| table.while_pinned(other, || table.answer(now)));
        let near = threads.spawn(|| table.while_pinned(one, || table.ask(now)));
        Ok(joined(near)?.with(joined(far)?))
    })
}

/// By how much the clock runs ahead of `CLOCK_MONOTONIC` ([`PACE`]), as a share: 0 where
/// they agree, negative where it falls behind.
#[must_use]
pub fn ahead(clock: &impl Clock) -> f64 {
    let now = clock.reader();
    let (begin, kernel_begin) = simultaneous(now);
    thread::sleep(PACE);
    let (end, kernel_end) = simultaneous(now);
    let kernel = kernel_end.since(kernel_begin).0 as f64;
    clock.nanos(end.since(begin)).0 / kernel - 1.0
}

/// Does it in a thread of its own.
fn beside<T: Send>(part: impl FnOnce() -> Result<T, Failure> + Send) -> Result<T, Failure> {
    thread::scope(|threads| joined(threads.spawn(part)))
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, Result<T, Failure>>) -> Result<T, Failure> {
    let ended = thread.join();
    ended.unwrap_or_else(|_| {
        Err(Failure::Fail(
            "a thread that read the clock panicked".into(),
        ))
    })
}

/// Where two threads hand over their readings.
#[derive(Debug, Default)]
struct Table {
    reading: AtomicU64,
    /// Odd: who answers has the turn.
    turn: AtomicU32,
}

/// In place of a turn: it is over.
const OVER: u32 = u32::MAX;

impl Table {
    /// Lets the other go where this CPU cannot be had.
    fn while_pinned(&self, cpu: Cpu, part: impl FnOnce() -> Readings) -> Result<Readings, Failure> {
        let pinned = pin::this_thread(cpu);
        if pinned.is_err() {
            self.turn.store(OVER, Release);
        }
        pinned.map(|()| part())
    }

    fn ask(&self, now: fn() -> Ticks) -> Readings {
        let begin = Instant::now();
        let mut readings = Readings::default();
        for number in 0..HAND_OVERS {
            if begin.elapsed() > LONGEST || !self.hand_over(2 * number, now) {
                break;
            }
            if !self.take(2 * number + 2, now, &mut readings) {
                break;
            }
        }
        self.turn.store(OVER, Release);
        readings
    }

    fn answer(&self, now: fn() -> Ticks) -> Readings {
        let mut readings = Readings::default();
        let mut number = 1;
        while self.take(number, now, &mut readings) && self.hand_over(number, now) {
            number += 2;
        }
        readings
    }

    /// Leaves a reading with the other; `false` where it is over.
    fn hand_over(&self, turn: u32, now: fn() -> Ticks) -> bool {
        self.reading.store(now().0, Relaxed);
        let handed = self.turn.compare_exchange(turn, turn + 1, Release, Relaxed);
        handed.is_ok()
    }

    /// Waits for the other's reading, and reads the clock after it.
    fn take(&self, turn: u32, now: fn() -> Ticks, readings: &mut Readings) -> bool {
        loop {
            match self.turn.load(Acquire) {
                OVER => return false,
                there if there == turn => break,
                _ => spin_loop(),
            }
        }
        let later = now();
        readings.note(Ticks(self.reading.load(Relaxed)), later);
        true
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use oscost_sys::counter::read_monotonic;

    use super::*;
    use crate::clock::MachineClock;
    use crate::usage::this_cpu;

    fn cpus() -> Vec<Cpu> {
        pin::allowed().unwrap()
    }

    #[test]
    fn the_kernels_clock_goes_back_on_no_cpu() {
        for cpu in cpus() {
            let readings = on(cpu, read_monotonic).unwrap();
            assert_eq!((readings.count, readings.went_back), (EACH, 0), "CPU {cpu}");
        }
    }

    #[test]
    fn a_clock_that_stumbles_is_found_out() {
        fn stumbling() -> Ticks {
            thread_local! {
                static READ: Cell<u64> = const { Cell::new(0) };
            }
            READ.set(READ.get() + 1);
            let number = READ.get();
            Ticks(if number.is_multiple_of(1000) {
                0
            } else {
                number
            })
        }
        let readings = on(cpus()[0], stumbling).unwrap();
        assert_eq!(readings.went_back, EACH / 1000);
    }

    #[test]
    fn cpus_hand_over_to_each_other_and_one_that_is_behind_is_found_out() {
        let [one, other, ..] = cpus()[..] else {
            println!("skipped: a single CPU hands over to nobody");
            return;
        };
        let readings = between(one, other, read_monotonic).unwrap();
        assert!(
            readings.count > 0 && readings.went_back == 0,
            "{readings:?}"
        );
        BEHIND.store(other.0, Relaxed);
        let readings = between(one, other, askew).unwrap();
        // Only who is behind finds itself earlier than the other.
        assert!(readings.went_back > 0, "{readings:?}");
        assert!(readings.went_back < readings.count, "{readings:?}");
    }

    static BEHIND: AtomicU32 = AtomicU32::new(u32::MAX);

    /// A clock that is a second behind on one CPU.
    fn askew() -> Ticks {
        let behind = this_cpu() == Some(Cpu(BEHIND.load(Relaxed)));
        let Ticks(now) = read_monotonic();
        Ticks(now - u64::from(behind) * 1_000_000_000)
    }

    #[test]
    fn a_cpu_that_is_not_there_lets_the_other_go() {
        let here = cpus()[0];
        let gone = Cpu(1023);
        assert!(on(gone, read_monotonic).is_err());
        assert!(between(here, gone, read_monotonic).is_err());
        assert!(between(gone, here, read_monotonic).is_err());
    }

    #[test]
    fn the_machines_clock_keeps_pace() {
        let (clock, _) = MachineClock::calibrate();
        assert!(ahead(&clock).abs() < crate::clock::DRIFT);
    }
}
