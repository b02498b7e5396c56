//! The live processes of the frozen workloads: each is started when the first
//! case of a round asks for it, serves all of the round, and makes way for a
//! fresh one, since a process's layout is a draw that must not stay the same
//! for a whole run.

use std::collections::BTreeMap;
use std::time::Duration;

use oscost_record::{CaseId, Nanos, Reference};

use super::{SUITE, beside};
use crate::case::Case;
use crate::plan::Effort;
use crate::probe::{Launcher, Probe};
use crate::sampler::Plan;

/// The length of a workload's burst.
const BURST: Duration = Duration::from_millis(1);

/// A workload that failed so often is not tried again in this run.
const PATIENCE: u32 = 2;

/// The live workloads of a run.
pub(crate) struct Companions<'a> {
    launcher: &'a dyn Launcher,
    /// Nobody wants them.
    idle: bool,
    live: BTreeMap<&'static str, Companion>,
    /// Found out once, so that every round times a workload alike.
    plans: BTreeMap<&'static str, Plan>,
    failures: BTreeMap<&'static str, u32>,
}

impl<'a> Companions<'a> {
    pub(crate) fn new(launcher: &'a dyn Launcher, wanted: bool) -> Self {
        Self {
            launcher,
            idle: !wanted,
            live: BTreeMap::new(),
            plans: BTreeMap::new(),
            failures: BTreeMap::new(),
        }
    }

    /// A round begins: whatever lives has served.
    pub(crate) fn begin_round(&mut self) {
        for (name, companion) in std::mem::take(&mut self.live) {
            self.take_down(name, companion);
        }
    }

    /// The workload that stands beside a case, ready; `None` where there is
    /// none, or it cannot be had.
    pub(crate) fn beside(&mut self, case: &Case) -> Option<&mut Companion> {
        let name = beside(&case.info).filter(|_| !self.idle)?;
        if self
            .live
            .get(name)
            .is_some_and(|companion| companion.broken)
        {
            self.live.remove(name);
            *self.failures.entry(name).or_default() += 1;
        }
        if !self.live.contains_key(name) {
            if self
                .failures
                .get(name)
                .is_some_and(|&count| count >= PATIENCE)
            {
                return None;
            }
            match self.start(name) {
                Some(companion) => drop(self.live.insert(name, companion)),
                None => *self.failures.entry(name).or_default() += 1,
            }
        }
        self.live.get_mut(name)
    }

    fn take_down(&mut self, name: &'static str, companion: Companion) {
        if companion.broken {
            *self.failures.entry(name).or_default() += 1;
        }
        // Its bursts are taken: how it ends says nothing about them.
        let _ = companion.probe.finish();
    }

    fn start(&mut self, name: &'static str) -> Option<Companion> {
        let id = CaseId(format!("{}/{name}", SUITE.name));
        let mut probe = self.launcher.launch(&SUITE.find(&id)?).ok()?;
        let plan = match self.plans.get(name) {
            Some(&plan) => plan,
            None => probe.pilot().ok()?,
        };
        self.plans.insert(name, plan);
        let effort = Effort {
            measuring: BURST,
            burst: BURST,
            ..Effort::default()
        };
        let (ops, _) = effort.bursts(plan);
        let mut companion = Companion {
            workload: name,
            probe,
            batch: plan.batch,
            ops,
            broken: false,
        };
        // The first burst of a process is its warm-up.
        companion.burst().map(|_| companion)
    }
}

impl Drop for Companions<'_> {
    fn drop(&mut self) {
        self.begin_round();
    }
}

/// One live workload.
pub(crate) struct Companion {
    workload: &'static str,
    probe: Box<dyn Probe>,
    batch: u64,
    ops: u64,
    broken: bool,
}

impl Companion {
    /// Takes a burst: the median time of an operation. `None` where it went
    /// wrong, from then on.
    pub(crate) fn burst(&mut self) -> Option<Nanos> {
        if self.broken {
            return None;
        }
        let taken = self.probe.burst(self.batch, self.ops).ok();
        let level = taken.and_then(|(_, values)| median(values));
        self.broken = level.is_none();
        level.map(Nanos)
    }

    /// What a line of a record says of it, from the median times of
    /// neighbouring bursts: each of the case's with the one of its own that lies
    /// next to it. `None` where one of its own is missing, or there is no
    /// ratio.
    pub(crate) fn reference(&self, pairs: &[(Nanos, Option<Nanos>)]) -> Option<Reference> {
        let own: Option<Vec<f64>> = pairs.iter().map(|(_, own)| Some((*own)?.0)).collect();
        let own = own?;
        let ratios = pairs.iter().zip(&own).map(|((case, _), own)| case.0 / own);
        let ratio = median(ratios.collect()).filter(|ratio| ratio.is_finite() && *ratio > 0.0)?;
        Some(Reference {
            workload: self.workload.to_owned(),
            level: Nanos(median(own)?),
            ratio,
        })
    }
}

/// The middle value, or the mean of the two; `None` where there is none.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(match values.len() % 2 {
        1 => upper,
        _ => f64::midpoint(values[middle - 1], upper),
    })
}
