//! Records made by hand for the tests of this crate.

#![allow(dead_code, reason = "each test file uses some of these")]
#![allow(clippy::unwrap_used, reason = "a helper of tests fails as a test does")]

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use oscost_record::{
    Aspect, CaseInfo, CaseLine, ClockInfo, Configuration, Counters, Driver, Machine, Nanos, Ops,
    Outcome, Placement, Record, Run, SCHEMA, Samples, TaskKind, Tier, Tool, Unit,
};
use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng as _, SeedableRng as _};

/// A case whose suite, aspect and kind are read off its id.
pub(crate) fn info(id: &str) -> CaseInfo {
    let suite = id.split('/').next().unwrap();
    let aspect = match id.split('/').nth(1) {
        Some("create") => Aspect::Create,
        Some("switch") => Aspect::Switch,
        Some("memory") => Aspect::Memory,
        Some("control") => Aspect::Control,
        _ => Aspect::Floor,
    };
    CaseInfo {
        id: id.into(),
        suite: suite.into(),
        operation: id.into(),
        title: id.into(),
        question: "What does it cost?".into(),
        unit: match aspect {
            Aspect::Memory => Unit::memory(suite),
            Aspect::Switch => Unit::time("round trip"),
            _ => Unit::time("create+finish"),
        },
        task: match suite {
            "process" => TaskKind::Process,
            "thread" => TaskKind::Thread,
            _ => TaskKind::Coroutine,
        },
        aspect,
        tier: Tier::Core,
        parameters: BTreeMap::new(),
        placement: Placement::Free,
        peers: None,
        control: None,
        claims: Vec::new(),
    }
}

/// A measured line of that case.
pub(crate) fn line(info: &CaseInfo, round: u32, samples: Samples) -> CaseLine {
    CaseLine {
        id: info.id.clone(),
        round,
        outcome: Outcome::Measured,
        unit: info.unit.clone(),
        ops_per_sample: Ops(1),
        samples,
        counters: Counters::default(),
        cpus: Vec::new(),
        bursts: Vec::new(),
    }
}

/// A record of these cases and lines.
pub(crate) fn record(seed: u64, cases: Vec<CaseInfo>, lines: Vec<CaseLine>) -> Record {
    Record {
        run: Run {
            schema: SCHEMA,
            tool: Tool {
                name: "oscost".into(),
                version: "0.1.0".into(),
                binary: None,
            },
            driver: Driver::Rounds,
            tier: Tier::Core,
            machine: Machine::default(),
            configuration: Configuration::default(),
            clock: ClockInfo {
                source: "rdtsc".into(),
                fallback: None,
                ticks_per_second: 1e9,
                resolution: Nanos(1.0),
                cost: Nanos(12.0),
            },
            command: Vec::new(),
            seed,
            started: "2026-01-01T00:00:00Z".into(),
            cases,
        },
        rounds: Vec::new(),
        cases: lines,
        end: None,
        damage: Vec::new(),
    }
}

/// Draws for simulated data.
pub(crate) struct Noise(Pcg64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Pcg64::seed_from_u64(seed))
    }

    fn unit(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// Standard normal (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (TAU * self.unit()).cos()
    }
}

/// Rounds of samples around a median of 1,000: lognormal between rounds and
/// within them.
pub(crate) struct Nested {
    pub(crate) rounds: u32,
    pub(crate) samples: u32,
    pub(crate) between: f64,
    pub(crate) within: f64,
}

impl Nested {
    pub(crate) const MEDIAN: f64 = 1_000.0;

    /// The samples of one round.
    pub(crate) fn round(&self, noise: &mut Noise) -> Vec<f64> {
        let shift = self.between * noise.normal();
        (0..self.samples)
            .map(|_| Self::MEDIAN * (shift + self.within * noise.normal()).exp())
            .collect()
    }
}

/// Values rounded to three significant digits, as a record keeps many.
pub(crate) fn histogram(values: &[f64]) -> Samples {
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    for value in values {
        let digits = format!("{value:.2e}").parse::<f64>().unwrap();
        *counts.entry(digits.to_bits()).or_default() += 1;
    }
    Samples::Histogram(
        counts
            .into_iter()
            .map(|(bits, n)| (f64::from_bits(bits), n))
            .collect(),
    )
}
