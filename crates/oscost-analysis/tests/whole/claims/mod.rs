//! Every rule, from records made by hand: with figures that make it hold, fail
//! and stay undecided.

mod alone;
mod book;
mod kernel;
mod kinds;
mod scenario;
mod talk;

use book::claim;
use oscost_analysis::{Claim, Verdict, claims};

#[test]
fn the_order_of_the_cases_does_not_matter() {
    let forward = [
        ("process/create/fork/rss=0MiB", 205_000.0),
        ("thread/create/pthread", 31_000.0),
    ];
    let mut backward = forward;
    backward.reverse();
    let words = |claim: Claim| (claim.verdict, claim.finding);
    assert_eq!(words(claim(1, &forward)), words(claim(1, &backward)));
}

#[test]
fn a_claim_that_was_not_measured_names_its_cases() {
    let all = claims(&[]);
    let why = |number: usize| match &all[number - 1].verdict {
        Verdict::NotMeasured(why) => why.clone(),
        other => panic!("{other}"),
    };
    assert_eq!(
        why(1),
        "process/create/fork/rss=0MiB (not part of this run), thread/create/pthread (not part of this run)"
    );
    assert!(why(2).ends_with(", and 4 more"), "{}", why(2));
    assert!(why(20).starts_with("16 of 16 ways were not part of this run: pipe, "));
}

#[test]
fn a_claim_leads_to_its_cases() {
    let found = claim(
        1,
        &[
            ("process/create/fork/rss=0MiB", 205_000.0),
            ("thread/create/pthread", 31_000.0),
        ],
    );
    let cases: Vec<&str> = found.cases().into_iter().map(|id| id.0.as_str()).collect();
    assert_eq!(
        cases,
        ["process/create/fork/rss=0MiB", "thread/create/pthread"]
    );
    assert_eq!(found.points[0].threshold(), "at least 30 times");
}
