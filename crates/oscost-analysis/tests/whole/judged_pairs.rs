//! From the lines of pairs to verdicts: what each pair says, what cannot be
//! judged, and which counters moved along.

use crate::common::{Noise, info, record};
use oscost_analysis::Counter;
use oscost_analysis::verdict::{
    Census, JudgedPairs, Judgement, Reason, Statistic, Verdict, difference, side_of, suspects,
};
use oscost_record::{
    Aspect, Burst, CaseInfo, Counters, Nanos, Ops, Outcome, PairLine, PairsHead, Side, Sides,
    Stage, Variant,
};

fn head(ids: &[&str]) -> PairsHead {
    let cases: Vec<CaseInfo> = ids.iter().map(|id| info(id)).collect();
    let mut run = record(1, cases, Vec::new()).run;
    run.clock.resolution = Nanos(10.0);
    PairsHead::of(run, Variant::default(), Variant::default())
}

/// A process whose bursts lie around `level`, with so many switches per
/// operation.
fn side(level: f64, switches: u64, noise: &mut Noise) -> Side {
    let bursts = (0..6).map(|_| {
        let value = level * (0.01 * noise.normal()).exp();
        let burst = Burst {
            ops: Ops(100),
            elapsed: Nanos(100.0 * value),
            counters: Counters {
                voluntary_switches: Some(100 * switches),
                ..Counters::default()
            },
            ..Burst::default()
        };
        (burst, vec![value; 100])
    });
    side_of(Aspect::Switch, bursts.collect())
}

fn pair(id: &str, stage: Stage, round: u32, b: (f64, u64), noise: &mut Noise) -> PairLine {
    PairLine {
        id: id.into(),
        stage,
        round,
        outcome: Outcome::Measured,
        ops_per_sample: Ops(1),
        sides: Some(Sides {
            a: side(1_000.0, 2, noise),
            b: side(b.0, b.1, noise),
            again: side(1_000.0, 2, noise),
        }),
    }
}

/// Both looks at one case in which B has such a level and so many switches.
fn looks(id: &str, b: (f64, u64), noise: &mut Noise) -> Vec<PairLine> {
    let first = (0..10).map(|round| (Stage::Screening, round));
    let second = (0..20).map(|round| (Stage::Confirming, round));
    let both = first.chain(second);
    both.map(|(stage, round)| pair(id, stage, round, b, noise))
        .collect()
}

fn of<'a>(found: &'a JudgedPairs, id: &str) -> &'a Judgement {
    let mut all = found.judgements.iter();
    all.find(|one| one.id.0 == id && one.statistic == Statistic::Median)
        .unwrap()
}

#[test]
fn what_grew_is_suspected_then_confirmed_and_its_counters_are_told() {
    let mut noise = Noise::new(1);
    let ids = ["thread/switch/slower", "thread/switch/alike"];
    let head = head(&ids);
    let mut lines = looks(ids[0], (1_200.0, 4), &mut noise);
    let alike = looks(ids[1], (1_000.0, 2), &mut noise);
    lines.extend(
        alike
            .into_iter()
            .filter(|line| line.stage == Stage::Screening),
    );
    let first = JudgedPairs::screened(&head, &lines);
    assert_eq!(suspects(&first.judgements), vec![ids[0].into()]);
    let found = JudgedPairs::judged(&head, &lines);
    assert_eq!(of(&found, ids[0]).verdict, Verdict::Regressed);
    assert_eq!(of(&found, ids[1]).verdict, Verdict::Same);
    let ratio = of(&found, ids[0]).ratio.unwrap().value;
    assert!((ratio - 1.2).abs() < 0.02, "{ratio}");
    let moved = found.moved(&head, &lines);
    assert_eq!(moved.len(), 1);
    let counters: Vec<Counter> = moved[&ids[0].into()]
        .iter()
        .map(|moved| moved.counter)
        .collect();
    assert_eq!(counters, [Counter::VoluntarySwitches]);
    assert_eq!(found, JudgedPairs::judged(&head, &lines));
}

#[test]
fn every_case_gets_a_judgement_in_the_order_of_the_header() {
    let mut noise = Noise::new(2);
    let ids = ["z/measured", "m/failed", "k/skipped", "b/ended", "a/zero"];
    let head = head(&ids);
    let mut lines = looks(ids[0], (1_000.0, 2), &mut noise);
    lines.truncate(10);
    for (id, outcome) in [
        (ids[1], Outcome::Failed("B: broke".into())),
        (ids[2], Outcome::Skipped("no such thing".into())),
    ] {
        let mut line = pair(id, Stage::Screening, 0, (1.0, 1), &mut noise);
        (line.outcome, line.sides) = (outcome, None);
        lines.push(line);
    }
    lines.extend((0..10).map(|round| {
        let mut line = pair(ids[4], Stage::Screening, round, (0.0, 1), &mut noise);
        line.sides.as_mut().unwrap().a.medians = vec![0.0; 6];
        line
    }));
    let found = JudgedPairs::judged(&head, &lines);
    let medians = found
        .judgements
        .iter()
        .filter(|one| one.statistic == Statistic::Median);
    let order: Vec<&str> = medians.map(|one| one.id.0.as_str()).collect();
    assert_eq!(order, ids);
    let why = |id| of(&found, id).reason.to_string();
    assert_eq!(of(&found, ids[0]).verdict, Verdict::Same);
    assert!(why(ids[1]).contains("failed: B: broke"), "{}", why(ids[1]));
    assert!(why(ids[2]).contains("skipped: no such thing"));
    assert!(why(ids[3]).contains("ended before it"));
    assert_eq!(of(&found, ids[4]).reason, Reason::NoRatio);
    assert_eq!(
        Census::of(&found.judgements).count(Verdict::Inconclusive),
        4
    );
}

#[test]
fn a_program_that_differs_from_itself_voids_all() {
    let mut noise = Noise::new(3);
    let ids = ["thread/switch/odd", "thread/switch/alike"];
    let head = head(&ids);
    let mut lines = looks(ids[0], (1_300.0, 2), &mut noise);
    lines.extend(looks(ids[1], (1_000.0, 2), &mut noise));
    for line in &mut lines {
        if line.id.0 == ids[0] {
            line.sides.as_mut().unwrap().again = side(1_500.0, 2, &mut noise);
        }
    }
    let found = JudgedPairs::judged(&head, &lines);
    assert!(
        found
            .judgements
            .iter()
            .all(|one| one.verdict == Verdict::Invalid)
    );
    let (stage, alarm) = found.alarm.unwrap();
    assert!(alarm.in_words(stage).contains("thread/switch/odd"));
}

#[test]
fn an_emulated_machine_is_not_judged() {
    let mut noise = Noise::new(4);
    let mut head = head(&["thread/switch/slower"]);
    head.machine.emulated = Some("qemu".into());
    let lines = looks("thread/switch/slower", (2_000.0, 2), &mut noise);
    let found = JudgedPairs::judged(&head, &lines);
    assert_eq!(of(&found, "thread/switch/slower").verdict, Verdict::Invalid);
}

#[test]
fn a_pair_tells_the_median_of_neighbours() {
    let of = |medians: &[f64]| Side {
        medians: medians.to_vec(),
        ..Side::default()
    };
    // Both slow down together; one burst of B was disturbed.
    let (a, b) = (of(&[1.0, 2.0, 4.0]), of(&[1.1, 20.0, 4.4]));
    assert!((difference(&a, &b) - 1.1_f64.ln()).abs() < 1e-12);
    assert_eq!(difference(&a, &b), -difference(&b, &a));
    assert!(difference(&of(&[]), &of(&[])).is_nan());
}

#[test]
fn a_p99_needs_a_thousand_samples() {
    let taken = |count: usize| {
        let values: Vec<f64> = (0..count).map(|value| value as f64).collect();
        side_of(Aspect::Switch, vec![(Burst::default(), values)])
    };
    assert_eq!(taken(999).p99, None);
    assert_eq!(taken(1_001).p99, Some(990.0));
    let level = side_of(Aspect::Memory, vec![(Burst::default(), vec![1.0; 2_000])]);
    assert_eq!((level.p99, level.samples), (None, 2_000));
}
