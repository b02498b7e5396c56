//! One case in one round, as both drivers do it: warm-up, proven bursts, and
//! the line that they become.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use oscost_record::{Burst, CaseLine, Counters, Nanos, Ops, Outcome, Reference, Samples};

use crate::Failure;
use crate::case::Case;
use crate::histogram;
use crate::ledger::{Ledger, Spending};
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
        let (ops, bursts) = effort.bursts(plan);
        probe.warm_up(plan.batch, ops * bursts / 10)?;
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
    let unread = Ledger::default();
    take_bursts_beside(probe, plan, (ops, count), None, &unread).map(|taken| taken.bursts)
}

/// What the bursts of a case in a round gave.
pub(crate) struct TakenBursts {
    pub(crate) bursts: Bursts,
    /// What the frozen workload beside them took, where there was one.
    pub(crate) reference: Option<Reference>,
    /// A party stood still during one of them, or the whole machine did.
    pub(crate) stalled: bool,
}

/// A burst stood still that took so much longer than planned, and longer still
/// by this factor: no load of a machine explains that.
const STANDSTILL: Duration = Duration::from_millis(200);
const OUT_OF_PACE: f64 = 20.0;

fn stood_still(plan: Plan, ops: u64, took: Duration) -> bool {
    let planned = plan.per_op.0 * ops as f64;
    took > STANDSTILL && took.as_nanos() as f64 > OUT_OF_PACE * planned
}

/// The same, and between every two bursts one of a frozen workload, which is
/// the neighbour of both: a steady drift then falls on it as on the two. A
/// workload that fails takes nothing from the case. The ledger is left open on
/// the driver, but for a failure.
pub(crate) fn take_bursts_beside(
    probe: &mut dyn Probe,
    plan: Plan,
    (ops, count): (u64, u64),
    mut companion: Option<&mut Companion>,
    ledger: &Ledger,
) -> Result<TakenBursts, Failure> {
    let mut totals = TotalsReader::open(&Sources::machine());
    let mut taken = Bursts::new();
    let mut pairs = Vec::new();
    let mut neighbour = None;
    let mut stalled = false;
    let turn = Turn {
        batch: plan.batch,
        ops,
    };
    for number in 0..count {
        let begin = Instant::now();
        let (mut burst, values) = marked_burst(probe, &mut totals, turn, ledger)?;
        if stood_still(plan, ops, begin.elapsed()) {
            (stalled, burst.disturbed) = (true, true);
        }
        if let Some(companion) = &mut companion {
            if number % 2 == 0 {
                ledger.enter(Spending::Bursts);
                neighbour = companion.burst();
                ledger.enter(Spending::Driver);
            }
            let own = median(values.clone()).unwrap_or_default();
            pairs.push((Nanos(own), neighbour));
        }
        taken.push((burst, values));
    }
    let reference = companion.and_then(|companion| companion.reference(&pairs));
    Ok(TakenBursts {
        bursts: taken,
        reference,
        stalled: stalled || probe.was_halted(),
    })
}

/// One burst, marked where the hypervisor took time away meanwhile, or somebody
/// had the probe stand still before its end.
pub(crate) fn marked_burst(
    probe: &mut dyn Probe,
    totals: &mut TotalsReader,
    turn: Turn,
    ledger: &Ledger,
) -> Result<(Burst, Vec<f64>), Failure> {
    let before = totals.read();
    ledger.enter(Spending::Bursts);
    let (mut burst, values) = probe.burst(turn.batch, turn.ops)?;
    ledger.enter(Spending::Driver);
    burst.counters.steal = totals.read().since(&before).steal;
    let stolen = burst.counters.steal.is_some_and(|steal| steal.0 > 0.0);
    burst.disturbed = stolen || probe.was_halted();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_standstill_is_out_of_pace() {
        let plan = |per_op| Plan {
            batch: 1,
            per_op: Nanos(per_op),
            granule: 1,
        };
        let seconds = Duration::from_secs;
        // Three milliseconds were planned.
        let millis = Duration::from_millis;
        assert!(stood_still(plan(3e3), 1_000, millis(201)));
        assert!(!stood_still(plan(3e3), 1_000, millis(200)));
        // A long operation under load.
        assert!(!stood_still(plan(5e8), 1, seconds(9)));
        assert!(stood_still(plan(5e8), 1, seconds(11)));
        // Nobody knows how long it should take.
        assert!(!stood_still(Plan::UNTIMED, 1, seconds(1_000)));
    }
}
