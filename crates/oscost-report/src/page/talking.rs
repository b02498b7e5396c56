//! The part of the page about talking: what a message costs by which means, how
//! each waits for it, and how fast bytes stream.

use oscost_analysis::{
    Message, Summary, common_size, format, in_place, messages, quickest, value_of,
};
use oscost_record::Placement;

use super::case::Anchors;
use super::column::{Cell, small};
use super::topic::{Board, Line, Plate, Topic};
use crate::words;

const HEADER: [&str; 6] = [
    "round trip",
    "p99",
    "CPU time",
    "switches",
    "waiting",
    "size",
];

/// `None` where no message was measured.
pub(super) fn talking(
    summaries: &[Summary],
    anchors: &Anchors,
    plates: Vec<Plate>,
) -> Option<Topic> {
    let all = messages(summaries);
    let board = |placement| board(&all, placement, anchors);
    let topic = Topic {
        anchor: "talking",
        name: "Talking",
        title: "Talking: which means for which message",
        remarks: quickest(summaries),
        plates,
        legend: "The quickest first. A round trip is two messages; CPU time, of both parties together, and voluntary switches are per round trip. Waiting: what a party does until its message comes: block, it sleeps in the call that receives; poll, it sleeps in poll(2) before; spin, it looks again and again and burns its CPU.",
        boards: Placement::ALL.into_iter().filter_map(board).collect(),
    };
    topic.unless_empty()
}

/// Every means at the common size, or at the one size that it carries; `None`
/// where nothing was measured there.
fn board(all: &[Message<'_>], placement: Placement, anchors: &Anchors) -> Option<Board> {
    let common = common_size(all)?;
    let here: Vec<&Message<'_>> = all
        .iter()
        .filter(|one| one.summary.info.placement == placement)
        .filter(|one| one.summary.estimate.is_some())
        .collect();
    let alone = |one: &Message<'_>| {
        let operation = &one.summary.info.operation;
        let same = here
            .iter()
            .filter(|other| other.summary.info.operation == *operation);
        same.count() == 1
    };
    let mut rows: Vec<&Message<'_>> = here
        .iter()
        .filter(|one| one.size == common || alone(one))
        .copied()
        .collect();
    let cost = |one: &Message<'_>| {
        one.summary
            .estimate
            .map_or(f64::INFINITY, |cost| cost.value)
    };
    rows.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
    let place = words::sentence(in_place(placement));
    (!rows.is_empty()).then(|| Board {
        title: format!("{}: {} means", place.trim_end_matches('.'), rows.len()),
        header: &HEADER,
        rows: rows.into_iter().map(|one| line(one, anchors)).collect(),
    })
}

fn line(message: &Message<'_>, anchors: &Anchors) -> Line {
    let summary = message.summary;
    let info = &summary.info;
    let quantity = |value: f64| format::quantity(value, &info.unit);
    let counts = summary.per_operation;
    let uncounted = || Cell::absent("not counted");
    let size = info.parameters.get_key_value("size");
    Line {
        name: format!("{}, {}", message.name(), words::kinds(info.task)),
        task: info.task.name(),
        anchor: anchors.of_case(&info.id),
        cells: vec![
            summary.estimate.map_or_else(
                || Cell::absent("not measured"),
                |cost| Cell::text(quantity(cost.value)).titled(words::range(&cost, &info.unit)),
            ),
            words::percentile(summary, 99.0).map_or_else(
                || Cell::absent("needs 1,000 samples"),
                |p99| Cell::text(quantity(p99.estimate.value)),
            ),
            counts
                .cpu_time
                .map_or_else(uncounted, |time| Cell::text(quantity(time))),
            counts
                .voluntary_switches
                .map_or_else(uncounted, |count| Cell::text(small(count))),
            Cell::text(message.waiting.to_string()),
            Cell::text(size.map_or_else(String::new, |(name, size)| value_of(name, size))),
        ],
    }
}
