//! The machine as the record describes it: names and values, and the state in
//! which each round found it.

use oscost_analysis::format;
use oscost_record::{ClockInfo, Configuration, Machine, RoundLine, State, Unit};

use crate::words;

/// A name and its value.
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
}

fn fact(name: &str, value: impl ToString) -> Fact {
    Fact {
        name: name.to_owned(),
        value: value.to_string(),
    }
}

/// Who the machine is.
pub(super) fn identity(machine: &Machine) -> Vec<Fact> {
    let mut facts = vec![
        fact("processor", &machine.name),
        fact("architecture", &machine.arch),
        fact(
            "vendor, family, model, stepping",
            [
                &machine.vendor,
                &machine.family,
                &machine.model,
                &machine.stepping,
            ]
            .map(String::as_str)
            .join(", "),
        ),
        fact(
            "layout",
            format!(
                "{}, {}, {} per core, {}",
                words::several(u64::from(machine.sockets), "socket"),
                words::several(u64::from(machine.cores), "core"),
                words::several(u64::from(machine.threads_per_core), "thread"),
                words::several(u64::from(machine.numa_nodes), "NUMA node"),
            ),
        ),
        fact("usable CPUs", machine.usable_cpus),
        fact("memory", format!("{} GiB", machine.memory_gib)),
    ];
    facts.extend(
        machine
            .l3_kib
            .map(|kib| fact("last-level cache", format!("{kib} KiB"))),
    );
    facts.extend(
        machine
            .hypervisor
            .as_ref()
            .map(|name| fact("hypervisor", name)),
    );
    facts.extend(
        machine
            .emulated
            .as_ref()
            .map(|name| fact("emulated by", name)),
    );
    facts.push(fact("machine key", &machine.key));
    facts
}

/// How it is set up.
pub(super) fn configuration(configuration: &Configuration) -> Vec<Fact> {
    configuration
        .0
        .iter()
        .map(|(name, value)| fact(&name.replace('_', " "), value))
        .collect()
}

/// The clock that timed every sample.
pub(super) fn clock(clock: &ClockInfo) -> Vec<Fact> {
    let time = Unit::time("");
    let mut facts = vec![fact("source", &clock.source)];
    facts.extend(
        clock
            .fallback
            .as_ref()
            .map(|why| fact("why not the counter", why)),
    );
    facts.push(fact(
        "ticks per second",
        format::grouped(clock.ticks_per_second),
    ));
    facts.push(fact(
        "smallest step",
        format::quantity(clock.resolution.0, &time),
    ));
    facts.push(fact(
        "cost of one reading",
        format::quantity(clock.cost.0, &time),
    ));
    facts
}

/// The state of the machine, round by round. Columns without any value are
/// left out.
pub(super) struct Rounds {
    pub(super) header: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
}

type Reading = (&'static str, fn(&State) -> Option<String>);

const READINGS: [Reading; 7] = [
    ("at", |state| {
        (!state.at.is_empty()).then(|| state.at.clone())
    }),
    ("load (1 min)", |state| {
        state.load1.map(|load| format!("{load:.2}"))
    }),
    ("steal since boot", |state| {
        state.steal_percent.map(|share| format!("{share:.2} %"))
    }),
    ("CPU pressure", |state| {
        state
            .cpu_pressure_percent
            .map(|share| format!("{share:.1} %"))
    }),
    ("frequency", |state| {
        state.frequency_mhz.map(|mhz| format!("{mhz:.0} MHz"))
    }),
    ("temperature", |state| {
        state
            .temperature_celsius
            .map(|degrees| format!("{degrees:.0} °C"))
    }),
    ("throttled", |state| {
        state.throttle_count.map(|times| times.to_string())
    }),
];

impl Rounds {
    pub(super) fn of(rounds: &[RoundLine]) -> Self {
        let told = |(_, read): &&Reading| rounds.iter().any(|round| read(&round.state).is_some());
        let readings: Vec<&Reading> = READINGS.iter().filter(told).collect();
        let row = |round: &RoundLine| {
            let values = readings
                .iter()
                .map(|(_, read)| read(&round.state).unwrap_or_else(|| "–".to_owned()));
            std::iter::once(round.round.to_string())
                .chain(values)
                .collect()
        };
        Self {
            header: std::iter::once("round")
                .chain(readings.iter().map(|(name, _)| *name))
                .collect(),
            rows: rounds.iter().map(row).collect(),
        }
    }
}
