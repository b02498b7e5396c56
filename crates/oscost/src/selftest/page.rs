//! The results as a page and for a terminal.

use oscost_analysis::format;

use super::options::Part;
use super::results::Results;
use super::suite::{FIRST, SECOND};
use super::summary::{Detected, Share, Summary, Unchanged};
use crate::gate::anew;

/// A page in Markdown about machines, each made from its file alone.
pub(crate) fn markdown(machines: &[(Results, Summary)]) -> String {
    let mut text = String::from("# How often verdicts are wrong\n\n");
    text += &format!(
        "Made by `scripts/selftest`. Shares have exact 95 % intervals (Clopper and\nPearson). \
         A suite is `oscost ab`: {FIRST} pairs of every case, then {SECOND} fresh ones of each suspect; \
         or, against a history, `oscost gate`: a record, then {} fresh ones of each suspect.\n",
        anew::RECORDS
    );
    for (results, summary) in machines {
        text += &section(results, summary);
    }
    // It explains the table of pairs.
    let has_pairs = |(_, summary): &(Results, Summary)| !gain_rows(summary).is_empty();
    match machines.iter().any(has_pairs) {
        true => text + NOTES,
        false => text,
    }
}

fn section(results: &Results, summary: &Summary) -> String {
    let mut text = String::new();
    if let Some(begun) = results.begun.first() {
        text += &format!(
            "\n## {}, {} CPUs ({})\n\n{} {}; begun {}.\n",
            begun.machine.name,
            begun.machine.usable_cpus,
            begun.machine.key,
            begun.tool.name,
            begun.tool.version,
            begun.started
        );
    }
    let sections = [
        (
            "Where nothing changed",
            "suites|suspected at first|alarmed in the end|null control",
            unchanged_rows(summary),
        ),
        (
            "Where work was put in",
            "put in|case|figure|found|ratio seen|δ|not judged",
            detected_rows(summary),
        ),
        (
            "How small a change a suite of all core cases would have seen",
            "figure|at most 5 %|at most 10 %",
            sight_rows(summary),
        ),
        (
            "What pairs gain",
            "suite|cases|strays by itself|strays in pairs|gain",
            gain_rows(summary),
        ),
        ("What it took", "part|minutes", time_rows(summary)),
    ];
    for (title, header, rows) in sections {
        if rows.is_empty() {
            continue;
        }
        let columns = header.split('|').count();
        text += &format!("\n### {title}\n\n|{header}|\n|{}\n", "---|".repeat(columns));
        for row in rows {
            text += &format!("|{}|\n", row.join("|"));
        }
    }
    text
}

const NOTES: &str = "\n\"By itself\": the robust standard deviation of ln(B / A) between processes of\ndifferent rounds; \"in pairs\": between processes that were live at once and took\nturns. Geometric means over the cases.\n";

/// The same for a terminal.
pub(crate) fn plain(summary: &Summary) -> String {
    let rows = [
        unchanged_rows(summary),
        detected_rows(summary),
        sight_rows(summary),
        gain_rows(summary),
        time_rows(summary),
    ];
    let lines = rows.into_iter().flatten().map(|row| row.join("  "));
    lines.collect::<Vec<_>>().join("\n")
}

fn unchanged_rows(summary: &Summary) -> Vec<Vec<String>> {
    let row = |name: &str, found: &Unchanged| {
        vec![
            name.to_owned(),
            in_words(&found.suspected),
            in_words(&found.alarmed),
            in_words(&found.invalid),
        ]
    };
    let measured = summary
        .unchanged
        .iter()
        .map(|found| row("the program against itself", found));
    let permuted = summary
        .permuted
        .iter()
        .map(|found| row("the same pairs, sides drawn anew", found));
    let gated = summary
        .gated
        .iter()
        .map(|found| row("new records, held against a history", found));
    measured.chain(permuted).chain(gated).collect()
}

fn detected_rows(summary: &Summary) -> Vec<Vec<String>> {
    let row = |found: &Detected| {
        vec![
            match found.part {
                Part::Ab5 => "5 %".to_owned(),
                Part::Tail => "30 % of the p99".to_owned(),
                Part::Gate10 => "10 %, against a history".to_owned(),
                _ => "10 %".to_owned(),
            },
            found.id.0.clone(),
            found.statistic.name().to_owned(),
            in_words(&found.found),
            found
                .ratio
                .map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.3}")),
            found.delta.map_or_else(|| "–".to_owned(), format::percent),
            found.invalid.to_string(),
        ]
    };
    summary.detected.iter().map(row).collect()
}

fn sight_rows(summary: &Summary) -> Vec<Vec<String>> {
    let rows = summary.sight.iter().map(|found| {
        vec![
            found.statistic.name().to_owned(),
            in_words(&found.five_percent),
            in_words(&found.ten_percent),
        ]
    });
    rows.collect()
}

fn gain_rows(summary: &Summary) -> Vec<Vec<String>> {
    let rows = summary.pairing.iter().map(|gain| {
        vec![
            gain.suite.clone(),
            gain.cases.to_string(),
            format::percent(gain.unpaired),
            format::percent(gain.paired),
            format!("{}×", format::ratio(gain.unpaired / gain.paired)),
        ]
    });
    rows.collect()
}

fn time_rows(summary: &Summary) -> Vec<Vec<String>> {
    let rows = summary
        .seconds
        .iter()
        .map(|(part, seconds)| vec![part.name().to_owned(), format!("{:.1}", seconds / 60.0)]);
    rows.collect()
}

fn in_words(share: &Share) -> String {
    let percent = if share.of == 0 {
        "–".to_owned()
    } else {
        format::percent(share.count as f64 / share.of as f64)
    };
    format!(
        "{} of {}: {percent} ({} to {})",
        share.count,
        share.of,
        format::percent(share.low),
        format::percent(share.high)
    )
}
