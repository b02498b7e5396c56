//! Verdicts for a terminal: every judgement in a line of its own. The gravest
//! stand last, because the end is what a screen shows.

use super::{Judged, Judgement, probability, ranked, share, times};
use crate::aligned::{Row, aligned};
use crate::table::printable;

const COLUMNS: usize = 7;

const HEADER: [&str; COLUMNS] = [
    "case",
    "figure",
    "ratio",
    "95 % interval",
    "δ",
    "could see",
    "p",
];

/// All verdicts: what they are about, every judgement by class, the census, the
/// notes, and in the last line the verdict on the whole. Ends in a line break.
#[must_use]
pub fn verdict_table(judged: &Judged<'_>) -> String {
    let mut text = format!("{}\n", printable(judged.title));
    text += &judgements(judged);
    if !judged.census.0.is_empty() {
        text += "\n";
    }
    for tally in &judged.census.0 {
        text += &format!("{}\n", judged.tally(tally));
        for (reason, count) in &tally.reasons {
            text += &format!("  {count:>5}  {}\n", printable(reason));
        }
    }
    if !judged.notes.is_empty() {
        text += "\n";
    }
    for note in judged.notes {
        text += &format!("{}\n", printable(note));
    }
    text + &format!("\n{}\n", judged.verdict())
}

fn judgements(judged: &Judged<'_>) -> String {
    let mut ranked = ranked(judged.judgements);
    if ranked.is_empty() {
        return String::new();
    }
    ranked.sort_by_key(|(class, _)| std::cmp::Reverse(*class));
    let mut rows = vec![(HEADER.map(str::to_owned), String::new())];
    rows.extend(ranked.iter().map(|(_, judgement)| row(judgement)));
    let mut lines = aligned(&rows).into_iter();
    let mut text = format!("\n{}\n", lines.next().unwrap_or_default());
    let counters = judged.counters(&ranked);
    let mut last = None;
    for (((class, _), line), counters) in ranked.iter().zip(lines).zip(counters) {
        if last.replace(class) != Some(class) {
            text += &format!("\n{}\n", class.heading());
        }
        text += &format!("{line}\n");
        for counter in counters {
            text += &format!("    {counter}\n");
        }
    }
    text
}

fn row(judgement: &Judgement) -> Row<COLUMNS> {
    let absent = || "-".to_owned();
    let interval = judgement
        .ratio
        .map(|ratio| format!("{} to {}", times(ratio.low), times(ratio.high)));
    let cells = [
        printable(&judgement.id.0),
        judgement.statistic.name().to_owned(),
        judgement
            .ratio
            .map_or_else(absent, |ratio| times(ratio.value)),
        interval.unwrap_or_else(absent),
        judgement
            .delta
            .map_or_else(absent, |delta| share(delta.share)),
        judgement.smallest.map_or_else(absent, share),
        judgement.p.map_or_else(absent, probability),
    ];
    (cells, printable(&judgement.reason.to_string()))
}
