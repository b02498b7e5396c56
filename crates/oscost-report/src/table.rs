//! The table for a terminal: one line per case, columns aligned, figures in
//! the unit that suits them. No colour and no width of the terminal: whoever
//! prints it may add them.

use oscost_analysis::{Net, Summary, format};

use crate::aligned::{Row, aligned};
use crate::words;

/// How many columns are aligned.
const COLUMNS: usize = 10;

const HEADER: [&str; COLUMNS] = [
    "case",
    "estimate",
    "95 % interval",
    "net",
    "p50",
    "p90",
    "p99",
    "p99.9",
    "max",
    "spread",
];

/// Where the net figure stands.
const NET: usize = 3;

/// An aligned table of `summaries`, one line each, ending in a line break.
/// Notes (`skipped: …`) stand at the end of their line, unaligned. Figures
/// are per unit of the case; `-` where there are too few samples. A net figure
/// that can't be told from zero has a star, and a case of whose bursts at least half
/// were disturbed says so; last lines explain both.
#[must_use]
pub fn table(summaries: &[Summary]) -> String {
    let mut rows = vec![(HEADER.map(str::to_owned), "per".to_owned())];
    rows.extend(summaries.iter().map(row));
    let mut text = aligned(&rows).join("\n") + "\n";
    if rows.iter().any(|(cells, _)| cells[NET].ends_with('*')) {
        text.push_str("* below resolution: can't be told from zero\n");
    }
    if summaries.iter().any(|one| one.mostly_disturbed().is_some()) {
        text += &format!("{}\n", words::DISTURBED);
    }
    text
}

/// The estimate less its control.
fn net(summary: &Summary) -> Option<String> {
    let unit = &summary.info.unit;
    Some(match summary.net? {
        Net::Above(net) => format::quantity(net.value, unit),
        Net::BelowResolution(net) => format!("{}*", format::quantity(net.value, unit)),
    })
}

fn row(summary: &Summary) -> Row<COLUMNS> {
    let unit = &summary.info.unit;
    let quantity = |value: f64| format::quantity(value, unit);
    let absent = || "-".to_owned();
    let rank = |rank: f64| {
        let percentile = words::percentile(summary, rank);
        percentile.map_or_else(absent, |percentile| quantity(percentile.estimate.value))
    };
    let estimate = summary.estimate.as_ref();
    let cells = [
        printable(&summary.info.id.0),
        estimate.map_or_else(absent, |estimate| quantity(estimate.value)),
        estimate.map_or_else(absent, |estimate| {
            format!("{} to {}", quantity(estimate.low), quantity(estimate.high))
        }),
        net(summary).unwrap_or_else(absent),
        rank(50.0),
        rank(90.0),
        rank(99.0),
        rank(99.9),
        summary
            .extremes
            .map_or_else(absent, |(_, max)| quantity(max)),
        summary.spread.map_or_else(absent, format::percent),
    ];
    let notes = [
        estimate.map(|_| unit.per.clone()),
        words::note(&summary.fate),
        summary.mostly_disturbed().map(words::disturbed),
    ];
    let note = notes.into_iter().flatten().collect::<Vec<_>>().join("; ");
    (cells, printable(&note))
}

/// The text without what would move the cursor of a terminal.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}
