//! Drives a suite with criterion.
//!
//! Criterion decides how often and how long; what it times are probes, as in
//! `oscost run`, so that each of its samples comes from a fresh process
//! wherever making one is cheap enough, and its interval is one between
//! processes. What was measured is folded into the current record.

mod cost;
mod fold;
mod instrument;
mod sampling;
mod settings;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use criterion::{BenchmarkGroup, Criterion, SamplingMode};
use oscost_harness::probe::{Launch, become_probe_if_asked};
use oscost_harness::session::Session;
use oscost_harness::{Case, Failure, Suite, interrupt, round};
use oscost_record::{CaseLine, Driver, Quantity};

use cost::Cost;
pub use instrument::instrument;
use sampling::Sampling;
use settings::{SAMPLES, SLOW_SAMPLES, complain, slowness};

/// The `main` of a bench target: becomes a probe where it is asked to, else
/// measures the suite.
#[must_use]
pub fn drive(suite: Suite) -> ExitCode {
    if let Some(code) = become_probe_if_asked(&[suite]) {
        return code;
    }
    match measure(suite) {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(signal)) => ExitCode::from(128 + signal),
        Err(error) => {
            complain(&format!("oscost: {error:#}"));
            ExitCode::from(2)
        }
    }
}

/// Measures, folds, reports; gives the signal that asked for an end.
fn measure(suite: Suite) -> anyhow::Result<Option<u8>> {
    interrupt::watch()?;
    let tier = settings::tier()?;
    let session = Session::open();
    let launch = session.launch()?;
    let cases: Vec<Case> = suite
        .cases()
        .into_iter()
        .filter(|case| case.info.tier <= tier)
        .collect();
    let mut lines = Vec::new();
    for quantity in [Quantity::Time, Quantity::Memory] {
        let mut criterion = Criterion::default()
            .with_measurement(Cost(quantity))
            .configure_from_args();
        let mut group = criterion.benchmark_group(suite.name);
        for case in cases
            .iter()
            .filter(|case| case.info.unit.quantity == quantity)
        {
            if interrupt::requested().is_none() {
                lines.extend(bench(&mut group, case, &session, &launch));
            }
        }
        group.finish();
        criterion.final_summary();
    }
    if !lines.is_empty() {
        let header = session.header(Driver::Criterion, tier, 0, &cases);
        fold::fold(&settings::folder(), header, lines).context("cannot keep what was measured")?;
    }
    Ok(interrupt::requested())
}

/// Lets criterion measure one case. Gives its lines: none where criterion's
/// own arguments leave the case out, one with the reason where it cannot be
/// measured.
fn bench(
    group: &mut BenchmarkGroup<'_, Cost>,
    case: &Case,
    session: &Session,
    launch: &Launch,
) -> Vec<CaseLine> {
    let slowness = slowness(case);
    let is_slow = slowness > Duration::from_millis(20);
    let level = case.info.unit.quantity == Quantity::Memory;
    let samples = if is_slow || level {
        SLOW_SAMPLES
    } else {
        SAMPLES
    };
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(samples)
        .warm_up_time(Duration::from_millis(if level { 1 } else { 50 }))
        .measurement_time(Duration::from_millis(if level { 150 } else { 400 }).max(slowness * 20));
    let mut sampling = Sampling::new(case, launch, is_slow && !level);
    let name = case
        .info
        .id
        .0
        .trim_start_matches(&format!("{}/", case.info.suite));
    // A case that cannot be measured must not leave a figure in criterion's
    // files: the only way out of its loop is to unwind.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|iterations| {
                let taken = match session.supply.lacks(case) {
                    Some(reason) => Err(Failure::Skip(reason)),
                    None => sampling.sample(iterations),
                };
                taken.unwrap_or_else(|failure| resume_unwind(Box::new(failure)))
            });
        });
    }));
    let failure = match outcome {
        Ok(()) => match sampling.lines(samples) {
            Ok(lines) => return lines,
            Err(failure) => failure,
        },
        Err(payload) => match payload.downcast::<Failure>() {
            Ok(failure) => *failure,
            Err(payload) => resume_unwind(payload),
        },
    };
    if interrupt::requested().is_some() {
        return Vec::new();
    }
    let word = match failure {
        Failure::Skip(_) => "skipped",
        Failure::Fail(_) => "failed",
    };
    complain(&format!("{}: {word}: {failure}", case.info.id));
    vec![round::line(case, 0, None, Err(failure))]
}
