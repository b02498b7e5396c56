//! The verdicts and the table of the three kinds, on the page and in Markdown.

use std::sync::LazyLock;

use crate::common::page::{only, page_of, section};
use oscost_analysis::{Verdict, claims, summarise};
use oscost_record::Record;
use oscost_report::markdown;

/// What the headlines and some of the rules stand on.
fn some() -> Record {
    only(
        3,
        &["create/", "switch/pipe", "switch/corosensei", "memory/"],
    )
}

/// Its page, made once.
fn page() -> &'static str {
    static PAGE: LazyLock<String> = LazyLock::new(|| page_of(&some()));
    &PAGE
}

#[test]
fn the_page_opens_with_twenty_verdicts() {
    let record = some();
    let page = page();
    let part = section(page, "claims");
    assert_eq!(part.matches("<details class=\"claim ").count(), 20);
    for claim in claims(&summarise(&record)) {
        let line = part
            .split(&format!("id=\"claim-{}\"", claim.number))
            .nth(1)
            .unwrap();
        let line = line.split("</details>").next().unwrap();
        assert!(line.contains(claim.verdict.words()), "{line}");
        // A verdict stands on cases, a gap on none.
        let measured = !matches!(claim.verdict, Verdict::NotMeasured(_));
        assert_eq!(line.contains("href=\"#case-"), measured, "{line}");
        assert_eq!(line.contains("<circle "), measured, "{line}");
    }
    let (before, _) = page.split_once("id=\"claims\"").unwrap();
    assert!(before.contains("How sure: ") && !before.contains("id=\"ladder\""));
}

#[test]
fn a_line_tells_its_number_and_its_rule() {
    let line = section(page(), "claims");
    let line = line.split("id=\"claim-1\"").nth(1).unwrap();
    let line = line.split("</details>").next().unwrap();
    assert!(line.contains("<span class=\"value\" title=\""), "{line}");
    assert!(line.contains(" times</span>"), "{line}");
    assert!(line.contains("Holds if fork, exit and wait cost at least 30 times"));
    assert!(line.contains("<td>at least 30 times</td>"));
}

#[test]
fn the_table_of_kinds_has_numbers_that_lead_to_cases() {
    let table = section(page(), "kinds");
    assert_eq!(table.matches("<tr><th scope=\"row\">").count(), 7);
    let row = table.split("switch cost").nth(1).unwrap();
    let row = row.split("</tr>").next().unwrap();
    assert_eq!(row.matches("<td><dl>").count(), 3);
    assert!(row.contains("href=\"#case-process-switch-pipe-placement-same-cpu\""));
    // What is missing tells why.
    assert!(table.contains("scenario/crash/process/workers=8 (not part of this run)\">–</dd>"));
}

#[test]
fn the_markdown_has_them_too() {
    let record = some();
    let summaries = summarise(&record);
    let text = markdown(&record, &summaries);
    for claim in claims(&summaries) {
        let line = format!("\n{}. ", claim.number);
        assert_eq!(text.matches(&line).count(), 1, "{line}");
        assert!(text.contains(&format!("**{}**", claim.verdict.words())));
    }
    assert!(text.contains("| switch cost, there and back | a byte through a pipe "));
}

#[test]
fn the_same_record_gives_the_same_words() {
    let record = some();
    let text = || markdown(&record, &summarise(&record));
    assert_eq!(text(), text());
}
