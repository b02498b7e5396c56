//! Measures the suites that are still missing, part by part.

use std::ffi::OsString;

use anyhow::bail;
use oscost_harness::probe::{Launch, Surroundings};
use oscost_harness::runner::Ending;
use oscost_harness::session::Session;
use oscost_record::{Driver, PairsHead, Tier, Variant};

use super::cases;
use super::gated::Gated;
use super::options::{Gate, Part};
use super::results::{Begun, Results, SuiteLine};
use super::suite::Suite;
use crate::output::complain;

/// Measures the parts asked for.
///
/// # Errors
/// Where a part needs another build, or a suite cannot be kept.
pub(crate) fn parts(options: &Gate, results: &mut Results) -> anyhow::Result<Ending> {
    let mut wanted = Vec::new();
    for part in Part::ALL {
        let asked = options.parts.is_empty() || options.parts.contains(&part);
        let suites = options.suites.unwrap_or_else(|| part.suites());
        if asked && results.count(part) < suites {
            wanted.push((part, suites, sides(part)?));
        }
    }
    if wanted.is_empty() {
        return Ok(Ending::Complete);
    }
    let session = Session::open();
    let own = session.launch()?;
    let run = session.header(Driver::Rounds, Tier::Core, options.seed, &[]);
    if let Some(begun) = results.begun.first()
        && begun.machine.key != run.machine.key
    {
        bail!(
            "the file was begun on machine {}, and this is {}",
            begun.machine.key,
            run.machine.key
        );
    }
    results.begin(Begun {
        tool: run.tool,
        machine: run.machine,
        configuration: run.configuration,
        started: run.started,
    })?;
    for (part, suites, surroundings) in wanted {
        let sides = surroundings.map(|surroundings| Launch {
            surroundings,
            ..own.clone()
        });
        let ending = one(part, suites, sides, (&session, options.seed), results)?;
        if ending != Ending::Complete {
            return Ok(ending);
        }
    }
    Ok(Ending::Complete)
}

/// Measures the suite of a number with a seed.
type Measuring<'a> = dyn FnMut(u32, u64, &mut Results) -> anyhow::Result<(Ending, SuiteLine)> + 'a;

/// The missing suites of one part.
fn one(
    part: Part,
    suites: u32,
    sides: [Launch; 2],
    (session, seed): (&Session, u64),
    results: &mut Results,
) -> anyhow::Result<Ending> {
    let cases = cases::of(part)?;
    let mut suite: Box<Measuring<'_>> = if part.is_gate() {
        let gated = Gated {
            part,
            cases: &cases,
            sides,
            session,
        };
        let ending = gated.history(results, seed)?;
        if ending != Ending::Complete {
            return Ok(ending);
        }
        Box::new(move |number, seed, results| gated.run(number, seed, results))
    } else {
        let run = session.header(Driver::Rounds, Tier::Core, seed, &cases);
        let mut suite = Suite {
            part,
            cases: &cases,
            sides,
            supply: &session.supply,
            head: PairsHead::of(run, Variant::default(), Variant::default()),
        };
        Box::new(move |number, seed, _| suite.run(number, seed))
    };
    for number in results.count(part)..suites {
        // No two suites have an order in common.
        let seed = seed.wrapping_mul(1_000_003) + u64::from(number);
        let (ending, mut line) = suite(number, seed, results)?;
        if ending != Ending::Complete {
            return Ok(ending);
        }
        line.seconds = (line.seconds * 10.0).round() / 10.0;
        complain(&in_words(&line, suites));
        results.add(line)?;
    }
    Ok(Ending::Complete)
}

fn in_words(line: &SuiteLine, suites: u32) -> String {
    let count = |verdict: &str| {
        let alike = line.figures.iter().filter(|one| one.verdict == verdict);
        alike.count()
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
    bail!(
        "the part {} puts extra work into operations, which this build cannot: `scripts/selftest` makes one that can",
        part.name()
    )
}
