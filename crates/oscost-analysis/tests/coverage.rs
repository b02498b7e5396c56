//! Simulated records with a known answer: the 95 % interval must hold it about
//! 95 times in 100.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use common::{Nested, Noise, histogram, info, line, record};
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

/// Rounds that differ by as much as a busy virtual machine makes them.
#[test]
fn fifteen_rounds_hold_the_truth() {
    let raw = Nested {
        rounds: 15,
        samples: 50,
        between: 0.12,
        within: 0.2,
    };
    let counted = Nested {
        samples: 500,
        ..raw
    };
    let alone = Nested { samples: 1, ..raw };
    let found = [
        coverage(&estimates(&raw, 600, 1, Samples::Raw), Nested::MEDIAN),
        coverage(
            &estimates(&counted, 600, 2, |values| histogram(&values)),
            Nested::MEDIAN,
        ),
        coverage(&estimates(&alone, 600, 3, Samples::Raw), Nested::MEDIAN),
    ];
    assert!(
        found.iter().all(|share| (0.93..=0.99).contains(share)),
        "{found:?}"
    );
}

#[test]
fn few_rounds_hold_the_truth() {
    for rounds in 2..=10 {
        let nested = Nested {
            rounds,
            samples: 20,
            between: 0.12,
            within: 0.1,
        };
        let share = coverage(&estimates(&nested, 400, 4, Samples::Raw), Nested::MEDIAN);
        assert!((0.92..=1.0).contains(&share), "{rounds} rounds: {share}");
    }
}

/// Rounds that do not differ count the noise inside them twice: the interval
/// is too wide then, never too narrow.
#[test]
fn rounds_alike_are_on_the_safe_side() {
    let nested = Nested {
        rounds: 15,
        samples: 51,
        between: 0.0,
        within: 0.3,
    };
    let share = coverage(&estimates(&nested, 400, 5, Samples::Raw), Nested::MEDIAN);
    assert!(share >= 0.97, "{share}");
}

#[test]
fn ratios_and_differences_hold_the_truth() {
    let nested = Nested {
        rounds: 15,
        samples: 50,
        between: 0.12,
        within: 0.2,
    };
    let one = estimates(&nested, 600, 6, Samples::Raw);
    let two = estimates(&nested, 600, 7, Samples::Raw);
    let pairs = || one.iter().copied().zip(two.iter().copied());
    let ratios: Vec<Estimate> = pairs().map(|(a, b)| ratio_of(a, b).unwrap()).collect();
    let differences: Vec<Estimate> = pairs().map(|(a, b)| difference_of(a, b)).collect();
    let found = (coverage(&ratios, 1.0), coverage(&differences, 0.0));
    assert!(
        (0.93..=0.99).contains(&found.0) && (0.93..=0.99).contains(&found.1),
        "{found:?}"
    );
}

/// Pooled samples are no independent draws: the design effect must widen the
/// interval of a percentile to what the rounds show.
#[test]
fn percentiles_hold_the_truth_although_rounds_differ() {
    let nested = Nested {
        rounds: 15,
        samples: 50,
        between: 0.12,
        within: 0.2,
    };
    let summaries = summaries(&nested, 400, 8, Samples::Raw);
    let medians: Vec<Estimate> = summaries
        .iter()
        .map(|s| s.percentiles[0].estimate)
        .collect();
    let share = coverage(&medians, Nested::MEDIAN);
    assert!((0.88..=0.99).contains(&share), "{share}");
}
