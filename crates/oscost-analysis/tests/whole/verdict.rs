//! Verdicts on records and pairs made by hand: each way to each verdict once.

use crate::common::Noise;
use crate::judging::{Behaviour, digest, id, pairs, record, records};
use oscost_analysis::verdict::{
    Alarm, Baseline, Census, Deciding, Direction, Judgement, Outcome, Pairs, Reason, Rules, Scale,
    Statistic, Verdict, confirm, confirm_pairs, control, gate, screen, suspects,
};
use oscost_analysis::{CaseDigest, Digest, Level};

const STEADY: Behaviour = Behaviour::unchanged(0.002);

const SLOWER: Behaviour = Behaviour {
    change: 0.2,
    ..STEADY
};

fn one(judgements: Vec<Judgement>) -> Judgement {
    let [judgement] = <[Judgement; 1]>::try_from(judgements).unwrap();
    judgement
}

fn gated(now: &Digest, history: &[Digest]) -> Judgement {
    one(gate(now, Baseline::History(history), &Rules::default()))
}

/// Ten records of one case and a new one, each changed in place.
fn changed(each: impl Fn(usize, &mut CaseDigest)) -> (Digest, Vec<Digest>) {
    let mut all = records(11, &[STEADY], &mut Noise::new(1));
    for (place, digest) in all.iter_mut().enumerate() {
        each(place, digest.cases.get_mut(&id(0)).unwrap());
    }
    (all.pop().unwrap(), all)
}

#[test]
fn an_unchanged_case_is_the_same() {
    let (now, history) = changed(|_, _| {});
    let judgement = gated(&now, &history);
    assert_eq!(
        (judgement.verdict, &judgement.reason),
        (Verdict::Same, &Reason::Within)
    );
    let footing = judgement.footing.unwrap();
    assert_eq!((footing.records, footing.scale), (10, Scale::Raw));
    assert_eq!(footing.since, history[0].started);
    let ratio = judgement.ratio.unwrap();
    assert!(ratio.low < 1.0 && ratio.high > 1.0, "{ratio:?}");
    assert_eq!(judgement.delta.unwrap().decided_by, Deciding::Floor);
}

#[test]
fn a_suspicion_is_no_verdict_until_measured_anew() {
    let mut noise = Noise::new(2);
    let history = records(10, &[STEADY, STEADY], &mut noise);
    let now = record(10, &[STEADY, SLOWER], &mut noise);
    let rules = Rules::default();
    let judgements = gate(&now, Baseline::History(&history), &rules);
    assert_eq!(suspects(&judgements), [id(1)]);
    assert_eq!(judgements[1].reason, Reason::Suspected(Direction::Slower));
    let census = Census::of(&judgements);
    assert_eq!(census.count(Verdict::Inconclusive), 1);
    assert_eq!(Outcome::of(&census, true), Outcome::Clear);

    let mut found_again = judgements.clone();
    confirm(
        &mut found_again,
        &records(3, &[STEADY, SLOWER], &mut noise),
        &rules,
    );
    assert_eq!(found_again[1].verdict, Verdict::Regressed);
    assert_eq!(found_again[1].suspicion, None);
    assert!((found_again[1].ratio.unwrap().value.ln() - 0.2).abs() < 0.02);
    assert_eq!(found_again[0], judgements[0]);
    let outcome = Outcome::of(&Census::of(&found_again), false);
    assert_eq!(outcome, Outcome::Regression);

    let mut gone = judgements.clone();
    confirm(
        &mut gone,
        &records(3, &[STEADY, STEADY], &mut noise),
        &rules,
    );
    assert_eq!(gone[1].verdict, Verdict::Same);
    assert_eq!(gone[1].reason, Reason::NotConfirmed(Direction::Slower));

    let mut lost = judgements;
    confirm(&mut lost, &[digest(0, [].into())], &rules);
    assert_eq!(
        (lost[1].verdict, lost[1].suspicion),
        (Verdict::Inconclusive, None)
    );
}

#[test]
fn an_improvement_is_found_as_well() {
    let mut noise = Noise::new(3);
    let faster = Behaviour {
        change: -0.2,
        ..STEADY
    };
    let history = records(10, &[STEADY], &mut noise);
    let rules = Rules::default();
    let now = record(10, &[faster], &mut noise);
    let mut judgements = gate(&now, Baseline::History(&history), &rules);
    confirm(&mut judgements, &records(1, &[faster], &mut noise), &rules);
    assert_eq!(one(judgements).verdict, Verdict::Improved);
}

#[test]
fn the_steadier_scale_is_chosen_and_named() {
    let weather = |place: usize| ((place * 37) % 11) as f64 * 0.03;
    let relative = |name: &str| {
        let name = name.to_owned();
        changed(move |place, case| {
            case.relative = Some(case.raw);
            case.raw.level *= weather(place).exp();
            case.reference = Some(name.clone());
        })
    };
    let (now, history) = relative("pipe@1");
    let judgement = gated(&now, &history);
    assert_eq!(
        judgement.footing.unwrap().scale,
        Scale::Relative("pipe@1".into())
    );
    assert_eq!(judgement.verdict, Verdict::Same);
    // Ratios to another version of the workload are no ratios to this one.
    let (now, _) = relative("pipe@2");
    assert_eq!(gated(&now, &history).footing.unwrap().scale, Scale::Raw);
}

#[test]
fn a_history_counts_since_its_last_change() {
    let mut noise = Noise::new(4);
    let mut history = records(20, &[STEADY], &mut noise);
    history.extend(records(12, &[SLOWER], &mut noise));
    let now = record(32, &[SLOWER], &mut noise);
    let judgement = gated(&now, &history);
    assert_eq!(judgement.verdict, Verdict::Same);
    assert_eq!(judgement.footing.unwrap().records, 12);
    // Four records of a new level are too few: with the old ones they tell how
    // little can be seen.
    let judgement = gated(&now, &history[..24]);
    assert_eq!(judgement.reason, Reason::TooNoisy);
    assert_eq!(judgement.footing.unwrap().records, 20);
}

#[test]
fn what_cannot_be_judged_says_why() {
    let (now, history) = changed(|_, _| {});
    assert_eq!(
        gated(&now, &history[..3]).reason,
        Reason::TooFewRecords(5, 3)
    );
    assert_eq!(gated(&now, &[]).reason, Reason::New);
    let (zero, _) = changed(|_, case| case.raw.level = 0.0);
    assert_eq!(gated(&zero, &history).reason, Reason::NoRatio);

    let mut gone = now.clone();
    gone.cases.clear();
    gone.missing.insert(id(0), "skipped: no such call".into());
    gone.missing.insert(id(1), "skipped: never was".into());
    let judgement = gated(&gone, &history);
    assert_eq!(
        judgement.reason,
        Reason::NotMeasured("skipped: no such call".into())
    );
    let census = Census::of(&[judgement]);
    assert_eq!(Outcome::of(&census, false), Outcome::Clear);
    assert_eq!(Outcome::of(&census, true), Outcome::NothingJudged);
}

#[test]
fn a_noisy_history_is_told_with_what_it_could_have_seen() {
    let mut noise = Noise::new(5);
    let noisy = Behaviour::unchanged(0.1);
    let history = records(20, &[noisy], &mut noise);
    let now = digest(
        20,
        [(
            id(0),
            CaseDigest {
                raw: Level {
                    level: 1.15e4,
                    spread: 0.1,
                },
                ..noisy.case(&mut noise)
            },
        )]
        .into(),
    );
    let judgement = gated(&now, &history);
    assert_eq!(
        (judgement.verdict, judgement.reason),
        (Verdict::Inconclusive, Reason::TooNoisy)
    );
    let delta = judgement.delta.unwrap();
    assert_eq!(delta.decided_by, Deciding::Noise);
    assert!(judgement.smallest.unwrap() > delta.share && delta.share > 0.15);
}

#[test]
fn a_coarse_clock_raises_delta() {
    let (now, history) = changed(|_, _| {});
    let rules = Rules {
        resolutions: [(id(0), 0.06)].into(),
    };
    let judgement = one(gate(&now, Baseline::History(&history), &rules));
    let delta = judgement.delta.unwrap();
    assert_eq!(
        (delta.share, delta.decided_by),
        (0.06, Deciding::Resolution)
    );
}

#[test]
fn a_restless_record_is_held_to_its_own_noise() {
    let (now, history) = changed(|place, case| {
        if place == 10 {
            case.raw.level *= 1.1;
            case.raw.spread = 0.5;
        }
    });
    let judgement = gated(&now, &history);
    assert_eq!(
        (judgement.suspicion, judgement.reason),
        (None, Reason::TooNoisy)
    );
}

#[test]
fn tails_are_judged_beside_medians() {
    let (now, history) = changed(|place, case| {
        let tail = if place == 10 { 3.0 } else { 1.0 };
        case.p99 = Some(case.raw.level * 2.0 * tail);
    });
    let judgements = gate(&now, Baseline::History(&history), &Rules::default());
    let found: Vec<_> = judgements
        .iter()
        .map(|j| (j.statistic, j.suspicion))
        .collect();
    let tail = (Statistic::P99, Some(Direction::Slower));
    assert_eq!(found, [(Statistic::Median, None), tail]);
    assert_eq!(suspects(&judgements), [id(0)]);
    // One record does not tell how far a tail strays.
    let judgements = gate(&now, Baseline::Record(&history[0]), &Rules::default());
    assert_eq!(judgements[1].reason, Reason::NoSpread);
    assert_eq!(judgements[0].footing.as_ref().unwrap().records, 1);
}

#[test]
fn pairs_of_equals_are_the_same_and_few_are_too_few() {
    let mut noise = Noise::new(6);
    let judgement = one(screen(&[pairs(0, 12, 0.0, 0.005, &mut noise)]));
    assert_eq!(judgement.verdict, Verdict::Same);
    let judgement = one(screen(&[pairs(0, 4, 0.0, 0.005, &mut noise)]));
    assert_eq!(judgement.reason, Reason::TooFewPairs(6, 4));
}

#[test]
fn pairs_suspect_first_and_decide_by_fresh_ones() {
    let mut noise = Noise::new(7);
    let cases: Vec<Pairs> = [0.0, 0.1, -0.1]
        .iter()
        .zip(0..)
        .map(|(&change, case)| pairs(case, 10, change, 0.01, &mut noise))
        .collect();
    let screened = screen(&cases);
    assert_eq!(suspects(&screened), [id(1), id(2)]);
    let mut fresh = |change: f64, n: usize| {
        let mut judgements = screened.clone();
        let again = [1, 2].map(|case| pairs(case, n, change, 0.01, &mut noise));
        confirm_pairs(&mut judgements, &again);
        judgements
            .into_iter()
            .map(|j| (j.verdict, j.reason))
            .collect::<Vec<_>>()
    };
    let slower = Reason::Confirmed(Direction::Slower);
    let not_faster = Reason::NotConfirmed(Direction::Faster);
    let again = fresh(0.1, 20);
    assert_eq!(again[1], (Verdict::Regressed, slower));
    // What was suspected of being faster is not condemned as slower.
    assert_eq!(again[2], (Verdict::Inconclusive, not_faster));
    assert_eq!(fresh(0.0, 20)[1].0, Verdict::Same);
    assert_eq!(fresh(0.1, 19)[1].1, Reason::TooFewPairs(20, 19));
}

#[test]
fn a_null_control_that_differs_voids_the_run() {
    let mut noise = Noise::new(8);
    let mut cases: Vec<Pairs> = (0..20)
        .map(|case| pairs(case, 10, 0.0, 0.01, &mut noise))
        .collect();
    assert_eq!(control(&cases), None);
    let sound = cases.clone();
    for x in &mut cases[3].null {
        *x += 0.5;
    }
    assert!(matches!(control(&cases), Some(Alarm::OneNull { case, .. }) if case == id(3).0));
    assert!(
        screen(&cases)
            .iter()
            .all(|j| (j.verdict, &j.reason) == (Verdict::Invalid, &Reason::Control))
    );

    let mut drifting = sound;
    for pairs in drifting.iter_mut().take(12) {
        pairs.null = (1..=10)
            .map(|n| 0.021 + 0.02 * f64::from(n % 5) - 0.02)
            .collect();
    }
    assert_eq!(control(&drifting), Some(Alarm::TooMany { odd: 12, of: 20 }));
}

#[test]
fn the_same_input_gives_the_same_verdicts_to_the_byte() {
    let mut noise = Noise::new(9);
    let cases: Vec<Behaviour> = (1_i32..40)
        .map(|n| Behaviour::unchanged(0.002 * f64::from(n)))
        .collect();
    let history = records(60, &cases, &mut noise);
    let now = record(60, &cases, &mut noise);
    let text = || {
        let judged = gate(&now, Baseline::History(&history), &Rules::default());
        serde_json::to_string(&(&judged, Census::of(&judged))).unwrap()
    };
    assert_eq!(text(), text());
    assert!(text().contains("\"verdict\":\"same\""));
}
