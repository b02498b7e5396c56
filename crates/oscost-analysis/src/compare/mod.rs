//! Two records side by side: how many times what the one measured the other
//! measured, case by case, and on average. It is a comparison and never a
//! verdict: two runs at two times differ by what the machine did meanwhile, and
//! nothing in two records can tell that from the program.

mod means;

use std::collections::HashMap;

use oscost_record::{CaseId, CaseInfo, Nanos, Quantity, Record, Unit};

use crate::lines::Lines;
use crate::moved::{Moved, counts_of_rounds, moved};
use crate::{Difference, Estimate, Fate, Summary, ratio_of, run_differences, summarise};

pub use means::{MeanRatio, Scope};

/// Two records, compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// How far from 1 a whole interval must lie for a case to be marked: 0.05
    /// is 5 %.
    pub threshold: f64,
    /// Whether both records are of one machine, by its key.
    pub same_machine: bool,
    /// What was measured in both, by suite in the order of the first record,
    /// the largest change first.
    pub cases: Vec<Compared>,
    /// What was not, in the order of the records.
    pub uncompared: Vec<Uncompared>,
    /// Geometric means of the ratios: of each suite, of each aspect in it, of
    /// all; times and bytes apart.
    pub means: Vec<MeanRatio>,
    /// What differs between machines, configurations and programs.
    pub differences: Vec<Difference>,
}

/// A case that both records measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// What the case is, by the second record.
    pub info: CaseInfo,
    /// The estimate of the first record.
    pub before: Estimate,
    /// The estimate of the second record.
    pub after: Estimate,
    /// After over before ([`ratio_of`]).
    pub ratio: Estimate,
    /// The same of the 99th percentiles, where both have one.
    pub p99: Option<Estimate>,
    /// Which way it changed, if that can be told.
    pub change: Change,
    /// Counters that moved with it; of a marked case only.
    pub moved: Vec<Moved>,
    /// Rounds that failed before and after. They are in no figure.
    pub failed_rounds: (u32, u32),
    /// Before and after: see [`Summary::mostly_disturbed`].
    pub disturbed: [Option<(u64, u64)>; 2],
}

/// Which way a case changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// The whole interval of the ratio lies above the threshold.
    Rose,
    /// The whole interval of the ratio lies as far below 1.
    Fell,
    /// Neither.
    NotToldApart,
}

impl Change {
    /// Of a ratio. Below is 1 / (1 + threshold), so that to compare the other
    /// way round marks the same cases.
    pub(crate) fn of(ratio: Estimate, threshold: f64) -> Self {
        match ratio {
            ratio if ratio.low > 1.0 + threshold => Self::Rose,
            ratio if ratio.high < 1.0 / (1.0 + threshold) => Self::Fell,
            _ => Self::NotToldApart,
        }
    }

    /// In a word that suits what was measured.
    #[must_use]
    pub fn word(self, quantity: Quantity) -> &'static str {
        match (self, quantity) {
            (Self::Rose, Quantity::Time) => "slower",
            (Self::Fell, Quantity::Time) => "faster",
            (Self::Rose, Quantity::Memory) => "larger",
            (Self::Fell, Quantity::Memory) => "smaller",
            (Self::NotToldApart, _) => "not told apart",
        }
    }
}

/// A case without a ratio.
#[derive(Clone, Debug, PartialEq)]
pub struct Uncompared {
    /// Which.
    pub id: CaseId,
    /// What became of it in the first record; `None` where that does not name
    /// it.
    pub before: Option<Fate>,
    /// What became of it in the second record.
    pub after: Option<Fate>,
    /// Why there is no ratio although both were measured.
    pub why: Option<NoRatio>,
}

/// Why two estimates have no ratio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRatio {
    /// They are in different units.
    Units(Unit, Unit),
    /// One of them, or an end of its interval, is not above zero.
    NotAboveZero,
}

/// Compares two records. `threshold` is a share: 0.05 marks cases whose whole
/// interval lies 5 % or more from 1.
#[must_use]
pub fn compare(before: &Record, after: &Record, threshold: f64) -> Comparison {
    let sides = [before, after].map(|record| Side {
        summaries: summarise(record),
        lines: Lines::of(record),
        seed: record.run.seed,
    });
    let [one, two] = &sides;
    let (in_one, in_two) = (one.by_id(), two.by_id());
    let mut cases = Vec::new();
    let mut uncompared = Vec::new();
    for summary in in_order(one, two) {
        let id = &summary.info.id;
        let pair = (in_one.get(id).copied(), in_two.get(id).copied());
        match case(pair, threshold) {
            Ok(compared) => cases.push(compared),
            Err(why) => uncompared.push(Uncompared {
                id: id.clone(),
                before: pair.0.map(|summary| summary.fate.clone()),
                after: pair.1.map(|summary| summary.fate.clone()),
                why,
            }),
        }
    }
    for case in &mut cases {
        if case.change != Change::NotToldApart {
            let [before, after] = sides.each_ref().map(|side| side.counts(&case.info));
            case.moved = moved(&before, &after, threshold, case.shortest());
        }
    }
    largest_first(&mut cases);
    Comparison {
        threshold,
        same_machine: before.run.machine.key == after.run.machine.key,
        means: means::means(&cases),
        cases,
        uncompared,
        differences: run_differences(&before.run, &after.run),
    }
}

/// One of the two records.
struct Side<'a> {
    summaries: Vec<Summary>,
    lines: Lines<'a>,
    seed: u64,
}

impl Side<'_> {
    fn by_id(&self) -> HashMap<&CaseId, &Summary> {
        let named = self.summaries.iter();
        named.map(|summary| (&summary.info.id, summary)).collect()
    }

    fn counts(&self, info: &CaseInfo) -> crate::moved::Counts {
        let measured = self.lines.measured(info).into_iter();
        let lines: Vec<_> = measured.map(|(line, _)| line).collect();
        counts_of_rounds(&lines, self.seed, &info.id)
    }
}

/// Every case once: those of the first record, then what only the second has.
fn in_order<'a>(one: &'a Side<'_>, two: &'a Side<'_>) -> Vec<&'a Summary> {
    let mut seen = std::collections::HashSet::new();
    let all = one.summaries.iter().chain(&two.summaries);
    all.filter(|summary| seen.insert(&summary.info.id))
        .collect()
}

fn case(
    pair: (Option<&Summary>, Option<&Summary>),
    threshold: f64,
) -> Result<Compared, Option<NoRatio>> {
    let (Some(one), Some(two)) = pair else {
        return Err(None);
    };
    let (Some(before), Some(after)) = (one.estimate, two.estimate) else {
        return Err(None);
    };
    if one.info.unit != two.info.unit {
        let units = (one.info.unit.clone(), two.info.unit.clone());
        return Err(Some(NoRatio::Units(units.0, units.1)));
    }
    let ratio = ratio_of(after, before).ok_or(Some(NoRatio::NotAboveZero))?;
    let p99 = one.p99().zip(two.p99());
    Ok(Compared {
        info: two.info.clone(),
        before,
        after,
        ratio,
        p99: p99.and_then(|(before, after)| ratio_of(after, before)),
        change: Change::of(ratio, threshold),
        moved: Vec::new(),
        failed_rounds: (one.failed_rounds(), two.failed_rounds()),
        disturbed: [one, two].map(Summary::mostly_disturbed),
    })
}

impl Summary {
    fn p99(&self) -> Option<Estimate> {
        let mut percentiles = self.percentiles.iter();
        let found = percentiles.find(|percentile| (percentile.rank - 99.0).abs() < 1e-9);
        found.map(|percentile| percentile.estimate)
    }

    fn failed_rounds(&self) -> u32 {
        match self.fate {
            Fate::Partly(rounds, _) => rounds,
            _ => 0,
        }
    }
}

impl Compared {
    /// The time of one operation on the faster side; none of a level.
    fn shortest(&self) -> Nanos {
        match self.info.unit.quantity {
            Quantity::Time => Nanos(self.before.value.min(self.after.value)),
            Quantity::Memory => Nanos(0.0),
        }
    }
}

/// Suites stay in the order in which they came.
fn largest_first(cases: &mut [Compared]) {
    let mut suites = Vec::new();
    for case in cases.iter() {
        if !suites.contains(&case.info.suite) {
            suites.push(case.info.suite.clone());
        }
    }
    let place = |case: &Compared| suites.iter().position(|suite| *suite == case.info.suite);
    let size = |case: &Compared| case.ratio.value.ln().abs();
    cases.sort_by(|a, b| {
        let suites = place(a).cmp(&place(b));
        suites.then(size(b).total_cmp(&size(a)))
    });
}
