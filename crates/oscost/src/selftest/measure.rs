//! Measures the suites that are still missing, part by part.

use std::ffi::OsString;

use oscost_harness::probe::{Launch, Surroundings};
use oscost_harness::runner::Ending;
use oscost_harness::session::Session;
use oscost_record::{Driver, PairsHead, Tier, Variant};

use super::cases;
use super::options::{Gate, Part};
use super::results::{Begun, Results, SuiteLine};
use super::suite::Suite;
use crate::output::complain;

/// Measures the parts asked for.
///
/// # Errors
/// Where a part needs another build, or a suite cannot be kept.
pub(crate) fn parts(options: &Gate, results: &mut Results) -> anyhow::Result<Ending> {
    let wanted: Vec<(Part, u32)> = Part::ALL
        .into_iter()
        .filter(|part| options.parts.is_empty() || options.parts.contains(part))
        .map(|part| (part, options.suites.unwrap_or_else(|| part.suites())))
        .filter(|&(part, suites)| results.count(part) < suites)
        .collect();
    if wanted.is_empty() {
        return Ok(Ending::Complete);
    }
    let sides: Vec<[Surroundings; 2]> = wanted
        .iter()
        .map(|(part, _)| sides(*part))
        .collect::<anyhow::Result<_>>()?;
    let session = Session::open();
    let own = session.launch()?;
    for ((part, suites), surroundings) in wanted.into_iter().zip(sides) {
        let cases = cases::of(part)?;
        let run = session.header(Driver::Rounds, Tier::Core, options.seed, &cases);
        if results.suites.is_empty() || results.count(part) > 0 || results.begun.is_empty() {
            results.begin(Begun {
                tool: run.tool.clone(),
                machine: run.machine.clone(),
                configuration: run.configuration.clone(),
                started: run.started.clone(),
            })?;
        }
        let mut suite = Suite {
            part,
            cases: &cases,
            sides: surroundings.map(|surroundings| Launch {
                surroundings,
                ..own.clone()
            }),
            supply: &session.supply,
            head: PairsHead::of(run, Variant::default(), Variant::default()),
        };
        for number in results.count(part)..suites {
            // No two suites have an order in common.
            let seed = options.seed.wrapping_mul(1_000_003) + u64::from(number);
            let (ending, line) = suite.run(number, seed)?;
            if ending != Ending::Complete {
                return Ok(ending);
            }
            complain(&in_words(&line, suites));
            results.add(line)?;
        }
    }
    Ok(Ending::Complete)
}

fn in_words(line: &SuiteLine, suites: u32) -> String {
    let count = |verdict: &str| {
        line.figures
            .iter()
            .filter(|one| one.verdict == verdict)
            .count()
    };
    format!(
        "{}: suite {} of {suites}, {:.1} s, {} regressed, {} improved{}",
        line.part.name(),
        line.suite + 1,
        line.seconds,
        count("regressed"),
        count("improved"),
        if line.invalid.is_some() {
            ", invalid"
        } else {
            ""
        }
    )
}

/// What the two sides are started with.
fn sides(part: Part) -> anyhow::Result<[Surroundings; 2]> {
    let Some(injected) = part.injected() else {
        return Ok([Surroundings::default(), Surroundings::default()]);
    };
    let variable = variable(part)?;
    Ok(injected.map(|value| Surroundings {
        variables: vec![(variable.clone(), value.into())],
        ..Surroundings::default()
    }))
}

#[cfg(feature = "injection")]
fn variable(_: Part) -> anyhow::Result<OsString> {
    Ok(oscost_harness::injection::VARIABLE.into())
}

#[cfg(not(feature = "injection"))]
fn variable(part: Part) -> anyhow::Result<OsString> {
    anyhow::bail!(
        "the part {} puts extra work into operations, which this build cannot: `scripts/selftest` makes one that can",
        part.name()
    )
}
