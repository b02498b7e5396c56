//! One figure of one case through the records of a machine: on which scale it
//! is steadier, and which of the records speak for its present level.

use serde::Serialize;

use super::judgement::Statistic;
use crate::CaseDigest;
use crate::quantile::median;
use crate::statistics::changes;

/// A level of fewer records is not judged by.
pub const FEWEST_RECORDS: usize = 5;

/// A level is taken from so many records at most, the latest.
pub const MOST_RECORDS: usize = 20;

/// So many of the latest records are looked at: what a verdict costs does not
/// grow with the history beyond, and a level older than that is forgotten.
pub const WINDOW: usize = 100;

/// The change points of a history do not hang on who asks.
const SEED: u64 = 0;

/// What a trimmed mean strays more than a plain one where values are normal:
/// the root of 1 over its efficiency, 0.8732 at 20 %, after Stigler, "Do robust
/// estimators work with real data?" (1977).
pub(crate) const FOR_TRIMMING: f64 = 1.0702;

/// What a level is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// The case's own unit.
    Raw,
    /// Multiples of a frozen workload, which is named.
    Relative(String),
}

/// A figure of one record, on the logarithmic scale.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) level: f64,
    /// Its standard error, as its own rounds tell it. 0 where they do not.
    pub(crate) error: f64,
    /// Degrees of freedom of the error.
    pub(crate) degrees: f64,
}

impl Point {
    /// `None` where the record does not have it, or not above zero.
    pub(crate) fn of(case: &CaseDigest, statistic: Statistic, scale: &Scale) -> Option<Self> {
        let held = match scale {
            Scale::Raw => case.raw,
            Scale::Relative(name) => {
                let same = case.reference.as_ref() == Some(name);
                case.relative.filter(|_| same)?
            }
        };
        let (level, spread) = match statistic {
            Statistic::Median => (held.level, held.spread),
            // In the multiples that its median is in.
            Statistic::P99 => (case.p99? * held.level / case.raw.level, 0.0),
        };
        let rounds = f64::from(case.rounds);
        (level > 0.0 && level.is_finite() && spread.is_finite()).then(|| Self {
            level: level.ln(),
            error: FOR_TRIMMING * spread / rounds.max(1.0).sqrt(),
            degrees: (rounds - 1.0).max(1.0),
        })
    }
}

/// The scale on which a case is steadier from record to record: relative where
/// the records that have both levels say so, else raw. Tails are relative where
/// they can be: what a machine goes through in an hour moves them most of all, and
/// a dozen records of one hour look steady on either scale.
pub(crate) fn steadier(
    records: &[(usize, &CaseDigest)],
    now: &CaseDigest,
    statistic: Statistic,
) -> Scale {
    let Some(relative) = now.reference.clone().map(Scale::Relative) else {
        return Scale::Raw;
    };
    let both = records.iter().filter_map(|(_, case)| {
        let level = |scale| Point::of(case, statistic, scale).map(|point| point.level);
        level(&Scale::Raw).zip(level(&relative))
    });
    let (raw, to_reference): (Vec<f64>, Vec<f64>) = both.unzip();
    let is_tail = statistic == Statistic::P99;
    let is_steadier = is_tail || stride(&to_reference) < stride(&raw);
    match raw.len() >= FEWEST_RECORDS && is_steadier {
        true => relative,
        false => Scale::Raw,
    }
}

/// The median step between neighbouring records. Neither a change for good nor
/// a single wild record matters to it.
fn stride(levels: &[f64]) -> f64 {
    let mut steps: Vec<f64> = levels
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .collect();
    median(&mut steps).unwrap_or(f64::INFINITY)
}

/// The records since the last change of level, as indices into `levels`. Where
/// too few follow it for a level of their own, all of the latest speak: the
/// change then is a part of how far records stray.
pub(crate) fn present(levels: &[f64]) -> std::ops::Range<usize> {
    let end = levels.len();
    let last = changes(levels, SEED).last().copied();
    let since = last.filter(|since| end - since >= FEWEST_RECORDS);
    since.unwrap_or(0).max(end.saturating_sub(MOST_RECORDS))..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_a_change(records: usize) -> Vec<f64> {
        let noise = |n: usize| (n * 7 % 5) as f64 / 1000.0;
        let before = (0..30).map(noise);
        before.chain((0..records).map(|n| 0.5 + noise(n))).collect()
    }

    #[test]
    fn the_records_since_a_change_speak() {
        assert_eq!(present(&after_a_change(8)), 30..38);
    }

    #[test]
    fn too_few_since_a_change_speak_with_those_before() {
        assert_eq!(changes(&after_a_change(4), SEED), [30]);
        assert_eq!(present(&after_a_change(4)), 14..34);
    }
}
