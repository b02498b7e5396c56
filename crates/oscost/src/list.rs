//! `oscost list`: the catalogue, and what of it this machine can run.

use oscost_harness::Case;
use oscost_harness::machine::{Sources, Topology, identity};
use oscost_harness::need::Supply;
use serde_json::{Value, json};

use crate::cli::List;
use crate::exit::End;
use crate::output::say;
use crate::selection::select;

/// Lists cases.
///
/// # Errors
/// Where the filter is wrong or standard output is closed.
pub(crate) fn list(options: &List) -> anyhow::Result<End> {
    let cases = select(&options.selection)?;
    let sources = Sources::machine();
    let supply = Supply::of(&identity(&sources), Topology::read(&sources).choose());
    if options.json {
        let entries: Vec<Value> = cases.iter().map(|case| entry(case, &supply)).collect();
        say(&serde_json::to_string_pretty(&entries)?)?;
    } else {
        say(&plain(&cases, &supply))?;
    }
    Ok(End::Done)
}

fn plain(cases: &[Case], supply: &Supply) -> String {
    let width = cases
        .iter()
        .map(|case| case.info.id.0.len())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    let mut question = "";
    for case in cases {
        if case.row.question != question {
            question = case.row.question;
            text += &format!("\n{question}\n");
        }
        let reason = supply.lacks(case).map(|why| format!("  (not here: {why})"));
        text += &format!("  {:width$}  {}", case.info.id, case.info.unit);
        text += &reason.unwrap_or_default();
        text.push('\n');
    }
    text + &format!("\n{} cases", cases.len())
}

fn entry(case: &Case, supply: &Supply) -> Value {
    let info = &case.info;
    let reason = supply.lacks(case);
    let mut entry = json!({
        "id": info.id,
        "suite": info.suite,
        "operation": info.operation,
        "title": info.title,
        "question": info.question,
        "unit": info.unit,
        "task": info.task,
        "aspect": info.aspect,
        "tier": info.tier,
        "parameters": info.parameters,
        "placement": info.placement,
        "peers": info.peers,
        "control": info.control,
        "claims": info.claims,
        "runnable": reason.is_none(),
    });
    if let Some(reason) = reason {
        entry["reason"] = reason.into();
    }
    entry
}
