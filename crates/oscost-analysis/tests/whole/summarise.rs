//! A record in, summaries out: fates, counters, controls, placements.

use crate::common::{info, line, record};
use oscost_analysis::{Fate, Net, Summary, summarise, summarise_parts};
use oscost_record::{
    Burst, CaseInfo, CaseLine, Counters, Cpu, Nanos, Ops, Outcome, Peers, Placement, Samples, Unit,
};

fn one(info: CaseInfo, lines: Vec<CaseLine>) -> Summary {
    let mut summaries = summarise(&record(1, vec![info], lines));
    assert_eq!(summaries.len(), 1);
    summaries.remove(0)
}

fn ended(info: &CaseInfo, round: u32, outcome: Outcome) -> CaseLine {
    CaseLine {
        outcome,
        ..line(info, round, Samples::default())
    }
}

fn good(info: &CaseInfo, round: u32) -> CaseLine {
    line(info, round, Samples::Raw(vec![10.0, 11.0, 12.0]))
}

#[test]
fn every_fate_is_told() {
    let case = info("thread/create/pthread");
    let failed = |round, why: &str| ended(&case, round, Outcome::Failed(why.into()));
    let skipped = |round| ended(&case, round, Outcome::Skipped("one CPU".into()));
    for (lines, fate) in [
        (vec![], Fate::Missing),
        (vec![good(&case, 0), good(&case, 1)], Fate::Measured),
        (vec![good(&case, 0), skipped(1)], Fate::Measured),
        (
            vec![
                failed(2, "b"),
                good(&case, 0),
                failed(1, "a"),
                failed(3, "a"),
            ],
            Fate::Partly(3, vec!["a".into(), "b".into()]),
        ),
        (
            vec![skipped(0), skipped(1)],
            Fate::Skipped("one CPU".into()),
        ),
        (
            vec![failed(0, "a"), skipped(1)],
            Fate::Failed(vec!["a".into()]),
        ),
    ] {
        let summary = one(case.clone(), lines);
        assert_eq!(summary.fate, fate);
        let measured = matches!(fate, Fate::Measured | Fate::Partly(..));
        assert_eq!(summary.estimate.is_some(), measured);
        assert_eq!(summary.rounds > 0, measured);
    }
}

#[test]
fn a_line_that_cannot_be_used_is_a_failure() {
    let case = info("thread/create/pthread");
    let mut foreign = good(&case, 0);
    foreign.unit = Unit::memory("thread");
    let empty = line(&case, 1, Samples::Raw(vec![f64::NAN]));
    let Fate::Failed(reasons) = one(case, vec![foreign, empty]).fate else {
        panic!("measured without a sample");
    };
    assert!(
        reasons[0].contains("B/thread") && reasons[1].contains("no sample"),
        "{reasons:?}"
    );
}

#[test]
fn the_header_decides_which_cases_and_in_what_order() {
    let (a, b) = (info("thread/create/std"), info("thread/create/clone3"));
    let stranger = info("thread/create/stranger");
    let lines = vec![good(&stranger, 0), good(&b, 0), good(&a, 0)];
    let summaries = summarise(&record(1, vec![a, b], lines));
    let ids: Vec<&str> = summaries.iter().map(|s| s.info.id.0.as_str()).collect();
    assert_eq!(ids, ["thread/create/std", "thread/create/clone3"]);
}

#[test]
fn the_estimate_is_the_median_of_the_round_medians() {
    let case = info("thread/create/pthread");
    let lines = [30.0, 10.0, 20.0]
        .into_iter()
        .zip(0..)
        .map(|(middle, round)| {
            line(
                &case,
                round,
                Samples::Histogram(vec![(middle - 5.0, 1), (middle, 9), (99.0, 1)]),
            )
        });
    let summary = one(case.clone(), lines.collect());
    assert_eq!(summary.estimate.unwrap().value, 20.0);
    assert_eq!(summary.samples, 33);
    assert_eq!(summary.extremes, Some((5.0, 99.0)));
    assert_eq!(summary.distribution.last(), Some(&(99.0, 3)));
    assert!((summary.spread.unwrap() - 0.5).abs() < 1e-12);
}

#[test]
fn a_case_has_its_control_taken_off() {
    let control = info("thread/control/empty");
    let case = CaseInfo {
        control: Some(control.id.clone()),
        ..info("thread/create/pthread")
    };
    let net = |raw: [f64; 8], without: [f64; 8]| {
        let lines =
            (0..8_u32)
                .zip(raw.into_iter().zip(without))
                .flat_map(|(round, (raw, without))| {
                    [
                        line(&case, round, Samples::Raw(vec![raw])),
                        line(&control, round, Samples::Raw(vec![without])),
                    ]
                });
        let lines = lines.collect();
        summarise(&record(1, vec![case.clone(), control.clone()], lines))[0]
            .net
            .unwrap()
    };
    let around = |middle: f64| [-3.0, -2.0, -1.0, -0.5, 0.5, 1.0, 2.0, 3.0].map(|x| middle + x);
    let Net::Above(found) = net(around(100.0), around(10.0)) else {
        panic!("90 above a noise of 3 is seen");
    };
    assert_eq!(found.value, 90.0);
    let Net::BelowResolution(found) = net(around(10.0), around(11.0)) else {
        panic!("-1 in a noise of 3 is not seen");
    };
    assert_eq!(found.value, -1.0);
    assert!(found.low < -1.0 && found.high > 0.0);
}

#[test]
fn no_control_no_net() {
    let case = CaseInfo {
        control: Some("thread/control/empty".into()),
        ..info("thread/create/pthread")
    };
    assert_eq!(one(case.clone(), vec![good(&case, 0)]).net, None);
}

fn burst(ops: u64, elapsed: f64, cpus: &[u32], disturbed: bool) -> Burst {
    Burst {
        ops: Ops(ops),
        elapsed: Nanos(elapsed),
        cpus: cpus.iter().copied().map(Cpu).collect(),
        counters: Counters::default(),
        disturbed,
    }
}

#[test]
fn counters_are_per_operation_and_absent_where_not_counted() {
    let case = info("thread/switch/pipe");
    let mut counted = good(&case, 0);
    counted.bursts = vec![burst(60, 1.0, &[0], false), burst(40, 1.0, &[1], true)];
    counted.cpus = vec![Cpu(1), Cpu(0)];
    counted.counters = Counters {
        voluntary_switches: Some(200),
        user_time: Some(Nanos(1_000.0)),
        system_time: Some(Nanos(3_000.0)),
        ..Counters::default()
    };
    let mut blind = good(&case, 1);
    blind.ops_per_sample = Ops(7);
    let summary = one(case, vec![counted, blind]);
    let each = summary.per_operation;
    assert_eq!(each.voluntary_switches, Some(2.0));
    assert_eq!(each.involuntary_switches, None);
    assert_eq!(each.cpu_time, Some(40.0));
    assert_eq!(each.system_share, Some(0.75));
    assert_eq!(summary.bursts, (2, 1));
    assert_eq!(summary.cpus, vec![Cpu(0), Cpu(1)]);
    assert_eq!(summary.ops_per_sample, 7);
}

#[test]
fn without_bursts_operations_are_those_of_the_samples() {
    let case = info("thread/create/pthread");
    let mut counted = good(&case, 0);
    counted.ops_per_sample = Ops(10);
    counted.counters.minor_faults = Some(60);
    assert_eq!(
        one(case, vec![counted]).per_operation.minor_faults,
        Some(2.0)
    );
}

#[test]
fn free_pairs_tell_where_they_ran() {
    let free = CaseInfo {
        peers: Some(Peers::Threads),
        ..info("thread/switch/pipe/placement=free")
    };
    let pinned = CaseInfo {
        placement: Placement::SameCpu,
        ..free.clone()
    };
    let mut seen = good(&free, 0);
    seen.bursts = vec![
        burst(10, 900.0, &[0, 1], false),
        burst(10, 50.0, &[0, 0], false),
        burst(10, 30.0, &[0, 0], false),
        burst(10, 40.0, &[0, 0], false),
    ];
    let placements = one(free, vec![seen.clone()]).placements;
    assert_eq!(placements.len(), 2);
    assert_eq!((placements[0].bursts, placements[0].median), (3, 4.0));
    assert_eq!(placements[1].cpus, vec![Cpu(0), Cpu(1)]);
    assert!(one(pinned, vec![seen]).placements.is_empty());
}

#[test]
fn parts_and_figures_are_medians_over_rounds_with_intervals() {
    let case = info("thread/memory/pthread/tasks=10");
    let lines = [3.0, 1.0, 8.0].into_iter().zip(0..).map(|(value, round)| {
        let mut line = good(&case, round);
        line.counters.parts = [("resident".into(), value)].into();
        line.counters.figures = [("fair_share".into(), value / 10.0)].into();
        line
    });
    let summary = one(case.clone(), lines.collect());
    for (found, name, middle) in [
        (&summary.parts, "resident", 3.0),
        (&summary.figures, "fair_share", 0.3),
    ] {
        let [(found, estimate)] = found.as_slice() else {
            panic!("one name in, one name out");
        };
        assert_eq!((found.as_str(), estimate.value), (name, middle));
        assert!(
            estimate.low < middle && middle < estimate.high,
            "{estimate:?}"
        );
    }
}

#[test]
fn a_part_that_one_round_lacks_is_that_of_the_others() {
    let case = info("thread/memory/pthread/tasks=10");
    let mut told = good(&case, 0);
    told.counters.parts = [("kernel_stack".into(), 16.0)].into();
    let summary = one(case.clone(), vec![told, good(&case, 1)]);
    assert_eq!(summary.parts[0].1.value, 16.0);
}

#[test]
fn a_record_in_parts_has_the_same_summaries_but_no_distributions() {
    let names = [
        "thread/create/pthread",
        "thread/create/none",
        "thread/exit/x",
    ];
    let mut infos = names.map(info);
    // In another part than its case.
    infos[0].control = Some(infos[1].id.clone());
    let values = [30.0, 10.0, 20.0];
    let part = |members: &[usize]| {
        let lines = members.iter().flat_map(|&member| {
            let value = values[member];
            let samples = move |round| vec![value, value + f64::from(round)];
            let case = &infos[member];
            (0..6).map(move |round| line(case, round, Samples::Raw(samples(round))))
        });
        let cases = members.iter().map(|&member| infos[member].clone());
        record(1, cases.collect(), lines.collect())
    };
    let parts = [part(&[0, 2]), part(&[1])].map(Ok::<_, &str>);
    let told = summarise_parts(parts).unwrap();
    let mut whole = summarise(&part(&[0, 2, 1]));
    assert!(matches!(whole[0].net, Some(Net::Above(_))));
    assert!(whole.iter().all(|summary| !summary.distribution.is_empty()));
    for summary in &mut whole {
        summary.distribution.clear();
    }
    assert_eq!(told, whole);
    let broken = [Ok(part(&[0])), Err("unreadable")];
    assert_eq!(summarise_parts(broken), Err("unreadable"));
}
