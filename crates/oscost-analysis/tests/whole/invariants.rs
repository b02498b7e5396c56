//! What must hold for any samples whatever.

use crate::common::{info, line, record};
use oscost_analysis::{Estimate, Summary, summarise};
use oscost_record::{CaseLine, Samples};
use proptest::prelude::*;

/// One to nine rounds of one to thirty values.
fn rounds() -> impl Strategy<Value = Vec<Vec<f64>>> {
    let value = (1_u32..1_000_000).prop_map(|n| f64::from(n) / 16.0);
    prop::collection::vec(prop::collection::vec(value, 1..30), 1..10)
}

fn lines(rounds: &[Vec<f64>]) -> Vec<CaseLine> {
    let info = info("thread/create/pthread");
    let numbered = (0..).zip(rounds);
    numbered
        .map(|(round, values)| line(&info, round, Samples::Raw(values.clone())))
        .collect()
}

fn summary(lines: Vec<CaseLine>) -> Summary {
    summarise(&record(3, vec![info("thread/create/pthread")], lines)).remove(0)
}

fn inside(estimate: Estimate) -> bool {
    estimate.low <= estimate.value && estimate.value <= estimate.high
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn an_estimate_lies_within_its_interval(rounds in rounds()) {
        let summary = summary(lines(&rounds));
        prop_assert!(inside(summary.estimate.unwrap()));
        let (least, most) = summary.extremes.unwrap();
        for percentile in &summary.percentiles {
            prop_assert!(inside(percentile.estimate));
            prop_assert!(least <= percentile.estimate.low && percentile.estimate.high <= most);
        }
        let pooled: u64 = summary.distribution.iter().map(|&(_, count)| count).sum();
        prop_assert_eq!(pooled, summary.samples);
        prop_assert!(summary.distribution.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn the_order_of_lines_and_samples_does_not_matter(rounds in rounds()) {
        let before = summary(lines(&rounds));
        let mut turned = lines(&rounds);
        turned.reverse();
        for line in &mut turned {
            if let Samples::Raw(values) = &mut line.samples {
                values.reverse();
            }
        }
        prop_assert_eq!(before, summary(turned));
    }

    #[test]
    fn estimates_scale_with_the_samples(rounds in rounds(), k in 0.01_f64..100.0) {
        let before = summary(lines(&rounds)).estimate.unwrap();
        let scaled: Vec<Vec<f64>> =
            rounds.iter().map(|round| round.iter().map(|value| value * k).collect()).collect();
        let after = summary(lines(&scaled)).estimate.unwrap();
        for (one, k_times) in [
            (before.value, after.value),
            (before.low, after.low),
            (before.high, after.high),
        ] {
            prop_assert!((one * k - k_times).abs() <= 1e-9 * k_times.abs(), "{} {}", one * k, k_times);
        }
    }

    #[test]
    fn a_histogram_says_what_its_raw_samples_say(rounds in rounds()) {
        let mut counted = lines(&rounds);
        for line in &mut counted {
            line.samples = Samples::Histogram(line.samples.sorted());
        }
        prop_assert_eq!(summary(lines(&rounds)), summary(counted));
    }
}
