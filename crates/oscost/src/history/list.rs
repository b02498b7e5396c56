//! `oscost history list`: which machines, in which configurations, and how many
//! records of each. Who a machine is, its newest record tells.

use oscost_history::{Entry, History, Place};
use oscost_record::{Machine, Record, Run};
use oscost_report::{otherwise, printable};
use serde_json::{Value, json};

use crate::exit::End;
use crate::output::{complain, say};

/// The records of one machine in one configuration.
struct Series {
    place: Place,
    entries: Vec<Entry>,
    /// The header of the newest record that can be read.
    run: Option<Run>,
}

/// Lists the history.
///
/// # Errors
/// Where the folder cannot be read or standard output is closed.
pub(super) fn list(history: &History, json: bool) -> anyhow::Result<End> {
    let mut all = Vec::new();
    for place in history.places()? {
        let entries = history.entries(&place)?;
        let headers = entries.iter().rev();
        let run = headers
            .map(|entry| Record::header(&history.path(&place, entry)))
            .find_map(Result::ok);
        if !entries.is_empty() {
            all.push(Series {
                place,
                entries,
                run,
            });
        }
    }
    // Machines together, the configuration used last first.
    all.sort_by(|a, b| {
        let machines = a.place.machine.cmp(&b.place.machine);
        machines.then_with(|| b.entries.last().cmp(&a.entries.last()))
    });
    let machines = all.chunk_by(|a, b| a.place.machine == b.place.machine);
    if json {
        let machines: Vec<Value> = machines.map(as_json).collect();
        let all = json!({"folder": history.folder(), "machines": machines});
        say(&serde_json::to_string_pretty(&all)?)?;
    } else if all.is_empty() {
        complain(&format!(
            "there are no records in {}; `oscost history add RECORD` adds one",
            history.folder().display()
        ));
    } else {
        let texts: Vec<String> = machines.map(as_text).collect();
        say(texts.join("\n\n").trim_end())?;
    }
    Ok(End::Done)
}

fn as_json(machine: &[Series]) -> Value {
    let configurations = machine.iter().map(|series| {
        json!({
            "key": series.place.configuration.as_str(),
            "records": series.entries.len(),
            "first": series.entries.first().map(Entry::started),
            "last": series.entries.last().map(Entry::started),
            "configuration": series.run.as_ref().map(|run| &run.configuration),
            "driver": series.run.as_ref().map(|run| run.driver),
        })
    });
    json!({
        "key": machine[0].place.machine.as_str(),
        "machine": machine.iter().find_map(|series| series.run.as_ref()).map(|run| &run.machine),
        "configurations": configurations.collect::<Vec<_>>(),
    })
}

fn as_text(machine: &[Series]) -> String {
    let newest = machine.iter().find_map(|series| series.run.as_ref());
    let who = newest.map_or_else(
        || "no record can be read".to_owned(),
        |run| who(&run.machine),
    );
    let mut lines = vec![printable(&format!("{}  {who}", machine[0].place.machine))];
    for series in machine {
        let started = |entry: Option<&Entry>| entry.map(Entry::started).unwrap_or_default();
        lines.push(format!(
            "  configuration {}  {} records, {} to {}",
            series.place.configuration,
            series.entries.len(),
            started(series.entries.first()),
            started(series.entries.last()),
        ));
        let Some((newest, run)) = newest.zip(series.run.as_ref()) else {
            continue;
        };
        let differences =
            oscost_analysis::configuration_differences(&newest.configuration, &run.configuration);
        let told = differences
            .iter()
            .filter(|difference| difference.name != "binary");
        lines.extend(told.map(|one| format!("    {}", printable(&otherwise(one, " here")))));
        if newest.driver != run.driver {
            lines.push("    measured by the other driver".to_owned());
        }
    }
    lines.join("\n")
}

/// A machine in a few words.
fn who(machine: &Machine) -> String {
    let mut text = format!(
        "{} {}, {} CPUs, {} GiB",
        machine.arch, machine.name, machine.usable_cpus, machine.memory_gib
    );
    for (what, value) in [
        ("under", &machine.hypervisor),
        ("emulated by", &machine.emulated),
    ] {
        if let Some(value) = value {
            text += &format!(", {what} {value}");
        }
    }
    text
}
