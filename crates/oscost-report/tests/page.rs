//! What the page says, and that nothing a record holds can make it say more.

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop, and says what it skips"
)]

mod common;

use std::fs;
use std::path::Path;

use oscost_analysis::summarise;
use oscost_record::{CaseId, Damage, End, Outcome, Record};
use oscost_report::{ReportError, write};

fn page_of(record: &Record) -> String {
    let out = tempfile::tempdir().unwrap();
    let written = write(record, out.path()).unwrap();
    fs::read_to_string(written.page).unwrap()
}

/// A small record: the cases whose id contains one of `parts`.
fn only(rounds: u32, parts: &[&str]) -> Record {
    let mut record = common::record(rounds);
    let wanted = |id: &CaseId| parts.iter().any(|part| id.0.contains(part));
    record.run.cases.retain(|info| wanted(&info.id));
    record.cases.retain(|line| wanted(&line.id));
    record
}

#[test]
fn every_case_is_on_the_page_and_every_link_leads_somewhere() {
    let record = common::record(3);
    let page = page_of(&record);
    for info in &record.run.cases {
        assert!(
            page.contains(&format!("data-value=\"{}\"", info.id)),
            "{}",
            info.id
        );
    }
    let mut links = 0;
    for link in page.split("href=\"#").skip(1) {
        let anchor = link.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{anchor}\"")), "{anchor}");
        links += 1;
    }
    assert!(links > record.run.cases.len(), "{links}");
    let mut ids: Vec<&str> = page
        .split(" id=\"")
        .skip(1)
        .map(|id| id.split('"').next().unwrap())
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "an anchor stands twice");
}

#[test]
fn nothing_is_fetched_and_only_hashed_code_runs() {
    let page = page_of(&only(2, &["pthread"]));
    let policy = page
        .split("Content-Security-Policy\" content=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert!(policy.contains("default-src &#39;none&#39;"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let foreign = page.replace("http://www.w3.org/2000/svg", "");
    for sign in [
        "http://",
        "https://",
        "src=",
        "@import",
        "url(",
        " style=\"",
        " onclick",
    ] {
        assert!(!foreign.contains(sign), "{sign}");
    }
}

#[test]
fn hostile_text_stays_text() {
    const EVIL: &str = "</script><script>alert(1)</script>\"><img src=x onerror=alert(2)>'";
    let mut record = only(
        2,
        &[
            "process/switch/pipe",
            "thread/create/std",
            "process/create/fork-exec/static",
        ],
    );
    record.run.machine.name = EVIL.into();
    record.run.machine.hypervisor = Some(EVIL.into());
    record.run.command.push(EVIL.into());
    record.run.configuration.0.insert(EVIL.into(), EVIL.into());
    record.damage.push(Damage {
        line: 3,
        why: EVIL.into(),
    });
    for info in &mut record.run.cases {
        info.title = EVIL.into();
        info.question = EVIL.into();
        info.unit.per = EVIL.into();
        info.operation = format!("{}/{EVIL}", info.operation);
        info.id.0.push_str(EVIL);
    }
    for line in &mut record.cases {
        line.id.0.push_str(EVIL);
        if let Outcome::Failed(reason) = &mut line.outcome {
            *reason = EVIL.into();
        }
    }
    let page = page_of(&record);
    assert!(page.contains("alert(2)"), "the text itself is shown");
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("<img").count(), 0);
    assert_eq!(page.matches("</script").count(), 1);
}

#[test]
fn a_percentile_needs_its_samples() {
    // 800 samples a round: p99 comes with the second.
    let cell = |rounds| {
        let page = page_of(&only(rounds, &["thread/create/pthread"]));
        page.contains("needs 1,000 samples, and there are 800")
    };
    assert!(cell(1));
    assert!(!cell(2));
    let page = page_of(&only(2, &["thread/create/pthread"]));
    let picture = page
        .split("id=\"distribution-thread-create-pthread\"")
        .nth(1)
        .unwrap();
    let picture = picture.split("</svg>").next().unwrap();
    assert!(
        picture.contains("\np99\n") && !picture.contains("p99.9"),
        "the picture follows the same rule"
    );
    assert!(page.contains("needs 10,000 samples, and there are 1,600"));
}

#[test]
fn every_axis_has_a_unit_or_says_what_it_counts() {
    let page = page_of(&common::record(2));
    for (number, svg) in page.split("<svg ").skip(1).enumerate() {
        let svg = svg.split("</svg>").next().unwrap();
        let texts: Vec<&str> = svg
            .split("<text ")
            .skip(1)
            .map(|text| {
                text.split_once('>')
                    .unwrap()
                    .1
                    .split("</text>")
                    .next()
                    .unwrap()
                    .trim()
            })
            .collect();
        let axes = texts
            .iter()
            .filter(|text| text.ends_with("(logarithmic)"))
            .count();
        assert!(axes >= 1, "picture {number} names no axis");
        let units = [" ns", " µs", " ms", " s", " B", " KiB", " MiB", " GiB"];
        let ticks = texts
            .iter()
            .filter(|text| units.iter().any(|unit| text.ends_with(unit)))
            .count();
        assert!(ticks >= 2, "picture {number} has no units: {texts:?}");
    }
}

#[test]
fn colours_of_the_page_are_variables() {
    let page = page_of(&only(2, &["pthread"]));
    let figure = page
        .split("<figure>")
        .nth(1)
        .unwrap()
        .split("</figure>")
        .next()
        .unwrap();
    assert!(figure.contains("fill=\"var(--thread)\""));
    assert!(!figure.contains("=\"#0"), "a fixed colour is left");
}

#[test]
fn a_killed_run_says_so() {
    let mut record = only(2, &["pthread"]);
    assert!(!page_of(&record).contains("the run was killed"));
    record.end = None;
    assert!(page_of(&record).contains("the run was killed"));
    record.end = Some(End {
        ended: String::new(),
        interrupted: true,
    });
    assert!(page_of(&record).contains("cut short"));
}

#[test]
fn a_record_without_a_single_case_is_a_page() {
    let mut record = common::record(1);
    record.cases.clear();
    record.run.cases.clear();
    let page = page_of(&record);
    assert!(page.contains("Nothing was measured"));
    record = common::record(0);
    assert!(page_of(&record).contains("71 cases: 71 not reached."));
}

#[test]
fn skips_and_failures_are_named_with_their_reasons() {
    let page = page_of(&only(3, &["pthread", "fork-exec", "thread/switch/futex"]));
    let trouble = page
        .split("id=\"trouble\"")
        .nth(1)
        .unwrap()
        .split("</section>")
        .next()
        .unwrap();
    for part in [
        "skipped: `ulimit -u` allows",
        "failed: the target",
        "failed in 1 round: asked for two CPUs",
    ] {
        assert!(trouble.contains(part), "{part}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = write(&only(1, &["create/std"]), &file.join("report")).unwrap_err();
    assert!(matches!(&error, ReportError::Write { path, .. } if path == &file.join("report")));
    let text = error.to_string();
    assert!(
        text.contains("file/report") && text.contains("os error 20"),
        "{text}"
    );
}

#[test]
fn an_unwritable_folder_is_named() {
    // /proc takes no new files, not even from root.
    let error = write(&only(1, &["create/std"]), Path::new("/proc/self"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("/proc/self/") && error.contains("os error"),
        "{error}"
    );
}

#[test]
fn the_same_record_gives_the_same_page() {
    let record = only(2, &["pthread", "pipe"]);
    assert_eq!(page_of(&record), page_of(&record));
}

#[test]
fn the_terminal_table_is_aligned_and_complete() {
    let record = only(
        3,
        &[
            "create/pthread",
            "memory/pthread",
            "control/loop",
            "fork-exec/static",
        ],
    );
    insta::assert_snapshot!(oscost_report::table(&summarise(&record)));
}
