//! Simulated records with a known answer: the 95 % interval must hold it about
//! 95 times in 100.

use crate::common::{Nested, Noise, histogram, info, line, record};
use oscost_analysis::{Estimate, Summary, difference_of, ratio_of, summarise};
use oscost_record::{CaseInfo, Samples};

/// Summaries of `cases` independent cases with that noise.
fn summaries(
    nested: &Nested,
    cases: u32,
    seed: u64,
    keep: fn(Vec<f64>) -> Samples,
) -> Vec<Summary> {
    let mut noise = Noise::new(seed);
    let infos: Vec<CaseInfo> = (0..cases)
        .map(|case| info(&format!("thread/create/{case}")))
        .collect();
    let mut lines = Vec::new();
    for info in &infos {
        for round in 0..nested.rounds {
            lines.push(line(info, round, keep(nested.round(&mut noise))));
        }
    }
    summarise(&record(seed, infos, lines))
}

fn estimates(
    nested: &Nested,
    cases: u32,
    seed: u64,
    keep: fn(Vec<f64>) -> Samples,
) -> Vec<Estimate> {
    let summaries = summaries(nested, cases, seed, keep);
    summaries
        .into_iter()
        .map(|summary| summary.estimate.unwrap())
        .collect()
}

fn coverage(found: &[Estimate], truth: f64) -> f64 {
    let held = found
        .iter()
        .filter(|found| found.low <= truth && truth <= found.high);
    held.count() as f64 / found.len() as f64
}

/// Rounds that differ by as much as a busy virtual machine makes them: 15 of
/// them, the standard set-up.
const BUSY: Nested = Nested {
    rounds: 15,
    samples: 50,
    between: 0.12,
    within: 0.2,
};

#[test]
fn fifteen_rounds_hold_the_truth() {
    let counted = Nested {
        samples: 500,
        ..BUSY
    };
    let alone = Nested { samples: 1, ..BUSY };
    let steady = Nested {
        within: 0.01,
        ..BUSY
    };
    let found = [
        coverage(&estimates(&BUSY, 2_000, 1, Samples::Raw), Nested::MEDIAN),
        coverage(
            &estimates(&counted, 500, 2, |values| histogram(&values)),
            Nested::MEDIAN,
        ),
        coverage(&estimates(&alone, 2_000, 3, Samples::Raw), Nested::MEDIAN),
        coverage(&estimates(&steady, 1_000, 9, Samples::Raw), Nested::MEDIAN),
    ];
    assert!(
        found.iter().all(|share| (0.93..=0.97).contains(share)),
        "{found:?}"
    );
}

#[test]
fn few_rounds_hold_the_truth() {
    for rounds in 2..=10 {
        let nested = Nested {
            rounds,
            samples: 20,
            within: 0.1,
            ..BUSY
        };
        let share = coverage(&estimates(&nested, 500, 4, Samples::Raw), Nested::MEDIAN);
        assert!((0.93..=0.975).contains(&share), "{rounds} rounds: {share}");
    }
}

/// Where rounds do not differ the interval is too wide, never too narrow.
#[test]
fn rounds_alike_are_on_the_safe_side() {
    let nested = Nested {
        samples: 51,
        between: 0.0,
        within: 0.3,
        ..BUSY
    };
    let share = coverage(&estimates(&nested, 400, 5, Samples::Raw), Nested::MEDIAN);
    assert!(share >= 0.95, "{share}");
}

#[test]
fn ratios_and_differences_hold_the_truth() {
    let one = estimates(&BUSY, 600, 6, Samples::Raw);
    let two = estimates(&BUSY, 600, 7, Samples::Raw);
    let pairs = || one.iter().copied().zip(two.iter().copied());
    let ratios: Vec<Estimate> = pairs().map(|(a, b)| ratio_of(a, b).unwrap()).collect();
    let differences: Vec<Estimate> = pairs().map(|(a, b)| difference_of(a, b)).collect();
    let found = (coverage(&ratios, 1.0), coverage(&differences, 0.0));
    assert!(
        (0.93..=0.98).contains(&found.0) && (0.93..=0.98).contains(&found.1),
        "{found:?}"
    );
}

/// Pooled samples are no independent draws: the design effect must widen the
/// interval of a percentile to what the rounds show.
#[test]
fn percentiles_hold_the_truth_although_rounds_differ() {
    let summaries = summaries(&BUSY, 400, 8, Samples::Raw);
    let medians: Vec<Estimate> = summaries
        .iter()
        .map(|s| s.percentiles[0].estimate)
        .collect();
    let share = coverage(&medians, Nested::MEDIAN);
    assert!((0.88..=0.99).contains(&share), "{share}");
}
