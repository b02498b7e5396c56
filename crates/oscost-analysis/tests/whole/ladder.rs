//! Which cases stand on the ladder, in what order, under which names.

use crate::common::{failed, info, line, measured, record};
use oscost_analysis::{HEADLINE_CASES, Rung, ladder, summarise};
use oscost_record::{CaseInfo, CaseLine, Samples, Unit};

fn rungs(cases: Vec<(CaseInfo, Vec<CaseLine>)>) -> Vec<Rung> {
    let (infos, lines): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    ladder(&summarise(&record(1, infos, lines.concat())))
}

fn shown(ids: &[&str]) -> Vec<String> {
    let cases = ids.iter().map(|id| measured(id, 5.0)).collect();
    rungs(cases).into_iter().map(|rung| rung.id.0).collect()
}

#[test]
fn the_measured_cases_stand_in_order_and_the_headlines_are_marked() {
    let found = rungs(vec![
        measured("thread/memory/pthread/tasks=1000", 9_000.0),
        measured("thread/control/empty", 1.0),
        measured("thread/syscall/getppid", 1.0),
        failed("thread/create/std", "no"),
        measured("process/create/fork/rss=1024MiB", 4.0),
        measured("process/create/fork/rss=64MiB", 3.0),
        measured("thread/create/pthread", 2.0),
        measured("coroutine/switch/corosensei", 1.0),
    ]);
    let found: Vec<(&str, &str, bool)> = found
        .iter()
        .map(|rung| (rung.id.0.as_str(), rung.title.as_str(), rung.headline))
        .collect();
    assert_eq!(
        found,
        [
            (
                "process/create/fork/rss=64MiB",
                "create/fork, 64 MiB",
                false
            ),
            (
                "process/create/fork/rss=1024MiB",
                "create/fork, 1 GiB",
                false
            ),
            ("thread/create/pthread", "create/pthread", true),
            ("coroutine/switch/corosensei", "switch/corosensei", true),
            ("thread/memory/pthread/tasks=1000", "memory/pthread", true),
        ]
    );
}

#[test]
fn fork_keeps_its_steps_and_other_calls_have_their_smallest_parent() {
    let ids = [
        "process/create/fork/rss=0MiB",
        "process/create/fork/rss=64MiB",
        "process/create/fork-huge/rss=16MiB",
        "process/create/fork-huge/rss=64MiB",
        "process/create/vfork/rss=0MiB",
        "process/create/vfork/rss=64MiB",
    ];
    assert_eq!(shown(&ids), [ids[2], ids[0], ids[1], ids[4]]);
}

#[test]
fn a_size_that_goes_without_saying_is_not_named() {
    let titles = |ids: &[&str]| -> Vec<String> {
        let cases = ids.iter().map(|id| measured(id, 5.0)).collect();
        rungs(cases).into_iter().map(|rung| rung.title).collect()
    };
    assert_eq!(titles(&["process/create/vfork/rss=0MiB"]), ["create/vfork"]);
    assert_eq!(
        titles(&["process/create/vfork/rss=16MiB"]),
        ["create/vfork, 16 MiB"]
    );
    assert_eq!(
        titles(&["thread/memory/pthread/tasks=100"]),
        ["memory/pthread, 100 tasks"]
    );
}

#[test]
fn memory_stands_by_the_number_that_is_compared_or_by_the_largest() {
    let compared = [10, 1000, 10_000].map(|n| format!("thread/memory/pthread/tasks={n}"));
    let few = [10, 100].map(|n| format!("process/memory/fork/tasks={n}"));
    let all: Vec<&str> = compared.iter().chain(&few).map(String::as_str).collect();
    assert_eq!(shown(&all), [&*few[1], &*compared[1]]);
}

#[test]
fn sweeps_rings_and_parts_stay_out() {
    let out = [
        "process/create/fork-mappings/mappings=0",
        "thread/create/pthread/stack=64KiB",
        "thread/create/pthread-beside/rss=0MiB",
        "thread/part/pthread/return",
        "thread/switch/ring/tasks=2/set=0KiB",
        "coroutine/switch/ring-tokio/tasks=2",
        "thread/memory/pthread/stack=64KiB/tasks=1000",
        "thread/switch/pipe/placement=cross-numa",
        "coroutine/talk/oneshot",
        "coroutine/size/future",
    ];
    assert_eq!(shown(&out), Vec::<String>::new());
}

#[test]
fn hand_offs_never_stand_beside_round_trips() {
    let round_trip = measured("thread/switch/pipe/placement=same-cpu", 5.0);
    let hand_off = CaseInfo {
        unit: Unit::time("hand-off"),
        ..info("thread/switch/yield/placement=same-cpu")
    };
    let lines = vec![line(&hand_off, 0, Samples::Raw(vec![1.0]))];
    let found = rungs(vec![round_trip, (hand_off, lines)]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].unit, Unit::time("round trip"));
}

#[test]
fn placements_of_one_mechanism_are_told_apart() {
    let cases = ["same-cpu", "cross-cpu"]
        .map(|place| measured(&format!("thread/switch/pipe/placement={place}"), 5.0));
    let titles: Vec<String> = rungs(cases.into())
        .into_iter()
        .map(|rung| rung.title)
        .collect();
    assert_eq!(titles, ["switch/pipe, cross-cpu", "switch/pipe, same-cpu"]);
}

#[test]
fn every_headline_case_is_a_rung() {
    let ids: Vec<&str> = HEADLINE_CASES.iter().flat_map(|(_, ids)| *ids).collect();
    let found = shown(&ids);
    assert_eq!(found.len(), ids.len());
    assert!(ids.iter().all(|id| found.iter().any(|rung| rung == id)));
}
