//! Records made by hand for the tests of this crate.

#![allow(dead_code, reason = "each test file uses some of these")]
#![allow(clippy::unwrap_used, reason = "a helper of tests fails as a test does")]

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use oscost_record::{
    Aspect, CaseInfo, CaseLine, ClockInfo, Configuration, Counters, Driver, Machine, Nanos, Ops,
    Outcome, Parameter, Placement, Record, Run, SCHEMA, Samples, TaskKind, Tier, Tool, Unit,
};
use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng as _, SeedableRng as _};

/// A case whose suite, aspect, kind, parameters and placement are read off its
/// id. Its title is its operation.
pub(crate) fn info(id: &str) -> CaseInfo {
    let mut parts = id.split('/');
    let suite = parts.next().unwrap();
    let (parameters, operation): (Vec<&str>, Vec<&str>) =
        parts.partition(|part| part.contains('='));
    let operation = operation.join("/");
    let named = Aspect::ALL
        .into_iter()
        .find(|aspect| operation.split('/').next() == Some(aspect.name()));
    let aspect = named.unwrap_or(Aspect::Floor);
    let mut placement = Placement::Free;
    let mut values = BTreeMap::new();
    for part in parameters {
        let (name, value) = part.split_once('=').unwrap();
        if name == "placement" {
            let mut all = Placement::ALL.into_iter();
            placement = all.find(|place| place.name() == value).unwrap();
            continue;
        }
        let unit = value.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let number = value.strip_suffix(unit).unwrap();
        let parameter = Parameter {
            value: number.parse().unwrap(),
            unit: unit.to_owned(),
        };
        values.insert(name.to_owned(), parameter);
    }
    CaseInfo {
        id: id.into(),
        suite: suite.into(),
        title: operation.clone(),
        operation,
        question: "What does it cost?".into(),
        unit: match aspect {
            aspect if aspect.is_level() => Unit::memory(suite),
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
        parameters: values,
        placement,
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
        reference: None,
    }
}

/// A case with eight rounds around `middle`, half a percent apart.
pub(crate) fn measured(id: &str, middle: f64) -> (CaseInfo, Vec<CaseLine>) {
    let info = info(id);
    let steps = [-4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0_f64];
    let value = |step: f64| Samples::Raw(vec![middle * (1.0 + step * 0.005)]);
    let rounds = steps.into_iter().zip(0..);
    let lines = rounds.map(|(step, round)| line(&info, round, value(step)));
    let lines = lines.collect();
    (info, lines)
}

/// A case that failed eight times.
pub(crate) fn failed(id: &str, why: &str) -> (CaseInfo, Vec<CaseLine>) {
    ended(id, &Outcome::Failed(why.into()))
}

/// A case that this machine cannot run.
pub(crate) fn skipped(id: &str, why: &str) -> (CaseInfo, Vec<CaseLine>) {
    ended(id, &Outcome::Skipped(why.into()))
}

fn ended(id: &str, outcome: &Outcome) -> (CaseInfo, Vec<CaseLine>) {
    let (info, mut lines) = measured(id, 1.0);
    for line in &mut lines {
        line.outcome = outcome.clone();
    }
    (info, lines)
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
            brief: false,
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
