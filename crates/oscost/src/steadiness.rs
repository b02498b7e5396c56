//! `oscost selftest reference`: what the frozen workloads gain on the machine
//! of a record.

use anyhow::bail;
use oscost_analysis::{Steadiness, format, steadiness};
use serde_json::{Value, json};

use crate::cli::SelfTestReference;
use crate::exit::End;
use crate::named;
use crate::output::say;

/// Prints the spread between rounds, raw and relative, by suite.
///
/// # Errors
/// Where the record cannot be read, or no frozen workload took turns with its
/// cases.
pub(crate) fn reference(options: &SelfTestReference) -> anyhow::Result<End> {
    let record = named::record(&options.record)?;
    let found = steadiness(&record);
    if found.is_empty() {
        bail!(
            "{} has no case with a frozen workload in five rounds or more: `oscost run` makes \
             such a record",
            options.record.display()
        );
    }
    let text = match options.json {
        true => serde_json::to_string_pretty(&found.iter().map(as_json).collect::<Vec<_>>())?,
        false => as_text(&found),
    };
    say(&text)?;
    Ok(End::Done)
}

fn as_json(suite: &Steadiness) -> Value {
    json!({
        "suite": suite.suite,
        "cases": suite.cases,
        "steadier_relative": suite.steadier,
        "raw": suite.raw,
        "relative": suite.relative,
    })
}

fn as_text(suites: &[Steadiness]) -> String {
    let mut lines = vec![format!(
        "{:10}  {:>5}  {:>9}  {:>9}  {:>17}",
        "suite", "cases", "raw", "relative", "relative steadier"
    )];
    lines.extend(suites.iter().map(|suite| {
        format!(
            "{:10}  {:>5}  {:>9}  {:>9}  {:>17}",
            oscost_report::printable(&suite.suite),
            suite.cases,
            format::percent(suite.raw),
            format::percent(suite.relative),
            suite.steadier
        )
    }));
    lines.join("\n")
}
