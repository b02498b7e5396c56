//! One case in one round, as both drivers do it: warm-up, proven bursts, and
//! the line that they become.

use std::collections::{BTreeMap, BTreeSet};

use oscost_record::{Burst, CaseLine, Counters, Nanos, Ops, Outcome, Reference, Samples};

use crate::Failure;
use crate::case::Case;
use crate::histogram;
use crate::machine::{Sources, TotalsReader};
use crate::plan::Effort;
use crate::probe::Probe;
use crate::reference::{Companion, median};
use crate::sampler::Plan;
use crate::turns::Turn;

/// Bursts with their values per operation.
pub type Bursts = Vec<(Burst, Vec<f64>)>;

/// Makes a fresh probe ready: finds out how to time the case where no earlier
/// round has, else warms it up with a tenth of what will be measured. Where
/// one operation is all, there is nothing to find out.
///
/// # Errors
/// What the probe says.
pub fn prepare(
    probe: &mut dyn Probe,
    case: &Case,
    plan: Option<Plan>,
    effort: &Effort,
) -> Result<Plan, Failure> {
    if effort.once {
        return Ok(Plan::UNTIMED);
    }
    // The pilot has warmed the case up already.
    let Some(plan) = plan else {
        return probe.pilot();
    };
    // A level is read once in a process: nothing of it can be warmed up.
    if !case.info.aspect.is_level() {
        let (ops, bursts) = effort.bursts(plan.per_op.0, plan.batch);
        let tenth = (ops * bursts / 10 / plan.batch).max(1) * plan.batch;
        probe.burst(plan.batch, tenth)?;
    }
    Ok(plan)
}

/// Takes bursts of `ops` operations each, and marks those in which the
/// hypervisor took time away.
///
/// # Errors
/// What the probe says: one burst that is not proven condemns them all.
pub fn take_bursts(
    probe: &mut dyn Probe,
    plan: Plan,
    ops: u64,
    count: u64,
) -> Result<Bursts, Failure> {
    take_bursts_beside(probe, plan, ops, count, None).map(|(bursts, _)| bursts)
}

/// The same, and between every two bursts one of a frozen workload, which is
/// the neighbour of both: a steady drift then falls on it as on the two. A
/// workload that fails takes nothing from the case.
pub(crate) fn take_bursts_beside(
    probe: &mut dyn Probe,
    plan: Plan,
    ops: u64,
    count: u64,
    mut companion: Option<&mut Companion>,
) -> Result<(Bursts, Option<Reference>), Failure> {
    let mut totals = TotalsReader::open(&Sources::machine());
    let mut taken = Bursts::new();
    let mut pairs = Vec::new();
    let mut neighbour = None;
    let turn = Turn {
        batch: plan.batch,
        ops,
    };
    for number in 0..count {
        let (burst, values) = marked_burst(probe, &mut totals, turn)?;
        if let Some(companion) = &mut companion {
            if number % 2 == 0 {
                neighbour = companion.burst();
            }
            let own = median(values.clone()).unwrap_or_default();
            pairs.push((Nanos(own), neighbour));
        }
        taken.push((burst, values));
    }
    let reference = companion.and_then(|companion| companion.reference(&pairs));
    Ok((taken, reference))
}

/// One burst, marked where the hypervisor took time away meanwhile.
pub(crate) fn marked_burst(
    probe: &mut dyn Probe,
    totals: &mut TotalsReader,
    turn: Turn,
) -> Result<(Burst, Vec<f64>), Failure> {
    let before = totals.read();
    let (mut burst, values) = probe.burst(turn.batch, turn.ops)?;
    burst.counters.steal = totals.read().since(&before).steal;
    burst.disturbed = burst.counters.steal.is_some_and(|steal| steal.0 > 0.0);
    Ok((burst, values))
}

/// The line of a case in a round.
#[must_use]
pub fn line(
    case: &Case,
    round: u32,
    plan: Option<Plan>,
    measured: Result<Bursts, Failure>,
) -> CaseLine {
    let mut line = CaseLine {
        id: case.info.id.clone(),
        round,
        outcome: Outcome::Measured,
        unit: case.info.unit.clone(),
        ops_per_sample: Ops(plan.map_or(1, |plan| plan.batch)),
        samples: Samples::default(),
        counters: Counters::default(),
        cpus: Vec::new(),
        bursts: Vec::new(),
        reference: None,
    };
    match measured {
        Ok(bursts) => fill(&mut line, bursts),
        Err(Failure::Skip(reason)) => line.outcome = Outcome::Skipped(reason),
        Err(Failure::Fail(reason)) => line.outcome = Outcome::Failed(reason),
    }
    line
}

fn fill(line: &mut CaseLine, bursts: Bursts) {
    let mut values = Vec::new();
    let mut cpus = BTreeSet::new();
    for (mut burst, burst_values) in bursts {
        values.extend(burst_values);
        cpus.extend(burst.cpus.iter().copied());
        line.counters.add(&burst.counters);
        // Kept once, with the totals.
        burst.counters.parts = BTreeMap::new();
        line.bursts.push(burst);
    }
    line.samples = histogram::store(values);
    line.cpus = cpus.into_iter().collect();
}
