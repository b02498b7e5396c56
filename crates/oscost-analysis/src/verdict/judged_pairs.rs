//! From pairs of live processes to verdicts: what each pair says, what is
//! suspected, what fresh pairs make of it, and which counters moved along. The
//! same lines always give the same verdicts, byte by byte.

use std::collections::{BTreeMap, BTreeSet};

use oscost_record::{
    Aspect, Burst, CaseId, CaseInfo, CaseLine, Counters, Nanos, Ops, Outcome, PairLine, PairsHead,
    Quantity, Samples, Side, Sides, Stage,
};

use super::judgement::{Judgement, Reason, Statistic};
use super::pairs::{FEWEST_TO_SCREEN, Pairs, confirm_pairs, finite, screen};
use super::{Alarm, control};
use crate::digest::of::SAMPLES_FOR_P99;
use crate::quantile::{median, quantile_of_sorted};
use crate::{Moved, counts_of_rounds, moved};

/// By so much a counter must move to be told.
const MOVED: f64 = 0.05;

/// Two programs, judged side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgedPairs {
    /// Every judgement, cases in the order of the header.
    pub judgements: Vec<Judgement>,
    /// The look in which the null control alarmed, and why.
    pub alarm: Option<(Stage, Alarm)>,
}

impl JudgedPairs {
    /// The first look: judges the screening pairs among `lines`. What could not
    /// be measured is told as that.
    #[must_use]
    pub fn screened(head: &PairsHead, lines: &[PairLine]) -> Self {
        let figures = pairs_of(head, lines, Stage::Screening);
        let mut judgements = screen(&figures);
        let judged: BTreeSet<CaseId> = judgements.iter().map(|found| found.id.clone()).collect();
        let rest = head.cases.iter().filter(|case| !judged.contains(&case.id));
        judgements.extend(rest.map(|case| unmeasured(&case.id, lines)));
        let place: BTreeMap<&CaseId, usize> =
            head.cases.iter().map(|case| &case.id).zip(0..).collect();
        judgements.sort_by_key(|found| (place.get(&found.id).copied(), found.statistic));
        let alarm = control(&figures).map(|alarm| (Stage::Screening, alarm));
        let mut found = Self { judgements, alarm };
        if head.machine.emulated.is_some() {
            for judgement in &mut found.judgements {
                judgement.invalidate(Reason::Emulated);
            }
        }
        found
    }

    /// The second look: decides the suspicions by the confirming pairs among
    /// `lines`.
    pub fn confirm(&mut self, head: &PairsHead, lines: &[PairLine]) {
        let figures = pairs_of(head, lines, Stage::Confirming);
        confirm_pairs(&mut self.judgements, &figures);
        let alarm = control(&figures).map(|alarm| (Stage::Confirming, alarm));
        self.alarm = self.alarm.take().or(alarm);
    }

    /// Both looks, as far as `lines` have them.
    #[must_use]
    pub fn judged(head: &PairsHead, lines: &[PairLine]) -> Self {
        let mut found = Self::screened(head, lines);
        if lines.iter().any(|line| line.stage == Stage::Confirming) {
            found.confirm(head, lines);
        }
        found
    }

    /// The counters that moved with each case that is suspected or found to
    /// have changed, from the look that decided.
    #[must_use]
    pub fn moved(&self, head: &PairsHead, lines: &[PairLine]) -> BTreeMap<CaseId, Vec<Moved>> {
        let flagged = self.judgements.iter().filter(|found| found.is_flagged());
        let ids: BTreeSet<&CaseId> = flagged.map(|found| &found.id).collect();
        let cases = head.cases.iter().filter(|case| ids.contains(&case.id));
        cases
            .map(|case| (case.id.clone(), moved_of(case, head.seed, lines)))
            .filter(|(_, moved)| !moved.is_empty())
            .collect()
    }
}

/// What one process of a pair gave, from its bursts and their values per
/// operation.
#[must_use]
pub fn side_of(aspect: Aspect, taken: Vec<(Burst, Vec<f64>)>) -> Side {
    let mut side = Side::default();
    let mut all = Vec::new();
    for (mut burst, mut values) in taken {
        side.medians.extend(median(&mut values));
        all.extend(values);
        // Neither decides anything, and they are most of a burst.
        burst.counters.parts = BTreeMap::new();
        burst.counters.figures = BTreeMap::new();
        side.bursts.push(burst);
    }
    side.samples = all.len() as u64;
    if side.samples >= SAMPLES_FOR_P99 && !aspect.is_level() {
        all.sort_by(f64::total_cmp);
        side.p99 = quantile_of_sorted(&all, 0.99);
    }
    side
}

/// ln(to / from) of one pair: the median over bursts that were neighbours, so
/// that neither drift nor a burst that was disturbed decides.
#[must_use]
pub fn difference(from: &Side, to: &Side) -> f64 {
    let bursts = from.medians.iter().zip(&to.medians);
    let mut ratios: Vec<f64> = bursts.map(|(from, to)| to.ln() - from.ln()).collect();
    median(&mut ratios).unwrap_or(f64::NAN)
}

/// Every figure that can be judged: the median of each case, and the p99 of
/// those whose processes had samples enough.
#[must_use]
pub fn pairs_of(head: &PairsHead, lines: &[PairLine], stage: Stage) -> Vec<Pairs> {
    let mut found = Vec::new();
    for case in &head.cases {
        let of_case = lines
            .iter()
            .filter(|line| line.id == case.id && line.stage == stage);
        let measured: Vec<(&Sides, Ops)> = of_case
            .filter_map(|line| Some((line.sides.as_ref()?, line.ops_per_sample)))
            .collect();
        let Some(resolution) = resolution(case, head.clock.resolution, &measured) else {
            continue;
        };
        let pairs = |statistic, ratio: fn(&Side, &Side) -> f64| {
            let each = measured.iter();
            let (differences, null) = each
                .map(|(sides, _)| (ratio(&sides.a, &sides.b), ratio(&sides.a, &sides.again)))
                .unzip();
            Pairs {
                id: case.id.clone(),
                statistic,
                differences,
                null,
                resolution,
            }
        };
        found.push(pairs(Statistic::Median, difference));
        let tails = pairs(Statistic::P99, tail_difference);
        let enough = FEWEST_TO_SCREEN.min(measured.len());
        if finite(&tails.differences).len() >= enough {
            found.push(tails);
        }
    }
    // Where nothing has a ratio there is nothing to judge.
    found.retain(|pairs| !finite(&pairs.differences).is_empty());
    found
}

fn tail_difference(from: &Side, to: &Side) -> f64 {
    let tails = from.p99.zip(to.p99);
    tails.map_or(f64::NAN, |(from, to)| (to / from).ln())
}

/// One step of the clock as a share of a sample; `None` where nothing was
/// measured.
fn resolution(case: &CaseInfo, step: Nanos, measured: &[(&Sides, Ops)]) -> Option<f64> {
    let samples = measured.iter().filter_map(|(sides, ops)| {
        let level = median(&mut sides.a.medians.clone())?;
        Some(level * ops.0 as f64)
    });
    let sample = median(&mut samples.collect::<Vec<f64>>())?;
    let timed = case.unit.quantity == Quantity::Time && sample > 0.0;
    Some(if timed { step.0 / sample } else { 0.0 })
}

/// Why a case has no figure.
fn unmeasured(id: &CaseId, lines: &[PairLine]) -> Judgement {
    let mut of_case = lines.iter().filter(|line| line.id == *id).peekable();
    let reason = match of_case.peek() {
        None => Reason::NotMeasured("the comparison ended before it".to_owned()),
        Some(_) => of_case
            .find_map(|line| match &line.outcome {
                Outcome::Measured => None,
                Outcome::Skipped(why) => Some(Reason::NotMeasured(format!("skipped: {why}"))),
                Outcome::Failed(why) => Some(Reason::NotMeasured(format!("failed: {why}"))),
            })
            .unwrap_or(Reason::NoRatio),
    };
    Judgement::without_figures(id, Statistic::Median, reason)
}

/// Of the latest look that has pairs of the case.
fn moved_of(case: &CaseInfo, seed: u64, lines: &[PairLine]) -> Vec<Moved> {
    let measured = lines
        .iter()
        .filter(|line| line.id == case.id && line.sides.is_some());
    let Some(last) = measured.clone().map(|line| line.stage).max() else {
        return Vec::new();
    };
    let rounds = measured.filter(|line| line.stage == last);
    let both = rounds.filter_map(|line| {
        let sides = line.sides.as_ref()?;
        Some((round(case, line, &sides.a), round(case, line, &sides.b)))
    });
    let (a, b): (Vec<CaseLine>, Vec<CaseLine>) = both.unzip();
    let counts = |lines: &[CaseLine]| {
        let lines: Vec<&CaseLine> = lines.iter().collect();
        counts_of_rounds(&lines, seed, &case.id)
    };
    let (ops, spent) = a
        .iter()
        .flat_map(|line| &line.bursts)
        .fold((0, 0.0), |(ops, spent), burst| {
            (ops + burst.ops.0, spent + burst.elapsed.0)
        });
    let each = Nanos(spent / (ops as f64).max(1.0));
    moved(&counts(&a), &counts(&b), MOVED, each)
}

/// One side of a pair as a round of a record, without its samples.
fn round(case: &CaseInfo, line: &PairLine, side: &Side) -> CaseLine {
    let mut counters = Counters::default();
    for burst in &side.bursts {
        counters.add(&burst.counters);
    }
    CaseLine {
        id: case.id.clone(),
        round: line.round,
        outcome: Outcome::Measured,
        unit: case.unit.clone(),
        ops_per_sample: line.ops_per_sample,
        samples: Samples::default(),
        counters,
        cpus: Vec::new(),
        bursts: side.bursts.clone(),
        reference: None,
    }
}
