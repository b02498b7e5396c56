//! `oscost doctor`: what makes this machine noisy or unable, and what to do.
//! It changes nothing.

use std::path::Path;
use std::time::Duration;

use oscost_analysis::{Finding, Moment, Severity, findings, moment_findings};
use oscost_harness::machine::{
    Build, Sources, busy_percent, configuration, distrust_of_counter, identity,
    may_have_huge_pages, open_descriptors, state,
};
use oscost_harness::session::Session;
use oscost_record::{ClockInfo, Nanos};
use serde_json::{Value, json};

use crate::cli::Doctor;
use crate::exit::End;
use crate::output::say;

/// How long neighbours are watched. The kernel counts in ticks, commonly of 10 ms.
const WATCH: Duration = Duration::from_millis(300);

/// Examines the machine and says what it found.
///
/// # Errors
/// Where standard output is closed.
pub(crate) fn doctor(options: &Doctor) -> anyhow::Result<End> {
    let (found, unable) = match &options.root {
        Some(root) => (examine_tree(root), Vec::new()),
        None => examine(),
    };
    let word = |severity: &Severity| match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
    };
    if options.json {
        let findings: Vec<Value> = found
            .iter()
            .map(|finding| {
                json!({
                    "severity": word(&finding.severity),
                    "what": finding.what,
                    "why": finding.why,
                    "remedy": finding.remedy,
                })
            })
            .collect();
        let cannot_run: Vec<Value> = unable
            .iter()
            .map(|(id, reason)| json!({"id": id, "reason": reason}))
            .collect();
        let all = json!({"findings": findings, "cannot_run": cannot_run});
        say(&serde_json::to_string_pretty(&all)?)?;
    } else {
        let mut text = String::new();
        for finding in &found {
            text += &format!(
                "{}: {}\n  why it matters: {}\n  what to do: {}\n",
                word(&finding.severity),
                finding.what,
                finding.why,
                finding.remedy
            );
        }
        for (id, reason) in &unable {
            text += &format!("cannot run: {id}\n  {reason}\n");
        }
        if text.is_empty() {
            text = "nothing found: this machine is fit to measure".to_owned();
        }
        say(text.trim_end())?;
    }
    let objection = found
        .iter()
        .any(|finding| finding.severity == Severity::Warning);
    Ok(if options.strict && objection {
        End::Objection
    } else {
        End::Done
    })
}

/// This machine, at this moment: what was found, and the cases that cannot run,
/// each with the reason.
fn examine() -> (Vec<Finding>, Vec<(String, String)>) {
    let sources = Sources::machine();
    // Before this program works itself.
    let moment = moment(&sources);
    let session = Session::open();
    let mut found = moment_findings(&moment);
    found.extend(findings(
        &session.machine,
        &session.configuration,
        &session.clock_info,
        &[state(&sources)],
    ));
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let unable = oscost::catalogue()
        .iter()
        .filter_map(|case| Some((case.info.id.0.clone(), session.supply.lacks(case)?)))
        .collect();
    (found, unable)
}

/// A machine that is there as files alone: they tell which clock it has, but not its
/// steps, and it runs no program that was built somehow.
fn examine_tree(root: &Path) -> Vec<Finding> {
    let sources = Sources::under(root, std::env::consts::ARCH);
    let clock = ClockInfo {
        source: "clock_gettime".to_owned(),
        fallback: distrust_of_counter(&sources),
        ticks_per_second: 0.0,
        resolution: Nanos(0.0),
        cost: Nanos(0.0),
    };
    let mut found = moment_findings(&moment(&sources));
    found.extend(findings(
        &identity(&sources),
        &configuration(&sources, &Build::default()),
        &clock,
        &[state(&sources)],
    ));
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}

fn moment(sources: &Sources) -> Moment {
    Moment {
        descriptors: open_descriptors(sources),
        huge_pages: may_have_huge_pages(sources),
        busy_percent: busy_percent(sources, WATCH),
    }
}
