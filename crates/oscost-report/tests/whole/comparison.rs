//! Two records side by side, as people read them: the parts stand in their
//! order, and nothing that a record holds can make them say more.

use crate::common;

use oscost_analysis::compare;
use oscost_record::{CaseId, Nanos, Record, Samples};
use oscost_report::{comparison_markdown, comparison_table};

const FORK: &str = "process/create/fork/rss=0MiB";

/// A record, and the same with one case four times as slow, at twice the
/// switches.
fn two() -> (Record, Record) {
    let before = common::record_of(8, |id| id.suite() == "process");
    let mut after = before.clone();
    for line in after.cases.iter_mut().filter(|line| line.id.0 == FORK) {
        let buckets = line.samples.sorted().into_iter();
        line.samples = Samples::Histogram(buckets.map(|(value, n)| (value * 4.0, n)).collect());
        line.counters.minor_faults = line.counters.minor_faults.map(|count| count * 2);
        line.counters.user_time = line.counters.user_time.map(|time| Nanos(time.0 * 4.0));
    }
    after
        .run
        .configuration
        .0
        .insert("kernel".into(), "6.9".into());
    (before, after)
}

fn shown(before: &Record, after: &Record) -> (String, String) {
    let comparison = compare(before, after, 0.05);
    let runs = [&before.run, &after.run];
    (
        comparison_table(&comparison, runs),
        comparison_markdown(&comparison, runs),
    )
}

#[test]
fn the_parts_stand_in_their_order() {
    let (before, after) = two();
    let (table, markdown) = shown(&before, &after);
    let first = table
        .lines()
        .position(|line| line.starts_with("process/"))
        .unwrap();
    let lines: Vec<&str> = table.lines().skip(first).collect();
    assert!(
        lines[0].starts_with(FORK) && lines[0].ends_with("slower"),
        "{table}"
    );
    assert!(lines[0].contains("4.0×"), "{table}");
    assert!(
        lines[1]
            .trim_start()
            .starts_with("minor faults: 40 to 80 per operation"),
        "{table}"
    );
    assert!(lines[2].trim_start().starts_with("cpu time: "), "{table}");
    let places = [
        "1 slower",
        "A comparison, not a verdict",
        "Geometric means",
        "What differs",
        "configuration kernel: A 6.8.0-45-generic; B 6.9",
    ]
    .map(|text| {
        table
            .find(text)
            .unwrap_or_else(|| panic!("`{text}` is not in {table}"))
    });
    assert!(places.is_sorted(), "{table}");
    let rows: Vec<&str> = markdown
        .lines()
        .filter(|line| line.starts_with("| process/"))
        .collect();
    assert_eq!(rows.len(), 1, "{markdown}");
    assert!(rows[0].contains("minor faults: 40 to 80 per operation"));
}

#[test]
fn few_cases_of_one_record_alone_are_named_and_many_counted() {
    let (before, mut after) = two();
    after.run.cases.retain(|info| info.id.0 != FORK);
    assert!(
        shown(&before, &after)
            .0
            .contains(&format!("Only in A\n  {FORK}: measured\n"))
    );
    let all = common::record_of(1, |_| true);
    let few = common::record_of(1, |id| id.0 == FORK);
    let (table, _) = shown(&few, &all);
    let only = table.split("Only in B\n").nth(1).unwrap();
    assert!(
        only.starts_with("  process: ") && only.contains(" of them measured"),
        "{table}"
    );
}

#[test]
fn a_hostile_record_shows_as_text() {
    let (mut before, mut after) = two();
    let id = "process/a|b`<script>alert(1)</script>\n\u{1b}[31m";
    for record in [&mut before, &mut after] {
        for info in record.run.cases.iter_mut().filter(|info| info.id.0 == FORK) {
            info.id = CaseId(id.into());
        }
        for line in record.cases.iter_mut().filter(|line| line.id.0 == FORK) {
            line.id = CaseId(id.into());
        }
        record.run.machine.name = "<img src=x>\u{7}".into();
    }
    after.run.tool.version = "|\n# heading".into();
    let (table, markdown) = shown(&before, &after);
    for text in [&table, &markdown] {
        assert!(
            !text.contains(|letter: char| letter.is_control() && letter != '\n'),
            "{text}"
        );
        assert!(!text.contains("\n# heading"));
    }
    let bare = markdown.replace("\\<", "").replace("\\|", "");
    assert!(
        !bare.contains("<script") && !bare.contains("<img"),
        "{markdown}"
    );
    let row = bare.lines().find(|line| line.contains("alert")).unwrap();
    assert_eq!(row.matches('|').count(), 8, "{row}");
}

#[test]
fn nothing_in_common_is_said() {
    let (before, mut after) = two();
    after.run.cases.clear();
    let (table, markdown) = shown(&before, &after);
    assert!(
        table.contains("0 cases in both: nothing to compare"),
        "{table}"
    );
    assert!(markdown.contains("nothing to compare"), "{markdown}");
}

#[test]
fn a_side_that_was_mostly_disturbed_is_named_in_the_row() {
    let (before, mut after) = two();
    assert!(!shown(&before, &after).0.contains("disturbed"));
    let lines = after.cases.iter_mut().filter(|line| line.id.0 == FORK);
    // Of eight bursts, one of each round, four.
    for (number, line) in lines.enumerate() {
        line.bursts[0].disturbed = number % 2 == 0;
    }
    let (table, markdown) = shown(&before, &after);
    let note = "slower; disturbed: 4 of 8 bursts of B";
    let rows: Vec<&str> = table.lines().filter(|line| line.ends_with(note)).collect();
    assert_eq!(rows.len(), 1, "{table}");
    assert!(rows[0].starts_with(FORK), "{table}");
    assert!(table.contains("\ndisturbed: in at least half"), "{table}");
    assert!(markdown.contains(note), "{markdown}");
}
