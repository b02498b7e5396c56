//! What frozen workloads gain, of records whose drift is known.
use crate::common;

use oscost_analysis::steadiness;
use oscost_record::{CaseInfo, CaseLine, Nanos, Record, Reference, Samples};

/// Nine rounds in which the machine drifts by 10 % from each to the next, and
/// the case with it, but for a hundredth.
fn drifting(id: &str) -> (CaseInfo, Vec<CaseLine>) {
    let (info, lines) = common::measured(id, 30_000.0);
    let line = lines[0].clone();
    let rounds = (0..9).map(|round| {
        let machine = 1.1_f64.powi(round);
        let own = 1.0 + 0.01 * f64::from(round % 2);
        let mut line = line.clone();
        line.round = round.cast_unsigned();
        line.samples = Samples::Raw(vec![30_000.0 * machine * own; 16]);
        line.reference = Some(Reference {
            workload: "pipe@1".into(),
            level: Nanos(5_000.0 * machine),
            ratio: 6.0 * own,
        });
        line
    });
    (info, rounds.collect())
}

fn record(parts: Vec<(CaseInfo, Vec<CaseLine>)>) -> Record {
    let (cases, lines): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    common::record(7, cases, lines.concat())
}

#[test]
fn what_both_drift_by_is_gone_from_the_ratio() {
    let found = steadiness(&record(vec![
        drifting("thread/create/pthread"),
        drifting("process/create/fork"),
        common::measured("ipc/talk/pipe", 1_000.0),
    ]));
    let suites: Vec<_> = found
        .iter()
        .map(|one| (one.suite.as_str(), one.cases))
        .collect();
    assert_eq!(suites, [("thread", 1), ("process", 1), ("all", 2)]);
    for one in &found {
        assert_eq!(one.steadier, one.cases);
        assert!(one.raw > 0.2 && one.relative < 0.02, "{one:?}");
    }
}

#[test]
fn few_rounds_and_mixed_workloads_tell_nothing() {
    let few = |(info, mut lines): (CaseInfo, Vec<CaseLine>)| {
        lines.truncate(4);
        (info, lines)
    };
    let mixed = |(info, mut lines): (CaseInfo, Vec<CaseLine>)| {
        lines[3].reference.as_mut().unwrap().workload = "pipe@2".into();
        (info, lines)
    };
    let case = || drifting("thread/create/pthread");
    assert!(steadiness(&record(vec![few(case())])).is_empty());
    assert!(steadiness(&record(vec![mixed(case())])).is_empty());
}
