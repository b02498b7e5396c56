//! Simulated digests and pairs with a known answer.
#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "each test file uses a part of it"
)]

use std::collections::BTreeMap;

use oscost_analysis::verdict::{Pairs, Statistic};
use oscost_analysis::{CaseDigest, DIGEST, Digest, Level};
use oscost_record::{CaseId, Configuration, Machine};

use crate::common::Noise;

/// How a case behaves from record to record and from round to round, on the
/// logarithmic scale.
#[derive(Clone, Copy)]
pub(crate) struct Behaviour {
    /// From record to record.
    pub(crate) stray: f64,
    /// From round to round.
    pub(crate) spread: f64,
    /// What the change makes of it: ln(after / before).
    pub(crate) change: f64,
    /// One record in ten strays five times as far.
    pub(crate) wild: bool,
}

pub(crate) const ROUNDS: u32 = 15;

impl Behaviour {
    pub(crate) const fn unchanged(stray: f64) -> Self {
        Self {
            stray,
            spread: stray,
            change: 0.0,
            wild: false,
        }
    }

    /// What a record of it says.
    pub(crate) fn case(&self, noise: &mut Noise) -> CaseDigest {
        let far = if self.wild && noise.normal() > 1.2816 {
            5.0
        } else {
            1.0
        };
        let level = 1e4_f64.ln() + self.change + self.stray * far * noise.normal();
        CaseDigest {
            rounds: ROUNDS,
            raw: Level {
                level: level.exp(),
                spread: self.spread,
            },
            relative: None,
            reference: None,
            p99: None,
            counters: BTreeMap::new(),
        }
    }
}

pub(crate) fn id(number: usize) -> CaseId {
    CaseId(format!("thread/case/{number:03}"))
}

pub(crate) fn digest(place: usize, cases: BTreeMap<CaseId, CaseDigest>) -> Digest {
    Digest {
        version: DIGEST,
        started: format!("2026-01-01T00:00:{place:05}Z"),
        machine: Machine::default().keyed(),
        configuration: Configuration::default(),
        tool: "0.1.0".to_owned(),
        seed: 1,
        cases,
        missing: BTreeMap::new(),
    }
}

/// A record of these behaviours.
pub(crate) fn record(place: usize, of: &[Behaviour], noise: &mut Noise) -> Digest {
    let cases = of.iter().enumerate();
    digest(
        place,
        cases.map(|(n, case)| (id(n), case.case(noise))).collect(),
    )
}

/// Records of these behaviours, oldest first.
pub(crate) fn records(n: usize, of: &[Behaviour], noise: &mut Noise) -> Vec<Digest> {
    (0..n).map(|place| record(place, of, noise)).collect()
}

/// One case measured side by side: `n` pairs that differ by `change` on average
/// and by `spread` from pair to pair, and as many of the null control.
pub(crate) fn pairs(number: usize, n: usize, change: f64, spread: f64, noise: &mut Noise) -> Pairs {
    let mut draw =
        |centre: f64| -> Vec<f64> { (0..n).map(|_| centre + spread * noise.normal()).collect() };
    Pairs {
        id: id(number),
        statistic: Statistic::Median,
        differences: draw(change),
        null: draw(0.0),
        resolution: 0.0,
    }
}
