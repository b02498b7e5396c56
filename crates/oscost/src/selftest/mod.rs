//! `oscost selftest`: the instrument itself, on this machine. `clock` and `placement`
//! try what every measurement takes for granted.
//!
//! `gate` tells how often verdicts are wrong: suites in which nothing changed must not
//! alarm, and a slowdown that was put in on purpose must be found. Every suite is a line of a file, so that a measurement that was cut short
//! goes on; what is told is made from that file alone.

mod cases;
mod clock;
mod gain;
mod gated;
mod measure;
mod options;
mod page;
mod permuted;
mod placement;
mod results;
mod suite;
mod summary;

use anyhow::Context as _;
use oscost_harness::interrupt;
use oscost_harness::runner::Ending;

use crate::exit::End;
use crate::named;
use crate::output::{complain, say};
pub(crate) use clock::{Clock, clock};
pub(crate) use options::Gate;
pub(crate) use placement::{Placement, placement};
use results::Results;
use summary::Summary;

/// Measures what is missing of the parts asked for, and tells all of them.
///
/// # Errors
/// Where a part needs another build, or a file cannot be read or written.
pub(crate) fn gate(options: &Gate) -> anyhow::Result<End> {
    let mut read: Vec<Results> = Vec::new();
    for path in &options.from {
        read.push(Results::read(path)?);
    }
    if read.is_empty() {
        interrupt::watch()?;
        let mut results = Results::open(options.out.as_deref())?;
        if let Ending::Interrupted(signal) = measure::parts(options, &mut results)? {
            complain("interrupted; the suites that were measured are kept where `--out` is given");
            return Ok(End::Interrupted(signal));
        }
        read.push(results);
    }
    let summed = |results: Results| {
        let summary = Summary::of(&results);
        (results, summary)
    };
    let machines: Vec<(Results, Summary)> = read.into_iter().map(summed).collect();
    let summaries: Vec<&Summary> = machines.iter().map(|(_, summary)| summary).collect();
    let text = match (options.json, options.markdown) {
        (true, _) => serde_json::to_string_pretty(&summaries).context("JSON")?,
        (_, true) => {
            let record = options.reference.as_deref().map(named::record);
            page::markdown(&machines, record.transpose()?.as_ref())
        }
        _ => {
            let pages: Vec<String> = summaries.into_iter().map(page::plain).collect();
            pages.join("\n\n")
        }
    };
    say(text.trim_end())?;
    Ok(End::Done)
}
