//! What a task keeps and what the runtime keeps: lines through simulated
//! memory with a known answer, and what is said where a number was not reached.

use crate::common::{Noise, info, line, record, skipped};
use oscost_analysis::{Estimate, Fate, PerTask, per_task, summarise};
use oscost_record::{CaseInfo, CaseLine, Samples};

const SIZES: [u64; 5] = [10, 100, 1_000, 10_000, 100_000];

/// Rounds of a case whose tasks keep `slope` bytes each beside `intercept`
/// once, in whole pages and with so much noise of a share.
fn memory(
    id: &str,
    rounds: u32,
    line_of: (f64, f64),
    share: f64,
    noise: &mut Noise,
) -> (CaseInfo, Vec<CaseLine>) {
    let info = info(id);
    let tasks = info.parameters["tasks"].value as f64;
    let lines = (0..rounds).map(|round| {
        let exact = (line_of.0 + line_of.1 * tasks) * (1.0 + share * noise.normal());
        let bytes = (exact / 4096.0).round() * 4096.0;
        let mut line = line(&info, round, Samples::Raw(vec![bytes / tasks]));
        let parts = [("resident", 0.75), ("kernel_stack", 0.25)];
        line.counters.parts = parts
            .map(|(name, of)| (name.into(), bytes / tasks * of))
            .into();
        line
    });
    let lines = lines.collect();
    (info, lines)
}

fn found(cases: Vec<(CaseInfo, Vec<CaseLine>)>) -> Vec<PerTask> {
    let (infos, lines): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    per_task(&summarise(&record(1, infos, lines.concat())))
}

fn sweep(
    operation: &str,
    rounds: u32,
    line_of: (f64, f64),
    share: f64,
    noise: &mut Noise,
) -> Vec<(CaseInfo, Vec<CaseLine>)> {
    let id = |tasks| format!("{operation}/tasks={tasks}");
    SIZES
        .map(|tasks| memory(&id(tasks), rounds, line_of, share, noise))
        .into()
}

fn holds(estimate: Estimate, truth: f64) -> bool {
    estimate.low <= truth && truth <= estimate.high
}

#[test]
fn slope_intercept_and_parts_are_found_again() {
    let mut noise = Noise::new(1);
    let all = found(sweep(
        "coroutine/memory/tokio",
        15,
        (200_000.0, 3_000.0),
        0.001,
        &mut noise,
    ));
    assert_eq!(all.len(), 1);
    let found = &all[0];
    let whole = found.whole.unwrap();
    assert!(
        (whole.slope.value / 3_000.0 - 1.0).abs() < 0.01,
        "{whole:?}"
    );
    assert!(
        (whole.intercept.value / 200_000.0 - 1.0).abs() < 0.02,
        "{whole:?}"
    );
    assert!(whole.misfit < 0.01, "{whole:?}");
    let resident = found.part("resident").unwrap();
    assert!(
        (resident.slope.value / 2_250.0 - 1.0).abs() < 0.01,
        "{resident:?}"
    );
    assert!(found.part("virtual").is_none());
    assert_eq!(found.reached, Some((10, 100_000)));
    assert_eq!(found.stopped, None);
    assert_eq!(found.case.0, "coroutine/memory/tokio/tasks=100000");
}

/// The intervals hold the truth about as often as they say, with many rounds
/// and with few.
#[test]
fn the_intervals_hold_the_truth() {
    for (rounds, seed) in [(15, 2), (5, 3), (3, 4)] {
        let mut noise = Noise::new(seed);
        let cases = (0..300).flat_map(|case| {
            let operation = format!("thread/memory/{case}");
            sweep(&operation, rounds, (150_000.0, 9_000.0), 0.02, &mut noise)
        });
        let all = found(cases.collect());
        let share = |of: fn(&PerTask) -> Estimate, truth| {
            let held = all.iter().filter(|found| holds(of(found), truth));
            held.count() as f64 / all.len() as f64
        };
        let found = (
            share(|found| found.whole.unwrap().slope, 9_000.0),
            share(|found| found.whole.unwrap().intercept, 150_000.0),
        );
        assert!(
            found.0 >= 0.93 && found.1 >= 0.93,
            "{rounds} rounds: {found:?}"
        );
    }
}

#[test]
fn what_stopped_an_operation_is_told() {
    let mut noise = Noise::new(5);
    let mut cases = sweep("process/memory/fork", 8, (0.0, 90_000.0), 0.0, &mut noise);
    cases[3] = skipped("process/memory/fork/tasks=10000", "`ulimit -u` allows 4096");
    cases[4] = skipped("process/memory/fork/tasks=100000", "too many");
    cases.push(skipped("thread/memory/pthread/tasks=10", "no smaps_rollup"));
    let all = found(cases);
    assert_eq!(all[0].reached, Some((10, 1_000)));
    let why = Fate::Skipped("`ulimit -u` allows 4096".into());
    assert_eq!(all[0].stopped, Some((10_000, why)));
    assert!(all[0].whole.is_some());
    // Nothing measured is told, not left out.
    assert_eq!((all[1].whole, all[1].reached), (None, None));
    assert_eq!(
        all[1].stopped,
        Some((10, Fate::Skipped("no smaps_rollup".into())))
    );
}

#[test]
fn parameters_of_one_unit_are_told_by_their_names() {
    let title = |id| oscost_analysis::full_title(&info(id));
    assert_eq!(
        title("sync/contended/mutex/contenders=2/section=100ns/outside=0ns"),
        "contended/mutex, 2 contenders, 0 ns outside, 100 ns section"
    );
    assert_eq!(
        title("ipc/message/pipe/size=64B/placement=cross-cpu"),
        "message/pipe, 64 B, cross-cpu"
    );
}

#[test]
fn other_parameters_tell_operations_apart() {
    let mut noise = Noise::new(6);
    let cases = [16, 64].into_iter().flat_map(|stack| {
        let operation = format!("thread/memory/pthread/stack={stack}KiB");
        sweep(&operation, 6, (0.0, 9_000.0), 0.01, &mut noise)
    });
    let titles: Vec<String> = found(cases.collect())
        .into_iter()
        .map(|found| found.title)
        .collect();
    assert_eq!(titles, ["memory/pthread, 16 KiB", "memory/pthread, 64 KiB"]);
}
