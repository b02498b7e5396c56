//! From a record to its digest. The same record always gives the same digest,
//! in whatever order its lines stand; lines of cases that the header does not
//! name are not read.

use std::collections::{BTreeMap, HashMap};

use oscost_record::{CaseId, CaseInfo, CaseLine, Record};

use super::{CaseDigest, Counter, DIGEST, Digest, Level};
use crate::Fate;
use crate::quantile::quantile;
use crate::rounds::Round;
use crate::spread::mean_and_deviation;
use crate::statistics::trimmed_mean;
use crate::{counted, fate, percentiles, side_by_side};

/// The longest reason that a digest keeps, in characters.
const REASON: usize = 200;

/// Fewer samples have no p99.
pub(crate) const SAMPLES_FOR_P99: u64 = 1_000;

impl Digest {
    /// Boils a record down.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let run = &record.run;
        let mut lines: HashMap<&CaseId, Vec<&CaseLine>> = HashMap::new();
        for line in &record.cases {
            lines.entry(&line.id).or_default().push(line);
        }
        let found = side_by_side(&run.cases, |info| {
            let lines = lines.get(&info.id).map(Vec::as_slice).unwrap_or_default();
            case(info, lines)
        });
        let mut cases = BTreeMap::new();
        let mut missing = BTreeMap::new();
        for (info, found) in run.cases.iter().zip(found) {
            match found {
                Ok(case) => drop(cases.insert(info.id.clone(), case)),
                Err(reason) => drop(missing.insert(info.id.clone(), reason)),
            }
        }
        Self {
            version: DIGEST,
            started: run.started.clone(),
            machine: run.machine.clone(),
            configuration: run.configuration.clone(),
            tool: match &run.tool.binary {
                Some(binary) => format!("{} {binary}", run.tool.version),
                None => run.tool.version.clone(),
            },
            seed: run.seed,
            cases,
            missing,
        }
    }
}

/// The case, or why there is nothing to say of it.
fn case(info: &CaseInfo, lines: &[&CaseLine]) -> Result<CaseDigest, String> {
    let mut lines = lines.to_vec();
    lines.sort_by_key(|line| line.round);
    let (measured, fate) = fate::sort_out(info, lines.into_iter());
    let (lines, rounds): (Vec<&CaseLine>, Vec<Round>) = measured.into_iter().unzip();
    let medians: Vec<f64> = rounds.iter().map(|round| round.median).collect();
    let raw = Level::of(&medians).ok_or_else(|| reason(&fate))?;
    let (reference, relative) = relative(&lines).unzip();
    Ok(CaseDigest {
        rounds: u32::try_from(rounds.len()).unwrap_or(u32::MAX),
        raw,
        relative,
        reference,
        p99: p99(&rounds),
        counters: counters(&lines),
    })
}

/// Why a case has no level, cut to what a digest has room for.
fn reason(fate: &Fate) -> String {
    let whole = match fate {
        Fate::Skipped(why) => format!("skipped: {why}"),
        Fate::Failed(whys) => format!("failed: {}", whys.join("; ")),
        Fate::Missing | Fate::Measured | Fate::Partly(..) => "the run ended before it".to_owned(),
    };
    match whole.char_indices().nth(REASON) {
        Some((end, _)) => format!("{}…", &whole[..end]),
        None => whole,
    }
}

impl Level {
    /// Of one value a round; `None` where there is no round.
    pub(crate) fn of(rounds: &[f64]) -> Option<Self> {
        let logs: Vec<f64> = rounds.iter().map(|value| value.ln()).collect();
        if logs.iter().all(|log| log.is_finite()) {
            return Some(Self {
                level: trimmed_mean(&logs)?.exp(),
                spread: mean_and_deviation(&logs).map_or(0.0, |(_, deviation)| deviation),
            });
        }
        let spread = crate::coefficient_of_variation(rounds).unwrap_or(0.0);
        Some(Self {
            level: trimmed_mean(rounds)?,
            spread,
        })
    }
}

/// The level of the ratios to the frozen workload, with its name. `None` where
/// rounds took different ones: their ratios are not comparable.
fn relative(lines: &[&CaseLine]) -> Option<(String, Level)> {
    let references: Vec<_> = lines
        .iter()
        .filter_map(|line| line.reference.as_ref())
        .collect();
    let workload = &references.first()?.workload;
    if references.iter().any(|other| other.workload != *workload) {
        return None;
    }
    let ratios: Vec<f64> = references.iter().map(|reference| reference.ratio).collect();
    Some((workload.clone(), Level::of(&ratios)?))
}

fn p99(rounds: &[Round]) -> Option<f64> {
    let samples: u64 = rounds.iter().map(Round::count).sum();
    (samples >= SAMPLES_FOR_P99).then(|| quantile(&percentiles::pool(rounds), 0.99))?
}

pub(crate) fn counters(lines: &[&CaseLine]) -> BTreeMap<Counter, f64> {
    let counts = counted::per_operation(lines);
    let named = Counter::ALL.map(|counter| {
        let count = match counter {
            Counter::VoluntarySwitches => counts.voluntary_switches,
            Counter::InvoluntarySwitches => counts.involuntary_switches,
            Counter::MinorFaults => counts.minor_faults,
            Counter::CpuTime => counts.cpu_time,
            Counter::Migrations => counted::rate(lines, migrations),
            Counter::Steal => counted::rate(lines, |line| Some(line.counters.steal?.0)),
        };
        Some((counter, count?))
    });
    named.into_iter().flatten().collect()
}

/// How often a party was found on another CPU than a burst before; `None`
/// where the line does not tell.
fn migrations(line: &CaseLine) -> Option<f64> {
    let pairs = line.bursts.windows(2);
    let told = pairs.filter(|pair| !pair[0].cpus.is_empty() && !pair[1].cpus.is_empty());
    let moved = told.map(|pair| {
        let parties = pair[0].cpus.iter().zip(&pair[1].cpus);
        parties.filter(|(before, after)| before != after).count() as f64
    });
    moved.reduce(|sum, moved| sum + moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_trimmed_mean_of_logarithms() {
        // One of five is cut off at either end.
        let level = Level::of(&[1.0, 2.0, 4.0, 8.0, 1e9]).unwrap();
        assert!((level.level - 4.0).abs() < 1e-12, "{level:?}");
        // The logarithms are 0 and 1: their deviation is the root of one half.
        let level = Level::of(&[1.0, std::f64::consts::E]).unwrap();
        assert!((level.spread - std::f64::consts::FRAC_1_SQRT_2).abs() < 1e-12);
        assert_eq!(Level::of(&[]), None);
        assert_eq!(Level::of(&[7.0]).unwrap().spread, 0.0);
    }

    #[test]
    fn a_level_of_zero_is_taken_plainly() {
        let level = Level::of(&[0.0, 2.0, 4.0]).unwrap();
        assert_eq!(level.level, 2.0);
        assert_eq!(level.spread, 1.0);
        assert_eq!(Level::of(&[0.0, 0.0]).unwrap().spread, 0.0);
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let cut = reason(&Fate::Skipped("é".repeat(1_000)));
        assert_eq!(cut.chars().count(), REASON + 1);
    }
}
