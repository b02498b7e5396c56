//! Two records side by side: what is compared, what is marked, what is left
//! out and why, and that the order of the two does not matter.

use crate::common::{failed, info, line, measured, record, skipped};
use oscost_analysis::{
    Area, Change, Comparison, Counter, Fate, MeanRatio, NoRatio, Scope, compare,
};
use oscost_record::{
    Aspect, CaseInfo, CaseLine, Counters, Machine, Nanos, Ops, Quantity, Record, Samples, Unit,
};
use proptest::prelude::*;

type Case = (CaseInfo, Vec<CaseLine>);

fn of(cases: Vec<Case>) -> Record {
    let (infos, lines): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    record(1, infos, lines.concat())
}

fn ids(comparison: &Comparison) -> Vec<&str> {
    let cases = comparison.cases.iter();
    cases.map(|case| case.info.id.0.as_str()).collect()
}

const FORK: &str = "process/create/fork";
const VFORK: &str = "process/create/vfork";
const PIPE: &str = "process/switch/pipe/placement=same-cpu";
const KEEP: &str = "thread/memory/pthread/tasks=10";
const MAKE: &str = "thread/create/pthread";

fn two() -> (Record, Record) {
    let before = of(vec![
        measured(FORK, 100.0),
        measured(VFORK, 100.0),
        measured(PIPE, 100.0),
        measured(KEEP, 4_096.0),
        measured(MAKE, 100.0),
    ]);
    let after = of(vec![
        measured(MAKE, 101.0),
        measured(FORK, 150.0),
        measured(VFORK, 25.0),
        measured(PIPE, 102.0),
        measured(KEEP, 8_192.0),
    ]);
    (before, after)
}

#[test]
fn the_largest_change_stands_first_in_its_suite() {
    let (before, after) = two();
    let found = compare(&before, &after, 0.05);
    assert_eq!(ids(&found), [VFORK, FORK, PIPE, KEEP, MAKE]);
    let changes: Vec<&str> = found
        .cases
        .iter()
        .map(|case| case.change.word(case.info.unit.quantity))
        .collect();
    assert_eq!(
        changes,
        [
            "faster",
            "slower",
            "not told apart",
            "larger",
            "not told apart"
        ]
    );
    assert!((found.cases[1].ratio.value - 1.5).abs() < 1e-9);
    assert!(found.uncompared.is_empty() && found.differences.is_empty() && found.same_machine);
}

#[test]
fn times_and_bytes_are_averaged_apart() {
    let (before, after) = two();
    let found = compare(&before, &after, 0.05);
    let of = |scope: &Scope, quantity: Quantity| -> Option<&MeanRatio> {
        let mut means = found.means.iter();
        means.find(|mean| mean.scope == *scope && mean.quantity == quantity)
    };
    let all = of(&Scope::All, Quantity::Time).unwrap();
    assert_eq!(all.cases, 4);
    let expected = (1.5_f64 * 0.25 * 1.02 * 1.01).powf(0.25);
    assert!((all.ratio.value - expected).abs() < 1e-9, "{all:?}");
    assert_eq!(of(&Scope::All, Quantity::Memory).unwrap().cases, 1);
    let make = Scope::Aspect("process".into(), Aspect::Create);
    assert_eq!(of(&make, Quantity::Time).unwrap().cases, 2);
    assert_eq!(of(&make, Quantity::Memory), None);
    assert_eq!(
        of(&Scope::Suite("thread".into()), Quantity::Time)
            .unwrap()
            .cases,
        1
    );
}

#[test]
fn what_has_no_ratio_is_named_with_its_reason() {
    let (mut other_unit, mut lines) = measured(PIPE, 100.0);
    other_unit.unit = Unit::time("one way");
    for line in &mut lines {
        line.unit = other_unit.unit.clone();
    }
    let before = of(vec![
        measured(FORK, 100.0),
        skipped(VFORK, "no vfork here"),
        measured(PIPE, 100.0),
        measured(KEEP, 0.0),
    ]);
    let after = of(vec![
        failed(FORK, "EAGAIN"),
        measured(VFORK, 100.0),
        (other_unit, lines),
        measured(KEEP, 4_096.0),
        measured(MAKE, 1.0),
    ]);
    let found = compare(&before, &after, 0.05);
    assert!(found.cases.is_empty() && found.means.is_empty());
    let named: Vec<&str> = found
        .uncompared
        .iter()
        .map(|case| case.id.0.as_str())
        .collect();
    assert_eq!(named, [FORK, VFORK, PIPE, KEEP, MAKE]);
    let [fork, vfork, pipe, keep, make] = found.uncompared.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(fork.after, Some(Fate::Failed(vec!["EAGAIN".into()])));
    assert_eq!(vfork.before, Some(Fate::Skipped("no vfork here".into())));
    let units = NoRatio::Units(Unit::time("round trip"), Unit::time("one way"));
    assert_eq!(pipe.why, Some(units));
    assert_eq!(keep.why, Some(NoRatio::NotAboveZero));
    assert_eq!(
        (make.before.clone(), make.after.clone()),
        (None, Some(Fate::Measured))
    );
}

#[test]
fn a_marked_case_names_the_counters_that_moved_with_it() {
    let case = |id: &str, middle: f64, switches: u64| {
        let info = info(id);
        let lines = (0..8).map(|round| {
            let mut line = line(&info, round, Samples::Raw(vec![middle; 10]));
            line.counters = Counters {
                voluntary_switches: Some(switches + u64::from(round % 2)),
                minor_faults: Some(400),
                user_time: Some(Nanos(middle)),
                system_time: Some(Nanos(middle)),
                ..Counters::default()
            };
            line.ops_per_sample = Ops(10);
            line
        });
        let lines = lines.collect();
        (info, lines)
    };
    let before = of(vec![case(FORK, 100.0, 100), case(VFORK, 100.0, 100)]);
    let after = of(vec![case(FORK, 200.0, 300), case(VFORK, 100.0, 300)]);
    let found = compare(&before, &after, 0.05);
    let moved: Vec<Counter> = found.cases[0]
        .moved
        .iter()
        .map(|moved| moved.counter)
        .collect();
    assert_eq!(moved, [Counter::VoluntarySwitches, Counter::CpuTime]);
    assert!((found.cases[0].moved[0].after.value - 3.005).abs() < 1e-9);
    assert_eq!(found.cases[1].change, Change::NotToldApart);
    assert!(found.cases[1].moved.is_empty());
}

#[test]
fn what_differs_between_two_machines_is_named() {
    let (before, mut after) = two();
    after.run.machine = Machine {
        cores: 64,
        ..Machine::default()
    }
    .keyed();
    after
        .run
        .configuration
        .0
        .insert("kernel".into(), "6.1".into());
    after.run.tool.version = "0.2.0".into();
    let found = compare(&before, &after, 0.05);
    let named: Vec<(Area, &str)> = found
        .differences
        .iter()
        .map(|difference| (difference.area, difference.name.as_str()))
        .collect();
    assert_eq!(
        named,
        [
            (Area::Machine, "cores"),
            (Area::Configuration, "kernel"),
            (Area::Program, "tool"),
        ]
    );
    assert!(!found.same_machine);
}

fn reversed(change: Change) -> Change {
    match change {
        Change::Rose => Change::Fell,
        Change::Fell => Change::Rose,
        Change::NotToldApart => Change::NotToldApart,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_other_way_round_is_the_inverse(
        middles in proptest::collection::vec((10.0..1e6_f64, 0.5..2.0_f64), 1..6),
        threshold in 0.0..0.3_f64,
    ) {
        let side = |of_pair: fn(&(f64, f64)) -> f64| {
            let cases = middles.iter().enumerate();
            of(cases.map(|(i, pair)| measured(&format!("thread/create/x{i}"), of_pair(pair))).collect())
        };
        let (before, after) = (side(|pair| pair.0), side(|pair| pair.0 * pair.1));
        let there = compare(&before, &after, threshold);
        let back = compare(&after, &before, threshold);
        prop_assert_eq!(ids(&there).len(), middles.len());
        for case in &there.cases {
            let mirrored = back.cases.iter().find(|other| other.info.id == case.info.id).unwrap();
            prop_assert_eq!(case.change, reversed(mirrored.change));
            for (a, b) in [
                (case.ratio.value, mirrored.ratio.value),
                (case.ratio.low, mirrored.ratio.high),
                (case.ratio.high, mirrored.ratio.low),
            ] {
                prop_assert!((a * b - 1.0).abs() < 1e-9);
            }
        }
        for (mean, other) in there.means.iter().zip(&back.means) {
            prop_assert!((mean.ratio.low * other.ratio.high - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_record_does_not_differ_from_itself(middle in 10.0..1e6_f64) {
        let record = of(vec![measured(FORK, middle), measured(KEEP, middle)]);
        let found = compare(&record, &record, 0.0);
        prop_assert!(found.cases.iter().all(|case| case.change == Change::NotToldApart
            && case.ratio.value == 1.0 && case.moved.is_empty()));
        prop_assert!(found.differences.is_empty());
    }
}
