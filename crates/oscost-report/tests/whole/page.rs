//! What the page says, and that nothing a record holds can make it say more.

use crate::common;

use std::fs;
use std::path::Path;

use crate::common::page::{only, page_of, pictures_of, section, whole_page};
use oscost_analysis::summarise;
use oscost_record::{Damage, End, Outcome};
use oscost_report::{ReportError, write};

#[test]
fn every_case_is_on_the_page_and_every_link_leads_somewhere() {
    let run = common::run();
    let page = whole_page();
    let rows: Vec<&str> = page
        .split("<tr id=\"case-")
        .skip(1)
        .map(|row| row.split("</").next().unwrap())
        .map(|name| name.rsplit('>').next().unwrap())
        .collect();
    let cases: Vec<&str> = run.cases.iter().map(|info| info.id.0.as_str()).collect();
    assert_eq!(rows, cases);
    let mut ids: Vec<&str> = page
        .split(" id=\"")
        .skip(1)
        .map(|id| id.split('"').next().unwrap())
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "an anchor stands twice");
    let mut links = 0;
    for link in page.split("href=\"#").skip(1) {
        let anchor = link.split('"').next().unwrap();
        assert!(ids.binary_search(&anchor).is_ok(), "{anchor}");
        links += 1;
    }
    assert!(links > run.cases.len(), "{links}");
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
            "process/create/fork",
            "thread/memory/pthread/",
            "thread/switch/ring/tasks=2/",
            "thread/control/ring/",
            "message/fifo",
            "apart/fork",
            "many/one-cpu",
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
        line.counters.figures.insert(format!("{EVIL}_count"), 1.0);
        line.counters.parts.insert(EVIL.into(), 1.0);
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
    let needs = |rounds| {
        let page = page_of(&only(rounds, &["thread/create/pthread"]));
        page.contains("title=\"needs 1,000 samples\"")
    };
    assert!(needs(1));
    assert!(!needs(2));
    let page = page_of(&only(2, &["thread/create/pthread"]));
    let ridge = page
        .split(">thread/<wbr>create/<wbr>pthread<wbr><")
        .nth(1)
        .unwrap();
    let ridge = ridge.split("</svg></div>").next().unwrap();
    let ridge = ridge.split("<details>").next().unwrap();
    assert!(
        ridge.contains("· p99 ") && !ridge.contains("p99.9"),
        "the ridge follows the same rule: {ridge}"
    );
    assert!(page.contains("title=\"needs 10,000 samples\""));
}

#[test]
fn every_case_with_samples_has_a_ridge_and_its_axis() {
    let page = page_of(&only(2, &["process/switch/pipe", "memory/pthread/"]));
    let distributions = section(&page, "distributions");
    let ridges = distributions.matches("<use href=\"#grid-").count();
    // Idle tasks at four numbers, of which the machine allows three.
    assert_eq!(ridges, 3 + 3);
    let axes: Vec<&str> = distributions
        .split("<svg class=\"axis\">")
        .skip(1)
        .collect();
    assert_eq!(axes.len(), 2);
    assert!(
        axes.iter()
            .all(|axis| axis.matches("<text x=").count() >= 2)
    );
    assert!(axes[0].contains("time per round trip (logarithmic)"));
}

#[test]
fn locks_and_messages_have_sentences_and_tables() {
    let page = page_of(&only(3, &["contended/", "message/"]));
    let locks = section(&page, "locks");
    assert!(
        locks.contains(
            "<li>100 ns inside (measured: 97.0 ns), nothing outside. 2 threads: std Mutex ("
        ),
        "{locks}"
    );
    assert!(locks.contains("<summary>100 ns inside: 9 cases</summary>"));
    assert!(locks.contains("<td>8 threads</td>") && locks.contains("<td>90 %</td>"));
    let talking = section(&page, "talking");
    assert!(
        talking
            .contains("64 B to another process and back, on two CPUs: “shared ring, spinning” ("),
        "{talking}"
    );
    for row in ["spin", "block", "8 B"] {
        assert!(talking.contains(&format!("<td>{row}</td>")), "{row}");
    }
}

#[test]
fn what_a_small_run_did_not_measure_leaves_no_frame() {
    let page = page_of(&only(2, &["process/create/fork/"]));
    for anchor in ["locks", "talking"] {
        assert!(!page.contains(&format!("\"#{anchor}\"")), "{anchor}");
    }
    // One size, one load: sentences and a ranking, but no line through one point.
    let page = page_of(&only(2, &["contenders=2/section=100ns", "size=64B"]));
    assert_eq!(pictures_of(section(&page, "locks")).count(), 2);
    assert_eq!(pictures_of(section(&page, "talking")).count(), 0);
    assert!(section(&page, "talking").contains("<li>64 B to another process"));
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
    let cases = record.run.cases.len();
    let census = format!("{cases} cases: {cases} not reached.");
    assert!(page_of(&record).contains(&census));
}

#[test]
fn memory_is_split_into_task_and_runtime() {
    let page = page_of(&only(3, &["/memory/"]));
    let table = section(&page, "keeping");
    let row = table
        .split("<tr>")
        .find(|row| row.contains(">boxed async block<"))
        .unwrap();
    assert!(row.contains("<td>32 B<small>"), "{row}");
    assert!(row.contains("<td>1,000,000</td>"), "{row}");
    assert!(table.contains("10,000 tasks: skipped: `ulimit -u` allows 4096"));
}

#[test]
fn the_same_cost_of_two_kinds_is_one_row() {
    let page = page_of(&only(2, &["message/fifo", "crash/", "uncontended"]));
    let tables = section(&page, "beside");
    let rows: Vec<&str> = tables.split("<tr>").collect();
    let of = |name: &str| {
        let named = format!("<th scope=\"row\">{name}<small>");
        let found: Vec<&&str> = rows.iter().filter(|row| row.contains(&named)).collect();
        assert_eq!(found.len(), 1, "{name}");
        found[0].matches("<a href=").count()
    };
    assert_eq!(of("named pipe (FIFO), 1 B, same-cpu"), 2);
    assert_eq!(of("until it is seen"), 3);
    // Of many sizes the smallest; of many rows none until they are asked for.
    assert!(!tables.contains("64 KiB"));
    assert!(tables.contains("<details class=\"fold\"><summary>To lock and to wait: 41 costs"));
}

#[test]
fn a_page_of_hundreds_of_cases_stays_small() {
    let cases = common::run().cases.len();
    assert!(cases > 400);
    let each = whole_page().len() / cases;
    assert!(each < 4_000, "{each} bytes for each case");
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
            "create/pthread/fds",
            "memory/pthread/",
            "control/loop",
            "switch/poll",
            "fork-exec/dynamic",
            "process/control/ring/set=4096KiB",
            "process/switch/ring/tasks=2/set=4096KiB",
        ],
    );
    insta::assert_snapshot!(oscost_report::table(&summarise(&record)));
}

#[test]
fn a_case_that_was_mostly_disturbed_says_so_in_its_row() {
    const LEGEND: &str = "disturbed: in at least half of the case's bursts";
    for (disturbed, told) in [(0, false), (1, false), (2, true), (4, true)] {
        let mut record = only(2, &["create/pthread/fds/fds=1000"]);
        for line in &mut record.cases {
            line.bursts[0].disturbed = false;
            line.bursts = vec![line.bursts[0].clone(); 2];
        }
        let all = record.cases.iter_mut().flat_map(|line| &mut line.bursts);
        for burst in all.take(disturbed) {
            burst.disturbed = true;
        }
        let text = oscost_report::table(&summarise(&record));
        let rows: Vec<&str> = text.lines().collect();
        let note = format!("; disturbed: {disturbed} of 4 bursts");
        assert_eq!(rows[1].ends_with(&note), told, "{text}");
        let last = rows.last().unwrap();
        assert_eq!(last.starts_with(LEGEND), told, "{text}");
        assert_eq!(text.matches("disturbed:").count(), usize::from(told) * 2);
    }
}
