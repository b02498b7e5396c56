//! What frozen workloads gain: how far the rounds of a record lie apart as raw
//! times, and how far as multiples of the workload that took turns with the
//! case. It describes the machine and the instrument; no verdict stands on it.

use oscost_record::{CaseInfo, CaseLine, Record};

use crate::quantile::median;
use crate::{Lines, robust_deviation};

/// Fewer rounds do not tell how far they lie apart.
const FEWEST_ROUNDS: usize = 5;

/// The cases of one suite that have both.
#[derive(Clone, Debug, PartialEq)]
pub struct Steadiness {
    /// The suite.
    pub suite: String,
    /// How many cases.
    pub cases: usize,
    /// In how many of them the ratios lie closer together than the times.
    pub steadier: usize,
    /// The spread of raw times between rounds, on the logarithmic scale: the
    /// median over the cases.
    pub raw: f64,
    /// The same of the ratios.
    pub relative: f64,
}

/// By suite, in the order of the record; then all suites together, called
/// `all`. Only cases count that have a ratio to one and the same workload in at
/// least five rounds; a spread is their [`robust_deviation`]. Empty for a record
/// without frozen workloads.
#[must_use]
pub fn steadiness(record: &Record) -> Vec<Steadiness> {
    let lines = Lines::of(record);
    let mut suites: Vec<(&str, Vec<(f64, f64)>)> = Vec::new();
    let mut all = Vec::new();
    for info in &record.run.cases {
        let Some(found) = spreads(&lines, info) else {
            continue;
        };
        all.push(found);
        match suites.iter_mut().find(|(suite, _)| *suite == info.suite) {
            Some((_, spreads)) => spreads.push(found),
            None => suites.push((&info.suite, vec![found])),
        }
    }
    if !all.is_empty() {
        suites.push(("all", all));
    }
    let told = suites.into_iter();
    told.filter_map(|(suite, spreads)| of_suite(suite, &spreads))
        .collect()
}

fn of_suite(suite: &str, spreads: &[(f64, f64)]) -> Option<Steadiness> {
    let (mut raw, mut relative): (Vec<f64>, Vec<f64>) = spreads.iter().copied().unzip();
    Some(Steadiness {
        suite: suite.to_owned(),
        cases: spreads.len(),
        steadier: spreads.iter().filter(|(raw, ratio)| ratio < raw).count(),
        raw: median(&mut raw)?,
        relative: median(&mut relative)?,
    })
}

/// Of one case, over the same rounds: raw and relative.
fn spreads(lines: &Lines<'_>, info: &CaseInfo) -> Option<(f64, f64)> {
    let measured: Vec<(&CaseLine, f64)> = lines.measured(info);
    let with_ratio = measured.iter();
    let both: Vec<(&str, f64, f64)> = with_ratio
        .filter_map(|(line, level)| {
            let reference = line.reference.as_ref()?;
            Some((
                reference.workload.as_str(),
                level.ln(),
                reference.ratio.ln(),
            ))
        })
        .filter(|(_, level, ratio)| level.is_finite() && ratio.is_finite())
        .collect();
    let (workload, ..) = both.first()?;
    if both.len() < FEWEST_ROUNDS || both.iter().any(|(other, ..)| other != workload) {
        return None;
    }
    let raw: Vec<f64> = both.iter().map(|(_, level, _)| *level).collect();
    let relative: Vec<f64> = both.iter().map(|(.., ratio)| *ratio).collect();
    Some((robust_deviation(&raw)?, robust_deviation(&relative)?))
}
