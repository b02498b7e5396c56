//! The answers as Markdown, for a README or a comment: the headline table,
//! the sentences, the verdicts on the claims, the three kinds side by side, and
//! what all of it was measured on.

use oscost_analysis::{Claim, Fact, HEADLINE_CASES, Summary, claims, format, headlines, kinds};
use oscost_record::{Aspect, Record};

use crate::tongue::Lang;
use crate::words;

/// The headline table of a record with its sentences. Figures are medians
/// over rounds with their 95 % intervals; `–` where a case was not measured.
#[must_use]
pub fn markdown(record: &Record, summaries: &[Summary]) -> String {
    markdown_in(record, summaries, Lang::En)
}

/// The same in a language.
#[must_use]
pub fn markdown_in(record: &Record, summaries: &[Summary], lang: Lang) -> String {
    let mut text = head(lang, "---:");
    for (aspect, ids) in HEADLINE_CASES {
        let cells = ids.map(|id| cell(summaries, id));
        let name = lang.say(row_name(aspect));
        text += &format!("| {name} | {} |\n", cells.join(" | "));
    }
    text += "\n";
    for headline in headlines(summaries) {
        text += &format!("- {}\n", escaped(&lang.say(&headline.sentence)));
    }
    text += &verdicts(summaries, lang);
    text += &side_by_side(summaries, lang);
    text += &format!("\n{}\n", escaped(&lang.say(&origin(record))));
    text
}

/// The head of a table of the three kinds.
fn head(lang: Lang, align: &str) -> String {
    let kinds = ["process", "thread", "coroutine"].map(|kind| lang.say(kind));
    format!(
        "| | {} |\n|---|{align}|{align}|{align}|\n",
        kinds.join(" | ")
    )
}

/// What was measured, where and when.
fn origin(record: &Record) -> String {
    let machine = &record.run.machine;
    let host = machine
        .hypervisor
        .as_ref()
        .map(|name| format!(" (a virtual machine: {name})"));
    let kernel = record
        .run
        .configuration
        .0
        .get("kernel")
        .map(|kernel| format!(", Linux {kernel}"));
    format!(
        "Measured on {} {}, {}{}{}, {}, by oscost {}.",
        machine.arch,
        machine.name,
        words::several(machine.usable_cpus.into(), "CPU"),
        host.unwrap_or_default(),
        kernel.unwrap_or_default(),
        record.run.started,
        record.run.tool.version,
    )
}

/// A line for each claim.
fn verdicts(summaries: &[Summary], lang: Lang) -> String {
    let said = |text: &str| escaped(&lang.say(text));
    let line = |claim: &Claim| {
        let because = claim.verdict.because();
        let because = because.map_or_else(String::new, |because| {
            let colon = match (claim.points.is_empty(), lang) {
                (true, Lang::En) => ":",
                (false, Lang::En) => "",
                (_, Lang::Zh) => "：",
            };
            format!("{colon} {}", said(because))
        });
        let stop = if lang == Lang::Zh { "。" } else { "." };
        let finding = match claim.finding.as_str() {
            "" => String::new(),
            finding => format!(" {}", said(finding)),
        };
        format!(
            "{}. {} **{}**{because}{stop}{finding}\n",
            claim.number,
            said(claim.claim),
            lang.say(claim.verdict.words()),
        )
    };
    let lines: String = claims(summaries).iter().map(line).collect();
    let title = lang.say("Twenty claims, put to the test");
    format!("\n**{title}**\n\n{lines}")
}

/// The table of the three kinds.
fn side_by_side(summaries: &[Summary], lang: Lang) -> String {
    let fact = |fact: &Fact| {
        let number = fact.reading.as_ref();
        let number = number.map_or_else(
            |_| "–".to_owned(),
            |reading| {
                let words = reading.scale.words(reading.number.value);
                lang.say(&words).into_owned()
            },
        );
        format!("{} {}", escaped(&lang.say(fact.what)), escaped(&number))
    };
    let mut text = format!("\n{}", head(lang, "---"));
    for row in kinds(summaries) {
        let cells = row.kinds.iter().map(|facts| {
            let facts: Vec<String> = facts.iter().map(fact).collect();
            facts.join("<br>")
        });
        let cells: Vec<String> = cells.collect();
        let name = escaped(&lang.say(row.name));
        text += &format!("| {name} | {} |\n", cells.join(" | "));
    }
    text
}

fn row_name(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Create => "make one and see it end",
        Aspect::Switch => "switch there and back",
        Aspect::Memory => "keep an idle one (of 1,000)",
        _ => "besides",
    }
}

fn cell(summaries: &[Summary], id: &str) -> String {
    let summary = summaries.iter().find(|summary| summary.info.id.0 == id);
    let estimate = summary.and_then(|summary| Some((summary.estimate?, &summary.info.unit)));
    estimate.map_or_else(
        || "–".to_owned(),
        |(estimate, unit)| {
            let [value, low, high] = [estimate.value, estimate.low, estimate.high]
                .map(|value| format::quantity(value, unit));
            format!("{value} ({low} – {high})")
        },
    )
}

/// Text from a record that Markdown is not to read as its own.
pub(crate) fn escaped(text: &str) -> String {
    text.chars()
        .flat_map(|letter| {
            let special = "\\`*_{}[]<>|#".contains(letter);
            special.then_some('\\').into_iter().chain([letter])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_markdown_would_read_is_escaped() {
        assert_eq!(escaped("a|b <c>"), "a\\|b \\<c\\>");
    }

    #[test]
    fn what_was_not_measured_is_a_dash() {
        assert_eq!(cell(&[], "process/create/fork/rss=0MiB"), "–");
    }
}
