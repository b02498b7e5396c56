//! The sentences and the ladder, from records made by hand.

use crate::common::{failed, measured, record};
use oscost_analysis::{HEADLINE_CASES, Headline, Summary, headlines, summarise};
use oscost_record::{Aspect, CaseInfo, CaseLine};

fn summaries(cases: Vec<(CaseInfo, Vec<CaseLine>)>) -> Vec<Summary> {
    let (infos, lines): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    summarise(&record(1, infos, lines.concat()))
}

fn about(found: &[Headline], aspect: Aspect) -> &Headline {
    found
        .iter()
        .find(|headline| headline.aspect == aspect)
        .unwrap()
}

const FORK: &str = "process/create/fork/rss=0MiB";
const PTHREAD: &str = "thread/create/pthread";
const COROSENSEI: &str = "coroutine/create/corosensei";

#[test]
fn three_kinds_make_one_chain() {
    let found = headlines(&summaries(vec![
        measured(FORK, 205_000.0),
        measured(PTHREAD, 31_000.0),
        measured(COROSENSEI, 350.0),
    ]));
    let create = about(&found, Aspect::Create);
    assert_eq!(
        create.sentence,
        "Making a process (fork, exit, wait) costs 205 µs here: 6.6 times as much as a thread \
         (6.5–6.8), which costs 31.0 µs; and that is 89 times as much as a coroutine (87–91), \
         which costs 350 ns."
    );
    let pairs: Vec<(&str, &str)> = create
        .steps
        .iter()
        .map(|step| (step.from.0.as_str(), step.to.0.as_str()))
        .collect();
    assert_eq!(pairs, [(FORK, PTHREAD), (PTHREAD, COROSENSEI)]);
    assert!(
        create
            .steps
            .iter()
            .all(|step| step.ratio.low < step.ratio.value)
    );
}

#[test]
fn what_cannot_be_told_apart_is_called_about_the_same() {
    let found = headlines(&summaries(vec![
        measured(FORK, 1_000.0),
        measured(PTHREAD, 1_001.0),
    ]));
    let sentence = &about(&found, Aspect::Create).sentence;
    assert!(sentence.contains("about the same as a thread, within what this run can tell"));
    assert!(!sentence.contains("1.00 times"), "{sentence}");
}

#[test]
fn what_is_missing_is_named_with_its_reason() {
    let found = headlines(&summaries(vec![
        measured(FORK, 205_000.0),
        failed(PTHREAD, "clone3: EAGAIN"),
        measured(COROSENSEI, 350.0),
    ]));
    let create = about(&found, Aspect::Create);
    assert!(create.sentence.contains("586 times"), "{}", create.sentence);
    assert!(
        create
            .sentence
            .ends_with("Not measured: thread/create/pthread (failed: clone3: EAGAIN).")
    );
    assert_eq!(create.steps.len(), 1);
    let switch = about(&found, Aspect::Switch);
    assert!(
        switch
            .sentence
            .starts_with("Not measured: process/switch/pipe"),
        "{}",
        switch.sentence
    );
    assert!(switch.sentence.contains("not part of this run"));
    assert!(switch.steps.is_empty());
}

#[test]
fn fork_is_held_against_memory() {
    let found = headlines(&summaries(vec![
        measured(FORK, 200_000.0),
        measured("process/create/fork/rss=1024MiB", 8_000_000.0),
    ]));
    let fork = &found[3];
    assert!(
        fork.sentence
            .starts_with("A parent with 1 GiB resident pays 40 times (39–41)"),
        "{}",
        fork.sentence
    );
    assert!(fork.sentence.ends_with("8.00 ms against 200 µs."));
    assert_eq!(fork.steps.len(), 1);
}

#[test]
fn a_large_fork_is_held_against_a_spawn() {
    let forks = || {
        [
            measured(FORK, 200_000.0),
            measured("process/create/fork/rss=1024MiB", 8_000_000.0),
        ]
    };
    for id in [
        "process/create/posix-spawn/static",
        "process/create/posix-spawn/static/rss=1024MiB",
    ] {
        let spawn = measured(id, 100_000.0);
        let found = headlines(&summaries(forks().into_iter().chain([spawn]).collect()));
        let fork = &found[3];
        assert!(
            fork.sentence.ends_with(
                " To have a program started by posix_spawn it pays 100 µs, of which its fork is 80 times as much (78–82)."
            ),
            "{}",
            fork.sentence
        );
        let pairs: Vec<&str> = fork.steps.iter().map(|step| step.to.0.as_str()).collect();
        assert_eq!(pairs, [FORK, id]);
    }
}

#[test]
fn certainty_counts_cases_and_disturbances() {
    let mut cases = vec![measured(FORK, 200_000.0), measured(PTHREAD, 31_000.0)];
    cases[1].1.truncate(1);
    for disturbed in [true, false, false, false] {
        let burst = oscost_record::Burst {
            disturbed,
            ..Default::default()
        };
        cases[0].1[0].bursts.push(burst);
    }
    let found = headlines(&summaries(cases));
    let sure = &about(&found, Aspect::Control).sentence;
    assert!(sure.contains("2 of 9 headline cases"), "{sure}");
    assert!(sure.contains("rests on a single round"), "{sure}");
    assert!(sure.contains("Of all bursts 25 % were disturbed"), "{sure}");
    assert!(sure.contains("(process/create/fork/rss=0MiB)"), "{sure}");
}

#[test]
fn a_run_without_headlines_says_so() {
    let found = headlines(&[]);
    assert_eq!(found.len(), 5);
    assert!(found.iter().all(|headline| headline.steps.is_empty()));
    assert!(
        about(&found, Aspect::Control)
            .sentence
            .contains("nothing can be said")
    );
}

#[test]
fn headline_cases_belong_to_their_aspect_and_kind() {
    for (aspect, ids) in HEADLINE_CASES {
        for (id, suite) in ids.into_iter().zip(["process", "thread", "coroutine"]) {
            assert!(id.starts_with(&format!("{suite}/{aspect}/")), "{id}");
        }
    }
}
