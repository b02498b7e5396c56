//! How quick the instrument itself is: each of its parts against a floor, the least
//! that any tool would have to do for the same.
//!
//! It says nothing of the machine's costs: no figure of it goes into the current
//! record or the report.

mod driver;
mod files;
mod pair;

use std::process::ExitCode;

use criterion::Criterion;
use oscost_harness::drill;
use oscost_harness::probe::become_probe_if_asked;

use crate::settings::{complain, say};
use pair::Pairs;

/// The `main` of the bench target: becomes a probe where it is asked to, else
/// measures, and ends with a table of ratios.
#[must_use]
pub fn instrument() -> ExitCode {
    if let Some(code) = become_probe_if_asked(&[drill::SUITE]) {
        return code;
    }
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("oscost: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn measure() -> anyhow::Result<()> {
    let mut criterion = Criterion::default().configure_from_args();
    let mut pairs = Pairs::of(criterion.benchmark_group("instrument"));
    driver::measure(&mut pairs)?;
    files::measure(&mut pairs)?;
    let table = pairs.table();
    criterion.final_summary();
    table.iter().for_each(|line| say(line));
    Ok(())
}
