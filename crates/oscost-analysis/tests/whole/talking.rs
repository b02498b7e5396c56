//! Which means is quickest where, from whole records.

use crate::common::{measured, record};
use oscost_analysis::{Summary, Waiting, common_size, messages, quickest, summarise};
use oscost_record::{Aspect, CaseInfo, CaseLine};

type Case = (CaseInfo, Vec<CaseLine>);

fn summaries(cases: Vec<Case>) -> Vec<Summary> {
    let (infos, lines): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    summarise(&record(1, infos, lines.concat()))
}

fn message(means: &str, size: u64, placement: &str, cost: f64) -> Case {
    let id = format!("process/message/{means}/size={size}B/placement={placement}");
    let (mut info, lines) = measured(&id, cost);
    info.aspect = Aspect::Talk;
    info.title = means.replace('/', ", ");
    (info, lines)
}

#[test]
fn the_quickest_is_told_for_each_place_and_that_of_those_that_sleep() {
    let found = summaries(vec![
        message("pipe/block", 64, "same-cpu", 7e3),
        message("ring/spin", 64, "same-cpu", 9e6),
        message("pipe/block", 64, "cross-cpu", 60e3),
        message("pipe/poll", 64, "cross-cpu", 61e3),
        message("ring/spin", 64, "cross-cpu", 250.0),
    ]);
    assert_eq!(
        quickest(&found),
        [
            "64 B to another process and back, both on one CPU: “pipe, block” (7.00 µs).",
            "64 B to another process and back, on two CPUs: “ring, spin” (250 ns). Of the means that sleep while they wait: “pipe, block” (60.0 µs), which can't be told from “pipe, poll”."
        ]
    );
}

#[test]
fn the_size_that_most_have_is_compared() {
    let found = summaries(vec![
        message("pipe", 1, "free", 1e3),
        message("pipe", 64, "free", 1e3),
        message("ring", 1, "free", 1e3),
        message("ring", 64, "free", 1e3),
        message("eventfd", 8, "free", 1e3),
    ]);
    assert_eq!(common_size(&messages(&found)), Some(64));
    let found = summaries(vec![
        message("pipe", 512, "free", 1e3),
        message("pipe", 1, "free", 1e3),
    ]);
    assert_eq!(common_size(&messages(&found)), Some(1));
    assert_eq!(common_size(&[]), None);
    assert!(quickest(&[]).is_empty());
}

#[test]
fn how_a_means_waits_is_read_off_its_operation() {
    let ways = [
        ("pipe/processes/block", Waiting::Block),
        ("pipe/processes/poll", Waiting::Poll),
        ("ring/processes/spin", Waiting::Spin),
        ("shared/processes/spin-futex", Waiting::SpinThenBlock),
        ("fifo/processes", Waiting::Block),
    ];
    let cases = ways.map(|(means, _)| message(means, 64, "free", 1e3));
    let found = summaries(cases.to_vec());
    let waiting: Vec<Waiting> = messages(&found).iter().map(|one| one.waiting).collect();
    assert_eq!(waiting, ways.map(|(_, waiting)| waiting));
    assert_eq!(Waiting::SpinThenBlock.to_string(), "spin, then block");
}
