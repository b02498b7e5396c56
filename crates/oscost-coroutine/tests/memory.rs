//! The weights, each case in a process of its own as it is in a run:
//! neighbours in the same process would be weighed with it.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of a test"
)]

use std::process::Command;

use oscost_coroutine::SUITE;
use oscost_harness::need::Supply;
use oscost_harness::{Case, Measure, Reading};
use oscost_record::Aspect;

/// Tells the program which case to weigh.
const CASE: &str = "OSCOST_TEST_CASE";

fn weigh(case: &Case) {
    let setting = case.setting(Vec::new());
    let id = &case.info.id;
    let Measure::Level(mut level) = (case.row.build)(&setting).unwrap() else {
        panic!("{id} is not a level");
    };
    for reading in 1..=readings(case) {
        let taken = level.read().unwrap();
        assert_eq!(level.audit().unwrap().done, reading);
        println!("{id}: {:.1} {:?}", taken.value, taken.parts);
        check(case, &taken);
    }
}

/// More than a run ever takes of one process, but of the largest: the heap
/// keeps so much of a million tasks that no other would need a page.
fn readings(case: &Case) -> u64 {
    if case.setting(Vec::new()).value() > 100_000 {
        1
    } else {
        3
    }
}

fn check(case: &Case, taken: &Reading) {
    let (least, most, mapped) = match case.row.operation {
        "memory/bare" => (4096.0, 8192.0, 64.0 * 1024.0),
        "memory/corosensei" => (4096.0, 16_384.0, 1028.0 * 1024.0),
        _ => (24.0, 4096.0, 0.0),
    };
    let id = &case.info.id;
    let resident = taken.parts["resident"];
    assert!((least..=most).contains(&resident), "{id}: {taken:?}");
    assert!(taken.parts["virtual"] >= mapped, "{id}: {taken:?}");
    assert_eq!(taken.parts["kernel_stack"], 0.0);
    let occupied = resident + taken.parts["page_tables"];
    assert!((taken.value - occupied).abs() < 1e-6, "{id}: {taken:?}");
}

#[test]
fn idle_coroutines_weigh_what_they_must() {
    let cases: Vec<Case> = SUITE
        .cases()
        .into_iter()
        .filter(|case| case.info.aspect == Aspect::Memory)
        .collect();
    if let Ok(chosen) = std::env::var(CASE) {
        return cases
            .iter()
            .filter(|case| case.info.id.0 == chosen)
            .for_each(weigh);
    }
    let supply = Supply {
        emulated: std::env::var("OSCOST_PROBE_RUNNER").ok(),
        mappings: Some(65_530),
        smaps_rollup: true,
        ..Supply::default()
    };
    for case in &cases {
        let id = &case.info.id.0;
        if let Some(why) = supply.lacks(case) {
            println!("{id}: {why}");
            assert!(
                supply.emulated.is_some() || why.contains("vm.max_map_count"),
                "{why}"
            );
            continue;
        }
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "idle_coroutines_weigh_what_they_must",
                "--nocapture",
            ])
            .env(CASE, id)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{id}: {said}{complaint}");
        let lines: Vec<&str> = said
            .lines()
            .filter(|line| line.contains(&format!("{id}: ")))
            .collect();
        assert_eq!(lines.len() as u64, readings(case), "{id}: {said}");
        println!("{}", lines.join("\n"));
    }
}

#[test]
fn too_many_stacks_are_refused_by_name() {
    let supply = Supply {
        mappings: Some(65_530),
        smaps_rollup: true,
        ..Supply::default()
    };
    let lacking: Vec<String> = SUITE
        .cases()
        .iter()
        .filter(|case| case.info.aspect == Aspect::Memory)
        .filter_map(|case| Some(format!("{}: {}", case.info.id, supply.lacks(case)?)))
        .collect();
    assert_eq!(lacking.len(), 1, "{lacking:?}");
    assert!(lacking[0].starts_with("coroutine/memory/corosensei/tasks=100000: "));
    assert!(lacking[0].contains("200100") && lacking[0].contains("vm.max_map_count"));
}
