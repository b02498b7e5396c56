//! Switching and scheduling: claims 3 to 6 and 19.

use oscost_analysis::Verdict;

use super::book::{claim, decides, verdict};

const PIPES: [&str; 2] = [
    "process/switch/pipe/placement=same-cpu",
    "thread/switch/pipe/placement=same-cpu",
];

#[test]
fn a_process_switch_against_a_thread_switch() {
    decides(
        3,
        [(PIPES[0], 6_000.0), (PIPES[1], 1_000.0)],
        &[(PIPES[0], 1_000.0)],
        &[(PIPES[0], 1_100.0)],
    );
    let more = verdict(3, &[(PIPES[0], 1_500.0), (PIPES[1], 1_000.0)]);
    assert_eq!(more, "holds only when “more” is meant, not the figure");
}

#[test]
fn a_process_switch_depends_on_what_is_worked_on() {
    let found = claim(
        3,
        &[
            (PIPES[0], 1_000.0),
            (PIPES[1], 1_000.0),
            ("process/switch/ring/tasks=2/set=0KiB", 1_000.0),
            ("thread/switch/ring/tasks=2/set=0KiB", 1_000.0),
            ("process/switch/ring/tasks=2/set=256KiB", 6_000.0),
            ("thread/switch/ring/tasks=2/set=256KiB", 3_000.0),
        ],
    );
    assert_eq!(
        found.verdict.to_string(),
        "holds only when “more” is meant, not the figure, and a task works on 256 KiB"
    );
    assert!(found.finding.contains("1.00 times"), "{}", found.finding);
    let cases = found.cases();
    assert!(
        cases
            .iter()
            .any(|id| id.0 == "process/control/ring/tasks=2/set=256KiB")
    );
}

#[test]
fn what_was_measured_and_tells_nothing_is_undecided() {
    // A switch that costs less than the work in it: no ratio can be drawn to it.
    let found = claim(4, &[(EMPTY, 0.5), (WORKING, 9_000.0), (FAULTS, 2.0)]);
    assert_eq!(found.verdict, Verdict::Undecided);
    assert!(
        found.finding.contains("(can't be told from nothing)."),
        "{}",
        found.finding
    );
    assert!(found.points.is_empty());
    let named: Vec<&str> = found.cases().iter().map(|id| id.0.as_str()).collect();
    assert!(
        named.contains(&EMPTY) && named.contains(&WORKING),
        "{named:?}"
    );
    // Where something was not measured either, that is the reason.
    let found = claim(4, &[(EMPTY, 0.5)]);
    assert!(matches!(found.verdict, Verdict::NotMeasured(_)));
}

const EMPTY: &str = "process/switch/ring/tasks=2/set=0KiB";
const WORKING: &str = "process/switch/ring/tasks=2/set=256KiB";
const FAULTS: &str = "process/switch/ring/tasks=2/set=256KiB?";

#[test]
fn a_process_switch_reloads_memory() {
    decides(
        4,
        [(EMPTY, 1_000.0), (WORKING, 3_000.0), (FAULTS, 1.0)],
        &[(WORKING, 1_000.0), (FAULTS, 0.0)],
        &[(WORKING, 1_100.0), (FAULTS, 0.0)],
    );
    let cold = [(EMPTY, 1_000.0), (WORKING, 3_000.0), (FAULTS, 0.0)];
    assert_eq!(
        verdict(4, &cold),
        "holds only when cold caches are meant, not page faults"
    );
    let faults = [(EMPTY, 1_000.0), (WORKING, 1_000.0), (FAULTS, 1.0)];
    assert_eq!(verdict(4, &faults), "holds only when page faults are meant");
}

#[test]
fn a_trip_into_the_kernel() {
    let switches = format!("{}!", PIPES[1]);
    let (coroutine, call) = ("coroutine/switch/corosensei", "thread/syscall/getppid");
    decides(
        5,
        [
            (PIPES[1], 3_000.0),
            (&switches, 2.0),
            (coroutine, 5.0),
            ("coroutine/switch/corosensei!", 0.0),
            (call, 80.0),
        ],
        &[(coroutine, 200.0)],
        &[(coroutine, 80.0)],
    );
}

#[test]
fn what_a_switch_saves() {
    let [assembly, ucontext] = ["coroutine/size/bare", "coroutine/size/swapcontext"];
    decides(
        6,
        [(assembly, 64.0), (ucontext, 200.0)],
        &[(assembly, 300.0), (ucontext, 936.0)],
        &[(assembly, 256.0), (ucontext, 936.0)],
    );
    assert_eq!(
        verdict(6, &[(assembly, 64.0), (ucontext, 936.0)]),
        "holds only when it is switched by assembly of a few lines"
    );
}

#[test]
fn who_schedules() {
    let (threads, coroutines) = (
        "thread/many/one-cpu/tasks=1000",
        "coroutine/switch/ring-stackful/tasks=1000",
    );
    decides(
        19,
        [
            (threads, 1_500.0),
            ("thread/many/one-cpu/tasks=1000!", 1.0),
            (coroutines, 20.0),
            ("coroutine/switch/ring-stackful/tasks=1000!", 0.0),
        ],
        &[(coroutines, 2_000.0)],
        &[(threads, 22.0)],
    );
}
