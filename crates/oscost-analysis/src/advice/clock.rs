//! The clock that times every sample.

use oscost_record::{ClockInfo, Machine};

use super::Finding;

/// A step from which single operations of a microsecond show its grain.
const COARSE_NANOS: f64 = 20.0;

pub(super) fn findings(machine: &Machine, clock: &ClockInfo) -> Vec<Finding> {
    let fallback = clock.fallback.as_ref().map(|why| {
        let remedy = if machine.arch == "x86_64" {
            "if `/sys/devices/system/clocksource/clocksource0/available_clocksource` lists tsc: `echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource`"
        } else {
            "none on this kernel; batches are made long enough for the clock"
        };
        Finding::warning(
            format!("times come from {}, not from the CPU's counter: {why}", clock.source),
            "each reading costs more, so batches are longer and tails are those of longer batches",
            remedy,
        )
    });
    let resolution = clock.resolution.0;
    let coarse = (resolution >= COARSE_NANOS).then(|| {
        Finding::note(
            format!("the clock ticks only every {resolution:.0} ns"),
            "operations that are timed one by one take steps of that size; percentiles of short ones are stairs",
            "none: the counter's rate is fixed by the hardware. Read medians of batched cases instead",
        )
    });
    [fallback, coarse].into_iter().flatten().collect()
}
