//! What only scenarios decide: claims 12 to 18.

use super::book::{claim, decides, verdict};

#[test]
fn who_a_crash_takes_with_it() {
    let [thread, process] =
        ["thread", "process"].map(|kind| format!("scenario/crash/{kind}/workers=8#survivors"));
    decides(
        12,
        [(&thread, 0.0), (&process, 7.0)],
        &[(&thread, 7.0)],
        &[(&process, 6.5)],
    );
}

fn scaling(kind: &str, workers: u64) -> String {
    format!("scenario/scaling/{kind}/workers={workers}")
}

#[test]
fn how_many_cores_are_used() {
    let ids: Vec<String> = ["thread", "process", "coroutines", "coroutine"]
        .into_iter()
        .flat_map(|kind| [scaling(kind, 1), scaling(kind, 2)])
        .collect();
    let id = |place: usize| ids[place].as_str();
    decides(
        13,
        [
            (id(0), 1e6),
            (id(1), 0.5e6),
            (id(2), 1e6),
            (id(3), 0.5e6),
            (id(4), 1e6),
            (id(5), 0.5e6),
            (id(6), 1e6),
            (id(7), 1e6),
        ],
        &[(id(7), 0.5e6)],
        &[(id(1), 1e6 / 1.5)],
    );
    let one = verdict(13, &[(id(0), 1e6)]);
    assert_eq!(one, "not measured: this machine has one CPU for it");
}

#[test]
fn who_reaches_another_machine() {
    let [apart, threads] = ["namespaces", "threads"].map(|to| format!("scenario/hosts/{to}"));
    decides(
        14,
        [(&apart, 60e3), (&threads, 10e3)],
        &[(&apart, 9e3)],
        &[(&apart, 11e3)],
    );
}

#[test]
fn which_server_wins_depends_on_how_many_are_connected() {
    let figures = |connections: u64, gain: f64| {
        let id = |design: &str, name: &str| {
            format!("scenario/server/{design}/connections={connections}#{name}")
        };
        [
            (id("fork", "cpu_ns_per_request"), 300e3),
            (id("thread", "cpu_ns_per_request"), 60e3),
            (id("coroutines", "requests_per_s"), 10e3 * gain),
            (id("thread", "requests_per_s"), 10e3),
        ]
    };
    let says = |few: f64, many: f64| {
        let all: Vec<(String, f64)> = figures(10, few)
            .into_iter()
            .chain(figures(1_000, many))
            .collect();
        let all: Vec<(&str, f64)> = all
            .iter()
            .map(|(id, value)| (id.as_str(), *value))
            .collect();
        claim(15, &all)
    };
    for (few, many, words) in [
        (2.0, 3.0, "holds"),
        (1.0, 3.0, "holds only when 1,000 are connected"),
        (1.0, 1.1, "undecided on this machine"),
        (1.0, 1.0, "does not hold"),
    ] {
        assert_eq!(says(few, many).verdict.to_string(), words);
    }
    let finding = says(1.0, 3.0).finding;
    assert!(
        finding.starts_with("With 1,000 connections a request takes 5.0 times"),
        "{finding}"
    );
}

#[test]
fn how_many_customers_fit() {
    let id =
        |kind: &str, tasks: u64| format!("scenario/storm/tcp/{kind}/tasks={tasks}#ideal_ratio");
    let [few, threads, coroutines] = [
        id("thread", 10),
        id("thread", 10_000),
        id("coroutine", 10_000),
    ];
    decides(
        16,
        [(&few, 1.05), (&threads, 40.0), (&coroutines, 1.4)],
        &[(&threads, 1.5)],
        &[(&coroutines, 2.0)],
    );
    let cost = |kind: &str| format!("scenario/storm/tcp/{kind}/tasks=10000");
    let [slow, quick] = [cost("thread"), cost("coroutine")];
    let neither = [
        (few.as_str(), 1.05),
        (&threads, 40.0),
        (&coroutines, 10.0),
        (&slow, 400e6),
        (&quick, 100e6),
    ];
    let found = claim(16, &neither);
    assert_eq!(
        found.verdict.to_string(),
        "holds only when coroutines are held against threads, not against the delay"
    );
    assert!(found.finding.contains("so that threads take 4.0 times ("));
}

#[test]
fn who_blocks_stops_its_thread() {
    let [blocks, hands_on] =
        ["same-thread", "spawn-blocking"].map(|how| format!("coroutine/blocking/{how}/block=10ms"));
    decides(
        17,
        [(&blocks, 10.1e6), (&hands_on, 3e3)],
        &[(&blocks, 3e3)],
        &[(&blocks, 9e6)],
    );
}

#[test]
fn who_stays_responsive() {
    let [thread, same] = ["thread", "same-thread"].map(|to| format!("scenario/responsive/{to}"));
    decides(
        18,
        [(&thread, 80e3), (&same, 5e9)],
        &[(&thread, 20e6)],
        &[(&same, 88e3)],
    );
    let hog = "scenario/responsive/coroutine-hog";
    let found = claim(18, &[(&thread, 80e3), (&same, 5e9), (hog, 4e9)]);
    assert!(
        found
            .finding
            .contains("; beside one that never yields 4.00 s ("),
        "{}",
        found.finding
    );
}
