//! `oscost doctor`: what makes this machine noisy or unable, and what to do.
//! It changes nothing.

use oscost_analysis::{Severity, findings};
use oscost_harness::session::{Session, state_now};
use serde_json::{Value, json};

use crate::cli::Doctor;
use crate::exit::End;
use crate::output::say;

/// Examines the machine.
///
/// # Errors
/// Where standard output is closed.
pub(crate) fn doctor(options: &Doctor) -> anyhow::Result<End> {
    let session = Session::open();
    let found = findings(
        &session.machine,
        &session.configuration,
        &session.clock_info,
        &[state_now()],
    );
    let unable: Vec<(String, String)> = oscost::catalogue()
        .iter()
        .filter_map(|case| Some((case.info.id.0.clone(), session.supply.lacks(case)?)))
        .collect();
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
