//! The CPU's counter and the kernel's monotonic clock, as plain readings.
//!
//! What a tick is worth, and whether the counter may be used at all, is found
//! out here; calibrating and choosing is the harness's business.

use std::path::Path;

use nix::time::{ClockId, clock_gettime};

/// A reading of a counter, or the difference of two. Not cycles: on aarch64
/// the counter may step only every 40 ns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticks(pub u64);

impl Ticks {
    /// Ticks from `earlier` to this reading; 0 where the clock went back.
    #[must_use]
    #[inline]
    pub fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}

/// The name of the CPU's counter: `rdtsc` or `cntvct_el0`.
pub const NAME: &str = crate::arch::COUNTER;

/// Reads the CPU's counter, fenced on both sides.
#[must_use]
#[inline]
pub fn read() -> Ticks {
    Ticks(crate::arch::counter())
}

/// Reads `CLOCK_MONOTONIC` in nanoseconds, as ticks of a 1 GHz counter
/// (`clock_gettime(2)`, answered by the vDSO).
///
/// # Panics
/// Where the kernel has no `CLOCK_MONOTONIC`: no Linux is known that has not.
#[must_use]
#[inline]
#[expect(clippy::cast_sign_loss, reason = "CLOCK_MONOTONIC counts up from boot")]
pub fn read_monotonic() -> Ticks {
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC).expect("CLOCK_MONOTONIC always exists");
    Ticks(now.tv_sec() as u64 * 1_000_000_000 + now.tv_nsec() as u64)
}

/// Whether the counter runs at one rate and the kernel itself keeps time by
/// it.
///
/// # Errors
/// The reason why it must not be used.
pub fn trusted() -> Result<(), String> {
    crate::arch::counter_is_steady()?;
    kernel_keeps_time_by_it(Path::new("/"))
}

/// Whether a kernel keeps time by the counter, as the files below `root` tell.
///
/// # Errors
/// The clock that it uses, or why that is not known.
pub fn kernel_keeps_time_by_it(root: &Path) -> Result<(), String> {
    let path = root.join("sys/devices/system/clocksource/clocksource0/current_clocksource");
    let clocksource = std::fs::read_to_string(&path).map_err(|error| {
        let path = path.display();
        format!("cannot read which clock the kernel uses ({path}: {error})")
    })?;
    match (clocksource.trim(), crate::arch::CLOCKSOURCE) {
        (used, counter) if used == counter => Ok(()),
        (used, counter) => Err(format!(
            "the kernel keeps time by `{used}`, not by `{counter}`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_clocks_never_go_back() {
        for read in [read as fn() -> Ticks, read_monotonic] {
            let readings: Vec<Ticks> = (0..1000).map(|_| read()).collect();
            assert!(readings.is_sorted());
            assert!(readings.last() > readings.first());
        }
    }

    #[test]
    fn a_difference_never_wraps() {
        assert_eq!(Ticks(3).since(Ticks(5)), Ticks(0));
        assert_eq!(Ticks(5).since(Ticks(3)), Ticks(2));
    }
}
