//! Thousands of unchanged suites out of some dozens that were measured: who of
//! three processes of one program is called A, who B, and who the second A, is
//! drawn anew for every pair.

use std::collections::BTreeMap;

use oscost_analysis::verdict::{
    Census, Judgement, Pairs, Statistic, Verdict, confirm_pairs, screen, suspects,
};
use oscost_harness::plan::order;
use oscost_record::CaseId;

use super::results::{MeasuredTrio, SuiteLine};

/// How many suites are drawn.
pub(crate) const RUNS: u32 = 3_000;
/// Decides every draw, so that a file always tells the same.
const SEED: u64 = 1;
/// Of the suites measured, one is looked at first, and two confirm: ten pairs
/// and twenty others.
const EACH: usize = 3;

/// Who is called what.
const ARRANGEMENTS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

/// What came of the suites drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Permuted {
    pub(crate) runs: u64,
    /// Suites with a suspicion after the first look.
    pub(crate) suspected: u64,
    /// Suites with a change after the second.
    pub(crate) alarmed: u64,
    /// Suites whose null control alarmed.
    pub(crate) invalid: u64,
}

type Key<'a> = (&'a CaseId, &'a str);

/// Draws and judges `runs` suites; `None` where too few were measured.
pub(crate) fn permuted(measured: &[&SuiteLine], runs: u32) -> Option<Permuted> {
    if measured.len() < EACH {
        return None;
    }
    let mut found = Permuted::default();
    for run in 0..runs {
        let chosen = order(measured.len(), SEED, run);
        let suites: Vec<&SuiteLine> = chosen[..EACH]
            .iter()
            .map(|&index| measured[index])
            .collect();
        let judgements = judged(&suites, u64::from(run), &mut found);
        let census = Census::of(&judgements);
        let changed = census.count(Verdict::Regressed) + census.count(Verdict::Improved);
        found.runs += 1;
        found.alarmed += u64::from(changed > 0);
        found.invalid += u64::from(census.count(Verdict::Invalid) > 0);
    }
    Some(found)
}

fn judged(suites: &[&SuiteLine], seed: u64, found: &mut Permuted) -> Vec<Judgement> {
    let first = relabelled(&suites[..1], seed, |_| true);
    let mut judgements = screen(&first);
    let suspected = suspects(&judgements);
    if !suspected.is_empty() {
        found.suspected += 1;
        let again = relabelled(&suites[1..], seed, |id| suspected.contains(id));
        confirm_pairs(&mut judgements, &again);
    }
    judgements
}

/// The pairs of all suites together, every one with names drawn anew.
fn relabelled(suites: &[&SuiteLine], seed: u64, wanted: impl Fn(&CaseId) -> bool) -> Vec<Pairs> {
    let mut all: BTreeMap<Key<'_>, Pairs> = BTreeMap::new();
    for (suite, place) in suites.iter().zip(0..) {
        for measured in suite.pairs.iter().filter(|measured| wanted(&measured.id)) {
            let key = (&measured.id, measured.statistic.as_str());
            let pairs = all.entry(key).or_insert_with(|| Pairs {
                id: measured.id.clone(),
                statistic: match key.1 == Statistic::P99.name() {
                    true => Statistic::P99,
                    false => Statistic::Median,
                },
                differences: Vec::new(),
                null: Vec::new(),
                resolution: measured.resolution,
            });
            // A case's figures stem from the same processes: one draw for both.
            let mixed = measured.id.0.bytes().fold(seed, |mixed, byte| {
                (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            });
            for (trio, pair) in measured.trios.iter().zip(0..) {
                let draw = order(ARRANGEMENTS.len(), mixed ^ suite_seed(suite, place), pair);
                let [a, b, again] = ARRANGEMENTS[draw[0]];
                pairs.differences.push(between(trio, a, b));
                pairs.null.push(between(trio, a, again));
            }
        }
    }
    all.into_values().collect()
}

fn suite_seed(suite: &SuiteLine, place: u64) -> u64 {
    (u64::from(suite.suite) << 32) ^ (place << 60)
}

/// The difference from one of the three to another.
fn between(trio: &MeasuredTrio, from: usize, to: usize) -> f64 {
    let [first, second, third] = trio.differences;
    match (from, to) {
        (0, 1) => first,
        (0, 2) => second,
        (1, 2) => third,
        (1, 0) => -first,
        (2, 0) => -second,
        (2, 1) => -third,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selftest::options::Part;
    use crate::selftest::results::Measured;

    /// A suite of one case, in which the second process of every trio differs.
    fn suite(number: u32, change: f64) -> SuiteLine {
        let noise = |pair: u32| 0.001 * f64::from((pair * 7 + number * 3) % 11) - 0.005;
        let trios = (0..10).map(|pair| MeasuredTrio {
            differences: [
                change + noise(pair),
                noise(pair + 5),
                noise(pair + 9) - change,
            ],
            levels: [0.0; 3],
        });
        SuiteLine {
            part: Part::Aa,
            suite: number,
            seconds: 1.0,
            invalid: None,
            figures: Vec::new(),
            pairs: vec![Measured {
                id: "a/b".into(),
                statistic: "median".into(),
                resolution: 0.0,
                trios: trios.collect(),
            }],
        }
    }

    #[test]
    fn names_are_drawn_so_that_even_a_change_falls_on_both_sides() {
        let suites: Vec<SuiteLine> = (0..5).map(|number| suite(number, 0.5)).collect();
        let suites: Vec<&SuiteLine> = suites.iter().collect();
        let found = permuted(&suites, 200).unwrap();
        assert_eq!(found.runs, 200);
        // One in twenty a side is suspected, and next to none confirmed.
        assert!(found.suspected < 40 && found.alarmed < 8, "{found:?}");
        assert_eq!(found, permuted(&suites, 200).unwrap());
    }

    #[test]
    fn differences_go_both_ways() {
        let trio = MeasuredTrio {
            differences: [1.0, 2.0, 3.0],
            levels: [0.0; 3],
        };
        for [a, b, _] in ARRANGEMENTS {
            assert_eq!(between(&trio, a, b), -between(&trio, b, a));
        }
        assert_eq!(between(&trio, 2, 1), -3.0);
    }

    #[test]
    fn two_suites_are_too_few() {
        let suites = [suite(0, 0.0), suite(1, 0.0)];
        assert_eq!(permuted(&suites.iter().collect::<Vec<_>>(), 10), None);
    }
}
