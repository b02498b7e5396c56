//! A record boiled down: what stays, what is left out, and that the order of
//! its lines does not matter.
use crate::common;

use std::path::Path;

use oscost_analysis::verdict::Rules;
use oscost_analysis::{Counter, DIGEST, Digest};
use oscost_record::{Burst, CaseLine, Cpu, Nanos, Ops, Record, Reference, Samples};

/// A real record.
const EXAMPLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../reports/example/record.jsonl"
);

#[test]
fn a_digest_holds_every_case_or_its_reason() {
    let parts = [
        common::measured("thread/create/pthread", 30_000.0),
        common::failed("thread/create/raw", "no work was done"),
        common::skipped("process/create/fork", "no such call"),
    ];
    let (mut cases, lines): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    cases.push(common::info("thread/create/none"));
    let mut record = common::record(7, cases, lines.concat());
    let digest = Digest::of(&record);
    assert_eq!(digest.version, DIGEST);
    let case = &digest.cases[&"thread/create/pthread".into()];
    assert_eq!(case.rounds, 8);
    assert!((case.raw.level / 30_000.0 - 1.0).abs() < 1e-4);
    assert!(case.p99.is_none() && case.relative.is_none() && case.counters.is_empty());
    let reasons: Vec<&str> = digest.missing.values().map(String::as_str).collect();
    assert_eq!(
        reasons,
        [
            "skipped: no such call",
            "the run ended before it",
            "failed: no work was done",
        ]
    );
    record.cases.reverse();
    assert_eq!(Digest::of(&record), digest);
}

#[test]
fn a_digest_survives_its_text() {
    let (case, mut lines) = common::measured("thread/create/pthread", 30_000.0);
    lines[0].samples = Samples::Histogram((1..=100).map(|n| (f64::from(n), 10)).collect());
    let digest = Digest::of(&common::record(7, vec![case], lines));
    let text = serde_json::to_string(&digest).unwrap();
    assert_eq!(serde_json::from_str::<Digest>(&text).unwrap(), digest);
    assert!(digest.cases.values().all(|case| case.p99.is_some()));
}

#[test]
fn counters_are_per_operation_and_migrations_between_bursts() {
    let (case, mut lines) = common::measured("thread/create/pthread", 30_000.0);
    for line in &mut lines {
        line.counters.steal = Some(Nanos(50.0));
        line.bursts = [0, 0, 1]
            .map(|cpu| Burst {
                ops: Ops(5),
                cpus: vec![Cpu(cpu), Cpu(1)],
                ..Burst::default()
            })
            .to_vec();
    }
    lines[3].counters.steal = None;
    let digest = Digest::of(&common::record(7, vec![case], lines));
    let counters = &digest.cases.values().next().unwrap().counters;
    assert_eq!(counters[&Counter::Migrations], 1.0 / 15.0);
    assert_eq!(counters[&Counter::Steal], 50.0 / 15.0);
    assert!(!counters.contains_key(&Counter::MinorFaults));
}

#[test]
fn ratios_to_different_workloads_are_not_mixed() {
    let (case, mut lines) = common::measured("thread/create/pthread", 30_000.0);
    for line in &mut lines {
        line.reference = Some(Reference {
            workload: "pipe@1".into(),
            level: Nanos(10_000.0),
            ratio: 3.0,
        });
    }
    let of = |lines: &[oscost_record::CaseLine]| {
        let record = common::record(7, vec![case.clone()], lines.to_vec());
        Digest::of(&record).cases.into_values().next().unwrap()
    };
    let all = of(&lines);
    assert_eq!(all.reference.as_deref(), Some("pipe@1"));
    assert!((all.relative.unwrap().level - 3.0).abs() < 1e-12);
    lines[2].reference.as_mut().unwrap().workload = "pipe@2".into();
    let mixed = of(&lines);
    assert_eq!((mixed.reference, mixed.relative), (None, None));
}

#[test]
fn a_step_of_the_clock_is_a_share_of_a_sample() {
    let (case, mut lines) = common::measured("thread/create/pthread", 30_000.0);
    for line in &mut lines {
        line.ops_per_sample = Ops(10);
    }
    // The shortest sample decides.
    lines[0].ops_per_sample = Ops(2);
    let mut record = common::record(7, vec![case, common::info("thread/memory/idle")], lines);
    record.run.clock.resolution = Nanos(40.0);
    let rules = Rules::of(&record, &Digest::of(&record));
    let shares: Vec<f64> = rules.resolutions.into_values().collect();
    assert_eq!(shares.len(), 1);
    assert!((shares[0] - 40.0 / 60_000.0).abs() < 1e-6, "{shares:?}");
}

/// What `oscost gate` judges by: a history may be kept in brief.
#[test]
fn a_brief_record_has_the_digest_of_the_whole_one() {
    let whole = Record::read(Path::new(EXAMPLE)).unwrap();
    let mut brief = whole.clone();
    brief.cases = brief.cases.into_iter().map(CaseLine::condensed).collect();
    let (whole, brief) = (Digest::of(&whole), Digest::of(&brief));
    assert_eq!(whole.missing, brief.missing);
    assert_eq!(whole.cases.len(), brief.cases.len());
    let mut tails = Vec::new();
    for (id, case) in &whole.cases {
        let other = &brief.cases[id];
        assert_eq!(case.rounds, other.rounds, "{id:?}");
        // To the last digit.
        assert_eq!(case.raw, other.raw, "{id:?}");
        assert_eq!(case.relative, other.relative, "{id:?}");
        assert_eq!(case.reference, other.reference, "{id:?}");
        assert_eq!(case.p99.is_some(), other.p99.is_some(), "{id:?}");
        if let (Some(tail), Some(condensed)) = (case.p99, other.p99) {
            tails.push((condensed / tail).ln().abs());
        }
        // Where bursts ran is not kept.
        let kept = case.counters.iter();
        let kept = kept.filter(|(counter, _)| **counter != Counter::Migrations);
        assert!(kept.eq(&other.counters), "{id:?}");
    }
    // Of tails the groups of a round tell a little less.
    tails.sort_by(f64::total_cmp);
    let (middle, worst) = (tails[tails.len() / 2], tails[tails.len() - 1]);
    assert!(
        tails.len() > 50 && middle < 0.05 && worst < 0.4,
        "{tails:?}"
    );
}
