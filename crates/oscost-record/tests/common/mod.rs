//! The beginning of a record.

use oscost_record::{ClockInfo, Configuration, Driver, Machine, Nanos, Run, SCHEMA, Tier, Tool};

/// A run of no case in particular.
pub(crate) fn run() -> Run {
    Run {
        schema: SCHEMA,
        tool: Tool {
            name: "oscost".into(),
            version: "0.1.0".into(),
            binary: None,
        },
        driver: Driver::Rounds,
        tier: Tier::Core,
        machine: Machine::default().keyed(),
        configuration: Configuration::default(),
        clock: ClockInfo {
            source: "rdtsc".into(),
            fallback: None,
            ticks_per_second: 1e9,
            resolution: Nanos(1.0),
            cost: Nanos(12.0),
        },
        brief: false,
        command: vec!["oscost".into(), "run".into()],
        seed: 7,
        started: "2026-01-01T00:00:00Z".into(),
        cases: Vec::new(),
    }
}
