//! The part of the page about locks: which serves which load, what that costs
//! in switches and CPU time, and who gets less than his share.

use oscost_analysis::{Contest, Estimate, Summary, best_locks, contests, format};
use oscost_record::{TaskKind, Unit};

use super::case::Anchors;
use super::column::{Cell, small};
use super::topic::{Board, Line, Plate, Topic};
use crate::picture::Measure;
use crate::words;

const HEADER: [&str; 8] = [
    "contenders",
    "taken per second",
    "wait, median",
    "wait, p99",
    "fairness",
    "switches",
    "CPU time",
    "section",
];

/// `None` where no lock was measured.
pub(super) fn locks(summaries: &[Summary], anchors: &Anchors, plates: Vec<Plate>) -> Option<Topic> {
    let topic = Topic {
        anchor: "locks",
        name: "Locks",
        title: "Locks: which for which load",
        remarks: best_locks(summaries),
        plates,
        legend: "Wait: until the lock is had. Fairness: the turns of the slowest contender as a share of those of the fastest, when the first had done its part. Switches, voluntary, and CPU time: per acquisition. Section: what is done with the lock held, as the busy loop measured itself.",
        boards: boards(summaries, anchors),
    };
    topic.unless_empty()
}

/// One for each section and what is done outside it.
fn boards(summaries: &[Summary], anchors: &Anchors) -> Vec<Board> {
    let mut all = contests(summaries);
    all.sort_by(|a, b| {
        let load = |one: &Contest<'_>| {
            let load = one.load;
            let processes = load.kind != TaskKind::Thread;
            (load.section, load.outside, processes, load.contenders)
        };
        let rates = b.rate.value.total_cmp(&a.rate.value);
        load(a).cmp(&load(b)).then(rates)
    });
    let inside = |one: &Contest<'_>| (one.load.section, one.load.outside);
    let boards = all.chunk_by(|a, b| inside(a) == inside(b));
    let board = |contests: &[Contest<'_>]| {
        let load = contests.first()?.load;
        let held = words::sentence(&words::load(load.section, load.outside));
        let cases = words::several(contests.len() as u64, "case");
        Some(Board {
            title: format!("{}: {cases}", held.trim_end_matches('.')),
            header: &HEADER,
            rows: contests.iter().map(|one| line(one, anchors)).collect(),
        })
    };
    boards.filter_map(board).collect()
}

fn line(contest: &Contest<'_>, anchors: &Anchors) -> Line {
    let Contest {
        load,
        rate,
        summary,
    } = contest;
    let info = &summary.info;
    let time = Unit::time("");
    let quantity = |estimate: &Estimate| {
        let text = format::quantity(estimate.value, &time);
        Cell::number(text, estimate.value).titled(words::range(estimate, &time))
    };
    let per_second = |rate: f64| Measure::PerSecond.exact(rate);
    let p99 = words::percentile(summary, 99.0);
    let switches = summary.per_operation.voluntary_switches;
    Line {
        name: info.title.clone(),
        task: info.task.name(),
        anchor: anchors.of_case(&info.id),
        cells: vec![
            Cell::text(format!("{} {}", load.contenders, words::kinds(load.kind))),
            Cell::text(per_second(rate.value)).titled(format!(
                "{} to {}",
                per_second(rate.low),
                per_second(rate.high)
            )),
            summary
                .estimate
                .map_or_else(|| Cell::absent("not measured"), |wait| quantity(&wait)),
            p99.map_or_else(
                || Cell::absent("needs 1,000 samples"),
                |p99| quantity(&p99.estimate),
            ),
            contest.figure("fairness_share").map_or_else(
                || Cell::absent("no contender had done its part by then"),
                |share| Cell::text(format::percent(share.value)),
            ),
            switches.map_or_else(
                || Cell::absent("not counted"),
                |count| Cell::text(small(count)),
            ),
            contest.cpu_time().map_or_else(
                || Cell::absent("less was counted than the work alone takes"),
                |cost| Cell::text(format::quantity(cost, &time)),
            ),
            contest.figure("section_ns").map_or_else(
                || Cell::absent("has none"),
                |length| Cell::text(format::quantity(length.value, &time)),
            ),
        ],
    }
}
