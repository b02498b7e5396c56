//! Making and keeping: claims 1, 2, 7 and 8.

use super::book::{claim, decides, verdict};

const FORK: &str = "process/create/fork/rss=0MiB";
const LARGE: &str = "process/create/fork/rss=1024MiB";
const PTHREAD: &str = "thread/create/pthread";

#[test]
fn a_process_against_a_thread() {
    decides(
        1,
        [(FORK, 620e3), (PTHREAD, 20e3)],
        &[(FORK, 20e3)],
        &[(FORK, 22e3)],
    );
    // About thirty: neither the figure nor its failure can be told.
    let about = verdict(1, &[(FORK, 600e3), (PTHREAD, 20e3)]);
    assert_eq!(about, "undecided on this machine");
}

#[test]
fn more_is_not_thirty_times() {
    let figures = [(FORK, 100e3), (PTHREAD, 20e3), (LARGE, 10_340e3)];
    let found = claim(1, &figures);
    assert_eq!(
        found.verdict.to_string(),
        "holds only when “more” is meant, not the figure: 30 times takes a parent with 50.0 MiB resident"
    );
    assert!(
        found.finding.starts_with(
            "A fork with exit and wait costs 5.0 times (4.9–5.1) what a thread costs."
        ),
        "{}",
        found.finding
    );
}

#[test]
fn a_thread_against_coroutines() {
    let [stack, future] = ["coroutine/create/corosensei", "coroutine/create/future"];
    decides(
        2,
        [(PTHREAD, 20e3), (stack, 8e3), (future, 50.0)],
        &[(stack, 20e3), (future, 30e3)],
        &[(stack, 20e3), (future, 20e3 / 1.1)],
    );
    assert_eq!(
        verdict(2, &[(PTHREAD, 20e3), (stack, 20e3), (future, 50.0)]),
        "holds only when the coroutine is a boxed future"
    );
}

/// Idle threads that each take so much, with so many addresses.
fn idle(whole: f64, addresses: f64) -> Vec<(String, f64)> {
    let of_size = |tasks: u64| {
        let id = format!("thread/memory/pthread/tasks={tasks}");
        [
            (id.clone(), whole),
            (format!("{id}@resident"), whole / 3.0),
            (format!("{id}@virtual"), addresses),
        ]
    };
    [10, 1_000, 10_000].into_iter().flat_map(of_size).collect()
}

fn borrowed(figures: &[(String, f64)]) -> Vec<(&str, f64)> {
    let each = figures.iter().map(|(name, value)| (name.as_str(), *value));
    each.collect()
}

#[test]
fn what_idle_threads_keep() {
    let mebibyte = 1_048_576.0;
    let found = claim(7, &borrowed(&idle(28e3, 8.0 * mebibyte)));
    assert_eq!(
        found.verdict.to_string(),
        "holds only when addresses are counted (78.1 GiB), not memory (267 MiB)"
    );
    for part in [
        "10,000 idle threads take 267 MiB (",
        "of which 89.0 MiB (",
        "and map 78.1 GiB (",
        "They fit 8 GB.",
    ] {
        assert!(found.finding.contains(part), "{}", found.finding);
    }
    let of = |whole, addresses| verdict(7, &borrowed(&idle(whole, addresses)));
    assert_eq!(of(5.0 * mebibyte, 8.0 * mebibyte), "holds");
    assert_eq!(of(28e3, 64e3), "does not hold");
    assert_eq!(of(4.0 * mebibyte, 64e3), "undecided on this machine");
}

#[test]
fn one_number_of_threads_makes_no_slope() {
    let one = verdict(7, &[("thread/memory/pthread/tasks=1000", 28e3)]);
    assert!(one.contains("it takes two numbers of threads"), "{one}");
}

#[test]
fn more_threads_take_turns() {
    let few = "thread/many/one-cpu/tasks=2";
    let many = "thread/many/one-cpu/tasks=1000";
    let shares = [few, many].map(|id| format!("{id}#system_time_share"));
    decides(
        8,
        [
            (few, 900.0),
            (many, 1_800.0),
            (&shares[0], 0.5),
            (&shares[1], 0.8),
        ],
        &[(many, 900.0), (&shares[1], 0.5)],
        &[(many, 900.0), (&shares[1], 0.55)],
    );
    let figures = [
        (few, 900.0),
        (many, 1_800.0),
        (&shares[0], 0.9),
        (&shares[1], 0.9),
    ];
    let found = claim(8, &figures);
    assert_eq!(
        found.verdict.to_string(),
        "holds only when the time of one hand-off is meant"
    );
    assert!(
        found
            .finding
            .starts_with("Among 1,000 threads a hand-off takes 2.0 times")
    );
}
