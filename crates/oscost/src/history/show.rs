//! `oscost history show`: the cases of a machine through all its records. One
//! case is shown record by record; many, one a line.

use std::collections::BTreeSet;

use anyhow::bail;
use oscost_analysis::{format, side_by_side};
use oscost_harness::machine::{Sources, identity};
use oscost_history::{History, MachineKey, Point, Timeline};
use oscost_record::{CaseId, Unit};
use oscost_report::{otherwise, printable};
use serde_json::{Value, json};

use super::options::Show;
use crate::exit::End;
use crate::output::{complain, say};

/// A case through the records.
struct Series<'a> {
    id: &'a CaseId,
    points: Vec<Point<'a>>,
    unit: Option<&'a Unit>,
}

/// Shows series.
///
/// # Errors
/// Where there is no such machine or case, the pattern is wrong, the folder
/// cannot be read, or standard output is closed.
pub(super) fn show(history: &History, options: &Show, json: bool) -> anyhow::Result<End> {
    let machine = chosen(history, options.key.as_deref())?;
    let timeline = history.timeline(&machine)?;
    for record in &timeline.unreadable {
        complain(&format!("{}: {}", record.path.display(), record.why));
    }
    let ids = ids(&timeline, options.case.as_deref())?;
    let infos = timeline.infos(history, &ids);
    let found = side_by_side(&ids, |&id| Series {
        id,
        points: timeline.series(id),
        unit: infos.get(id).map(|info| &info.unit),
    });
    if json {
        let cases: Vec<Value> = found.iter().map(as_json).collect();
        let all = json!({"machine": machine.as_str(), "cases": cases});
        say(&serde_json::to_string_pretty(&all)?)?;
    } else if let [one] = &found[..] {
        say(&record_by_record(one))?;
    } else {
        say(&case_by_case(&found))?;
    }
    Ok(End::Done)
}

/// The machine that is meant; where none is named this one, or the only one.
fn chosen(history: &History, key: Option<&str>) -> anyhow::Result<MachineKey> {
    if let Some(key) = key {
        return Ok(history.machine(key)?);
    }
    let here = identity(&Sources::machine()).key;
    Ok(history.machine(&here).or_else(|_| history.machine(""))?)
}

/// The cases that match, and were measured at least once. An id matches itself
/// alone.
fn ids<'a>(timeline: &'a Timeline, pattern: Option<&str>) -> anyhow::Result<Vec<&'a CaseId>> {
    let digests = timeline.moments.iter().map(|moment| &moment.digest);
    let all: BTreeSet<&CaseId> = digests.flat_map(|digest| digest.cases.keys()).collect();
    let pattern = pattern.unwrap_or_default();
    let itself: Vec<&CaseId> = all.iter().copied().filter(|id| id.0 == pattern).collect();
    if !itself.is_empty() {
        return Ok(itself);
    }
    let matches = regex::Regex::new(pattern)?;
    let found: Vec<&CaseId> = all
        .into_iter()
        .filter(|id| matches.is_match(&id.0))
        .collect();
    if found.is_empty() {
        bail!("no case of this machine's records matches `{pattern}`");
    }
    Ok(found)
}

impl Series<'_> {
    fn quantity(&self, value: f64) -> String {
        match self.unit {
            Some(unit) => format::quantity(value, unit),
            None => format!("{value:.4e}"),
        }
    }

    /// What a change is in words: `100 ns to 150 ns, times 1.50`.
    fn change(&self, (before, after): (f64, f64)) -> String {
        let times = format::ratio(after / before);
        format!(
            "{} to {}, times {times}",
            self.quantity(before),
            self.quantity(after)
        )
    }
}

fn record_by_record(series: &Series<'_>) -> String {
    let per = series.unit.map(|unit| format!(" ({unit})"));
    let mut lines = vec![printable(&format!(
        "{}{}",
        series.id,
        per.unwrap_or_default()
    ))];
    lines.push(format!(
        "{:20}  {:>10}  {:>7}  {:>6}  {:12}  tool",
        "record", "level", "spread", "rounds", "configuration"
    ));
    for point in &series.points {
        if let Some(change) = point.change {
            lines.push(format!("  from here on: {}", series.change(change)));
        }
        // The tool stands in every line.
        let told = point.differences.iter();
        let told = told.filter(|difference| difference.name != "binary");
        let told = told.map(|one| printable(&otherwise(one, " from here on")));
        lines.extend(told.map(|line| format!("  {line}")));
        lines.push(printable(&format!(
            "{}  {:>10}  {:>7}  {:>6}  {:12}   {}",
            point.moment.entry.started(),
            series.quantity(point.case.raw.level),
            format::percent(point.case.raw.spread),
            point.case.rounds,
            point.moment.place.configuration,
            point.moment.digest.tool,
        )));
    }
    lines.join("\n")
}

fn case_by_case(all: &[Series<'_>]) -> String {
    let width = all.iter().map(|series| series.id.0.chars().count());
    let width = width.max().unwrap_or_default();
    let mut lines = vec![format!(
        "{:width$}  {:>7}  {:>10}  last change",
        "case", "records", "level"
    )];
    for series in all {
        let last = series.points.last();
        let level = last.map(|point| series.quantity(point.case.raw.level));
        let changed = series.points.iter().rev();
        let changed = changed
            .filter_map(|point| Some((point, point.change?)))
            .next();
        let note = changed.map(|(point, change)| {
            format!(
                "{}: {}",
                point.moment.entry.started(),
                series.change(change)
            )
        });
        let line = format!(
            "{:width$}  {:>7}  {:>10}  {}",
            series.id,
            series.points.len(),
            level.unwrap_or_default(),
            note.unwrap_or_default()
        );
        lines.push(printable(line.trim_end()));
    }
    lines.join("\n")
}

fn as_json(series: &Series<'_>) -> Value {
    let points = series.points.iter().map(|point| {
        let mut value = json!({
            "record": format!("{}/{}", point.moment.place.machine, point.moment.entry.stem()),
            "started": point.moment.entry.started(),
            "configuration": point.moment.place.configuration.as_str(),
            "tool": point.moment.digest.tool,
            "level": point.case.raw.level,
            "spread": point.case.raw.spread,
            "rounds": point.case.rounds,
        });
        if let Some((before, after)) = point.change {
            value["change"] = json!({"before": before, "after": after});
        }
        if !point.differences.is_empty() {
            let differences = point.differences.iter().map(|difference| {
                json!({
                    "name": difference.name,
                    "before": difference.before,
                    "after": difference.after,
                })
            });
            value["differences"] = differences.collect();
        }
        value
    });
    json!({"id": series.id, "unit": series.unit, "points": points.collect::<Vec<_>>()})
}
