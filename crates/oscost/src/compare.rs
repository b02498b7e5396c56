//! `oscost compare`: two records, case by case, or many machines. It tells and
//! does not judge: its exit code never depends on what it finds.

use anyhow::bail;
use oscost_analysis::{Compared, Comparison, Fate, MeanRatio, NoRatio, Scope, Uncompared};
use oscost_record::Quantity;
use oscost_report::{comparison_markdown, comparison_table, fleet_markdown, fleet_table};
use serde_json::{Value, json};

use crate::cli::Compare;
use crate::exit::End;
use crate::output::say;
use crate::{fleet, named};

/// Compares two records.
///
/// # Errors
/// Where a record cannot be read or standard output is closed.
pub(crate) fn compare(options: &Compare) -> anyhow::Result<End> {
    if fleet::is_meant(&options.records) {
        return machines(options);
    }
    let [a, b] = &options.records[..] else {
        bail!("one record has nothing to be compared with: give two, or a folder of records");
    };
    if options.hosts.is_some() {
        bail!("`--hosts` is of many machines: give a folder of records");
    }
    let (a, b) = (named::record(a)?, named::record(b)?);
    let comparison = oscost_analysis::compare(&a, &b, options.threshold);
    let runs = [&a.run, &b.run];
    let text = match (options.json, options.markdown) {
        (true, _) => serde_json::to_string_pretty(&as_json(&comparison))?,
        (_, true) => comparison_markdown(&comparison, runs),
        _ => comparison_table(&comparison, runs),
    };
    say(text.trim_end())?;
    Ok(End::Done)
}

/// Ranks many machines.
fn machines(options: &Compare) -> anyhow::Result<End> {
    let joined = fleet::gather(&options.records, options.hosts.as_deref())?;
    let threshold = options.threshold;
    let text = match (options.json, options.markdown) {
        (true, _) => serde_json::to_string_pretty(&fleet::as_json(&joined, threshold))?,
        (_, true) => fleet_markdown(&joined, threshold),
        _ => fleet_table(&joined, threshold),
    };
    say(text.trim_end())?;
    Ok(End::Done)
}

fn as_json(comparison: &Comparison) -> Value {
    let differences = comparison.differences.iter().map(|difference| {
        json!({
            "area": difference.area.name(),
            "name": difference.name,
            "a": difference.before,
            "b": difference.after,
        })
    });
    json!({
        "threshold": comparison.threshold,
        "same_machine": comparison.same_machine,
        "cases": comparison.cases.iter().map(case).collect::<Vec<_>>(),
        "without_ratio": comparison.uncompared.iter().map(uncompared).collect::<Vec<_>>(),
        "geometric_means": comparison.means.iter().map(mean).collect::<Vec<_>>(),
        "differences": differences.collect::<Vec<_>>(),
    })
}

fn case(case: &Compared) -> Value {
    let moved = case.moved.iter().map(|moved| {
        json!({
            "counter": moved.counter.name(),
            "a": moved.before,
            "b": moved.after,
        })
    });
    let mut value = json!({
        "id": case.info.id,
        "suite": case.info.suite,
        "unit": case.info.unit,
        "a": case.before,
        "b": case.after,
        "ratio": case.ratio,
        "change": case.change.word(case.info.unit.quantity),
        "moved": moved.collect::<Vec<_>>(),
        "failed_rounds": {"a": case.failed_rounds.0, "b": case.failed_rounds.1},
    });
    if let Some(p99) = case.p99 {
        value["p99_ratio"] = json!(p99);
    }
    value
}

fn uncompared(case: &Uncompared) -> Value {
    let mut value = json!({"id": case.id, "a": fate(&case.before), "b": fate(&case.after)});
    if let Some(why) = &case.why {
        value["reason"] = match why {
            NoRatio::Units(a, b) => format!("in {a} in A, in {b} in B").into(),
            NoRatio::NotAboveZero => "not above zero".into(),
        };
    }
    value
}

fn fate(fate: &Option<Fate>) -> Value {
    match fate {
        None => json!({"outcome": "absent"}),
        Some(Fate::Measured) => json!({"outcome": "measured"}),
        Some(Fate::Partly(rounds, reasons)) => {
            json!({"outcome": "measured", "failed_rounds": rounds, "reasons": reasons})
        }
        Some(Fate::Skipped(reason)) => json!({"outcome": "skipped", "reasons": [reason]}),
        Some(Fate::Failed(reasons)) => json!({"outcome": "failed", "reasons": reasons}),
        Some(Fate::Missing) => json!({"outcome": "missing"}),
    }
}

fn mean(mean: &MeanRatio) -> Value {
    let (suite, aspect) = match &mean.scope {
        Scope::Aspect(suite, aspect) => (Some(suite), Some(aspect)),
        Scope::Suite(suite) => (Some(suite), None),
        Scope::All => (None, None),
    };
    let quantity = match mean.quantity {
        Quantity::Time => "time",
        Quantity::Memory => "memory",
    };
    json!({
        "suite": suite,
        "aspect": aspect,
        "quantity": quantity,
        "cases": mean.cases,
        "ratio": mean.ratio,
    })
}
