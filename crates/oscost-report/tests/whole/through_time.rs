//! The page's view through time: what stands open and what is folded away, what
//! is said of a change, and that nothing a record holds can make it say more.
use crate::common;

use std::fs;

use crate::common::page::{only, page_of, section};
use crate::common::past::past;
use oscost_analysis::HEADLINE_CASES;
use oscost_record::{CaseId, Record};
use oscost_report::{Past, write_through_time};

const KERNEL: &str = "kernel: 6.8.0-45-generic, 6.9 from here on";

fn page(record: &Record, pasts: &[Past]) -> (String, Vec<String>) {
    let out = tempfile::tempdir().unwrap();
    let written = write_through_time(record, pasts, out.path()).unwrap();
    let name = |path: &std::path::PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    let files = written.pictures.iter().map(name).collect();
    (fs::read_to_string(written.page).unwrap(), files)
}

#[test]
fn one_record_has_no_view_through_time() {
    let record = only(2, &["thread/create/pthread"]);
    assert!(!page_of(&record).contains("\"#time\""));
    let alone = past(&record, 1, |_| false);
    assert!(!page(&record, &[alone]).0.contains("id=\"time\""));
}

#[test]
fn a_change_is_marked_numbered_and_named() {
    let record = only(2, &["thread/create/pthread", "thread/create/std"]);
    let changed = "thread/create/std";
    let past = past(&record, 24, |id| id.0 == changed);
    let (page, files) = page(&record, &[past]);
    let time = section(&page, "time");
    assert!(
        time.contains("24 records, 2026-01-01 to 2026-01-24."),
        "{time}"
    );
    assert!(time.contains("2026-01-13 12:00: 1 case dearer."));
    assert!(time.contains(KERNEL));
    let card = |id: &str| {
        let label = format!("aria-label=\"{id}: ");
        let cards = time.split("<article ");
        let mut found = cards.filter(|card| card.contains(&label));
        found.next().unwrap().split("</article>").next().unwrap()
    };
    let with = card(changed);
    assert!(with.contains("class=\"changes\"") && with.contains("<text class=\"number\""));
    assert!(with.contains("<li><b>1</b> 2026-01-13 12:00: "), "{with}");
    assert!(with.contains("1.50×"));
    let without = card("thread/create/pthread");
    assert!(!without.contains("class=\"changes\""));
    // Few records: each is a dot, and the other kernel is marked in both.
    for card in [with, without] {
        assert_eq!(card.matches("h0").count(), 24);
        assert!(card.contains("class=\"settings\""));
    }
    assert!(files.contains(&"through-time.png".to_owned()), "{files:?}");
}

#[test]
fn headlines_and_changes_stand_open_and_the_rest_is_folded() {
    let record = common::record(2);
    let changed = |id: &CaseId| id.0.starts_with("process/create/") && id.0.contains("spawn");
    let past = past(&record, 24, changed);
    let cases = past.digests[0].cases.len();
    let (page, _) = page(&record, &[past]);
    let time = section(&page, "time");
    assert_eq!(time.matches("<article class=\"course ").count(), cases);
    let (open, folded) = time.split_once("more cases</summary>").unwrap();
    let ids = |text: &str| -> Vec<String> {
        let cards = text.split("<svg role=\"img\" aria-label=\"").skip(1);
        cards
            .map(|card| card.split(": ").next().unwrap().to_owned())
            .collect()
    };
    let open = ids(open);
    let headlines = HEADLINE_CASES.iter().flat_map(|(_, ids)| *ids);
    let headlines: Vec<&str> = headlines.collect();
    assert!(open.len() > headlines.len() && open.len() <= 24, "{open:?}");
    assert_eq!(open[..headlines.len()], headlines);
    assert!(
        open[headlines.len()..]
            .iter()
            .all(|id| changed(&id.as_str().into())),
        "{open:?}"
    );
    assert!(!ids(folded).iter().any(|id| changed(&id.as_str().into())));
}

#[test]
fn many_records_are_drawn_together_and_the_card_says_so() {
    let record = only(2, &["thread/create/pthread"]);
    let past = past(&record, 330, |_| true);
    let (page, _) = page(&record, &[past]);
    let time = section(&page, "time");
    let cards = time.matches("<article ").count();
    assert_eq!(time.matches("330 records, drawn as ").count(), cards);
    for drawn in time.split("330 records, drawn as ").skip(1) {
        let points: usize = drawn.split(' ').next().unwrap().parse().unwrap();
        // As many as are told apart, and one more where a change parts them.
        assert!((100..=122).contains(&points), "{points}");
    }
    // Two stretches of some 165 records are one level each.
    assert_eq!(time.matches("class=\"changes\"").count(), cards);
    assert!(time.len() / cards < 6_000, "{}", time.len() / cards);
}

#[test]
fn several_machines_stand_one_after_the_other() {
    let record = only(2, &["thread/create/pthread"]);
    let own = past(&record, 12, |_| false);
    let mut other = past(&record, 2, |_| false);
    for digest in &mut other.digests {
        digest.machine.name = "The other one".into();
        digest.machine = digest.machine.clone().keyed();
    }
    let mut third = other.clone();
    third.digests.truncate(1);
    let (page, files) = page(&record, &[own, other, third]);
    let time = section(&page, "time");
    assert_eq!(time.matches("<h3>").count(), 3);
    assert!(time.contains("<h3>The other one, 2 CPUs <small>"));
    assert!(time.contains("No case stands in two of them."));
    let drawn = files.iter().filter(|name| name.starts_with("through-time"));
    assert_eq!(drawn.count(), 2);
}

#[test]
fn what_is_not_above_zero_is_counted_and_not_drawn() {
    let record = only(2, &["thread/create/pthread"]);
    let mut past = past(&record, 12, |_| false);
    for digest in &mut past.digests[..3] {
        for case in digest.cases.values_mut() {
            case.raw.level = -1.0;
        }
    }
    let (drawn, _) = page(&record, std::slice::from_ref(&past));
    assert!(drawn.contains("3 records at or below zero, not drawn"));
    for digest in &mut past.digests {
        for case in digest.cases.values_mut() {
            case.raw.level = 0.0;
            case.raw.spread = f64::MAX;
        }
    }
    let (none, _) = page(&record, &[past]);
    assert!(section(&none, "time").contains("No case stands in two of them."));
}

#[test]
fn hostile_text_stays_text() {
    const EVIL: &str = "</script><script>alert(1)</script>\"><img src=x onerror=alert(2)>'";
    let mut record = only(2, &["thread/create/pthread", "thread/create/std"]);
    record.run.machine.key = EVIL.into();
    record.run.machine.name = EVIL.into();
    for info in &mut record.run.cases {
        info.title = EVIL.into();
        info.suite = EVIL.into();
        info.unit.per = EVIL.into();
        info.id.0.push_str(EVIL);
    }
    for line in &mut record.cases {
        line.id.0.push_str(EVIL);
    }
    let mut past = past(&record, 24, |_| true);
    for (number, digest) in past.digests.iter_mut().enumerate() {
        digest.tool = format!("{EVIL}{}", number / 12);
        digest
            .configuration
            .0
            .insert(EVIL.into(), format!("{EVIL}{}", number / 12));
        if number == 3 {
            digest.started = EVIL.into();
        }
    }
    let (page, files) = page(&record, &[past]);
    let time = section(&page, "time");
    assert!(time.contains("alert(2)") && time.contains("&#60;img") || time.contains("&lt;img"));
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("<img").count(), 0);
    assert!(
        files.iter().all(|name| !name.contains(['<', '/', '\''])),
        "{files:?}"
    );
}
