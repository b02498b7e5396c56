//! The table of the three kinds.

use oscost_analysis::{Fact, kinds, summarise};

use super::book::cases;
use crate::common::record;

fn facts(figures: &[(&str, f64)], row: &str) -> [Vec<Fact>; 3] {
    let (infos, lines): (Vec<_>, Vec<_>) = cases(figures).into_iter().unzip();
    let table = kinds(&summarise(&record(1, infos, lines.concat())));
    table.into_iter().find(|one| one.name == row).unwrap().kinds
}

fn said(fact: &Fact) -> String {
    match &fact.reading {
        Ok(reading) => format!("{}: {}", fact.what, reading.words()),
        Err(why) => format!("{}: {why}", fact.what),
    }
}

#[test]
fn a_number_stands_where_one_was_measured_and_a_reason_where_not() {
    let [process, thread, _] = facts(
        &[
            ("process/crash/known", 250e3),
            ("scenario/crash/thread/workers=8#survivors", 0.0),
        ],
        "cost of a crash",
    );
    assert!(said(&process[0]).starts_with("until it is known: 250 µs ("));
    assert_eq!(
        said(&process[1]),
        "of 8 live on: scenario/crash/process/workers=8 (not part of this run)"
    );
    assert_eq!(said(&thread[1]), "of 8 live on: 0");
}

#[test]
fn the_most_workers_are_held_against_one() {
    let [process, ..] = facts(
        &[
            ("scenario/scaling/process/workers=1", 1e6),
            ("scenario/scaling/process/workers=2", 0.5e6),
            ("scenario/scaling/process/workers=4", 0.25e6),
        ],
        "cores used",
    );
    assert!(
        said(&process[0]).contains(": 4.0 times ("),
        "{}",
        said(&process[0])
    );
}

#[test]
fn what_a_task_has_for_itself_is_a_slope() {
    let id = |tasks: u64| format!("process/memory/fork/tasks={tasks}");
    let ids = [id(10), id(1_000)];
    let parts = ids.clone().map(|id| format!("{id}@page_tables"));
    let figures = [
        (ids[0].as_str(), 90e3),
        (ids[1].as_str(), 90e3),
        (parts[0].as_str(), 49_152.0),
        (parts[1].as_str(), 49_152.0),
    ];
    let [process, ..] = facts(&figures, "independent resources");
    assert!(said(&process[1]).starts_with("page tables of its own: 48.0 KiB ("));
    let [process, ..] = facts(&figures[..1], "independent resources");
    assert!(said(&process[0]).contains("process/memory/fork/tasks=1000 (not part of this run)"));
}
