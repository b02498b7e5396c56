//! The results as a page and for a terminal.

use std::collections::BTreeSet;

use oscost_analysis::{format, steadiness};
use oscost_record::Record;
use oscost_report::printable;

use super::gated::REST;
use super::options::Part;
use super::results::Results;
use super::suite::{FIRST, SECOND};
use super::summary::{Detected, Share, Summary, Unchanged};
use crate::gate::anew;

/// A page in Markdown about machines, each made from its file alone, and about the
/// frozen workloads of a record.
pub(crate) fn markdown(machines: &[(Results, Summary)], record: Option<&Record>) -> String {
    let mut text = String::from("# How often verdicts are wrong\n\n");
    text += &format!(
        "Made by `scripts/selftest`. Shares have exact 95 % intervals (Clopper and\nPearson). \
         A suite is `oscost ab`: {FIRST} pairs of every case, then {SECOND} fresh ones of each suspect; \
         or, against a history, `oscost gate`: a record, then {} fresh ones of each suspect.\n\
         Here these are {} s apart, where `oscost gate` by itself leaves {} s.\n",
        anew::RECORDS,
        REST.as_secs(),
        anew::APART
    );
    for (results, summary) in machines {
        text += &section(results, summary);
    }
    // It explains the table of pairs.
    let has_pairs = |(_, summary): &(Results, Summary)| !gain_rows(summary).is_empty();
    if machines.iter().any(has_pairs) {
        text += NOTES;
    }
    if let Some(record) = record {
        text += &workloads(record);
    }
    text
}

/// What the frozen workloads gain on the machine of a record.
fn workloads(record: &Record) -> String {
    let machine = &record.run.machine;
    let mut text = format!(
        "\n## What the frozen workloads gain\n\nHow far the rounds of one record lie apart, as \
         `oscost selftest reference` tells it: the\nrecord of {}, on {}, {} CPUs.\n",
        printable(&record.run.started),
        printable(&machine.name),
        machine.usable_cpus
    );
    let rows = steadiness(record).into_iter().map(|suite| {
        vec![
            printable(&suite.suite),
            suite.cases.to_string(),
            format::percent(suite.raw),
            format::percent(suite.relative),
            suite.steadier.to_string(),
        ]
    });
    let header = "suite|cases|as raw times|relative to the workload|relative steadier";
    text += &table(header, rows.collect());
    text
}

/// A table with its header, which names the columns between strokes.
fn table(header: &str, rows: Vec<Vec<String>>) -> String {
    let columns = header.split('|').count();
    let mut text = format!("\n|{header}|\n|{}\n", "---|".repeat(columns));
    for row in rows {
        text += &format!("|{}|\n", row.join("|"));
    }
    text
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
        (
            "What a history costs",
            "records|verb|seconds of each call|peak MiB",
            speed_rows(results),
        ),
        (
            "What it took",
            "part|suites|cases|program|made by|minutes",
            made_rows(results, summary),
        ),
    ];
    for (title, header, rows) in sections {
        if rows.is_empty() {
            continue;
        }
        text += &format!("\n### {title}\n");
        text += &table(header, rows);
    }
    text += "\n";
    for part in parts(summary) {
        let cases: Vec<String> = cases(results, part)
            .into_iter()
            .map(|id| format!("`{id}`"))
            .collect();
        // All of a tier are named by the tier.
        if part != Part::Sight {
            text += &format!("- {}: {}\n", part.name(), cases.join(", "));
        }
    }
    text
}

/// The parts that there are suites of.
fn parts(summary: &Summary) -> impl Iterator<Item = Part> {
    summary.seconds.iter().map(|(part, _)| *part)
}

/// The cases of which a part's suites judged a figure, by name.
fn cases(results: &Results, part: Part) -> BTreeSet<&str> {
    let suites = results.suites.iter().filter(|suite| suite.part == part);
    let figures = suites.flat_map(|suite| &suite.figures);
    figures.map(|figure| figure.id.0.as_str()).collect()
}

/// How many suites of how many cases each part has, by which programs and which
/// call.
fn made_rows(results: &Results, summary: &Summary) -> Vec<Vec<String>> {
    let row = |(part, seconds): &(Part, f64)| {
        let count = results.count(*part);
        let fewer = match count == part.suites() {
            true => String::new(),
            false => format!(" --suites {count}"),
        };
        let programs = results.programs.get(part).into_iter().flatten();
        vec![
            part.name().to_owned(),
            count.to_string(),
            cases(results, *part).len().to_string(),
            programs.cloned().collect::<Vec<_>>().join(", "),
            format!("`scripts/selftest --part {}{fewer}`", part.name()),
            format!("{:.1}", seconds / 60.0),
        ]
    };
    summary.seconds.iter().map(row).collect()
}

fn speed_rows(results: &Results) -> Vec<Vec<String>> {
    let rows = results.speed.iter().map(|line| {
        let seconds: Vec<String> = line.seconds.iter().map(|one| format!("{one:.3}")).collect();
        vec![
            line.records.to_string(),
            line.verb.clone(),
            seconds.join(", "),
            format!("{:.0}", line.mib),
        ]
    });
    rows.collect()
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
