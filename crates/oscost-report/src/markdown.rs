//! The answers as Markdown, for a README or a comment: the headline table,
//! the sentences, and what they were measured on.

use oscost_analysis::{HEADLINE_CASES, Summary, format, headlines};
use oscost_record::{Aspect, Record};

use crate::words;

/// The headline table of a record with its sentences. Figures are medians
/// over rounds with their 95 % intervals; `–` where a case was not measured.
#[must_use]
pub fn markdown(record: &Record, summaries: &[Summary]) -> String {
    let mut text = String::from("| | process | thread | coroutine |\n|---|---:|---:|---:|\n");
    for (aspect, ids) in HEADLINE_CASES {
        let cells = ids.map(|id| cell(summaries, id));
        text += &format!("| {} | {} |\n", row_name(aspect), cells.join(" | "));
    }
    text += "\n";
    for headline in headlines(summaries) {
        text += &format!("- {}\n", escaped(&headline.sentence));
    }
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
    text += &format!(
        "\nMeasured on {} {}, {}{}{}, {}, by oscost {}.\n",
        escaped(&machine.arch),
        escaped(&machine.name),
        words::several(machine.usable_cpus.into(), "CPU"),
        escaped(&host.unwrap_or_default()),
        escaped(&kernel.unwrap_or_default()),
        escaped(&record.run.started),
        escaped(&record.run.tool.version),
    );
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
