//! `oscost selftest floors`: holds cases against bare C programs over the
//! same system calls, both live at once, in alternating bursts.
//!
//! What comes out is the ratio case/floor. It says whether the instrument adds
//! anything to what it measures, on this machine, now.

mod program;
mod table;

use std::path::Path;

use anyhow::{Context as _, bail};
use oscost_analysis::{Estimate, quantile, ranks};
use oscost_harness::interrupt;
use oscost_harness::plan::Effort;
use oscost_harness::probe::{Launch, Launcher as _, Probe as _};
use oscost_harness::session::Session;
use oscost_harness::turns::{Turn, take_turns};
use oscost_harness::{Case, Failure};
use oscost_record::{Burst, Cpu};
use serde_json::json;

use crate::cli::Floors;
use crate::exit::End;
use crate::output::{complain, say};
use program::FloorProgram;
use table::{FLOORS, Floor};

/// How a ratio stands to its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// The median is within them.
    Within,
    /// The median is not, but its interval still reaches them.
    Undecided,
    /// The whole interval lies outside.
    Outside,
}

impl Verdict {
    fn of(ratio: &Estimate, (low, high): (f64, f64)) -> Self {
        if (low..=high).contains(&ratio.value) {
            Self::Within
        } else if ratio.low <= high && ratio.high >= low {
            Self::Undecided
        } else {
            Self::Outside
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Within => "within",
            Self::Undecided => "undecided",
            Self::Outside => "OUTSIDE",
        }
    }
}

/// Bursts that either side of a pair takes.
const TURNS: usize = 8;
/// So often a floor is looked at, with all others between, before it is called
/// outside: a machine can be another for a minute.
const LOOKS: u32 = 3;
/// Fewer pairs give no interval worth the name.
const FEWEST_PAIRS: usize = 9;

/// Compares cases with floors.
///
/// # Errors
/// Where a program is missing, or a case or program cannot be run.
pub(crate) fn floors(options: &Floors) -> anyhow::Result<End> {
    interrupt::watch()?;
    let session = Session::open();
    let launch = session.launch()?;
    let filter = options.filter.as_deref().unwrap_or_default();
    let chosen: Vec<&Floor> = FLOORS
        .iter()
        .filter(|floor| floor.program.contains(filter) || floor.case.contains(filter))
        .collect();
    if chosen.is_empty() {
        bail!("no floor's name or case contains `{filter}`");
    }
    let mut outside = chosen;
    for look in 1..=LOOKS {
        let mut still = Vec::new();
        for floor in outside {
            let (ratio, pairs) = match compare(floor, &launch, options) {
                Ok(found) => found,
                Err(error) => match interrupt::requested() {
                    Some(signal) => return Ok(End::Interrupted(signal)),
                    None => {
                        let name = format!("the floor {} of {}", floor.program, floor.case);
                        return Err(error.context(name));
                    }
                },
            };
            let verdict = Verdict::of(&ratio, floor.bounds);
            if verdict == Verdict::Outside {
                still.push(floor);
            }
            if half_width(&ratio) > options.precision {
                complain(&format!(
                    "{}: {pairs} pairs did not bring the interval down to ±{}",
                    floor.case, options.precision
                ));
            }
            say(&line(floor, &ratio, pairs, verdict, options.json)?)?;
        }
        outside = still;
        if outside.is_empty() {
            return Ok(End::Done);
        }
        if look < LOOKS {
            complain("what is outside is looked at once more");
        }
    }
    Ok(End::Objection)
}

fn line(
    floor: &Floor,
    ratio: &Estimate,
    pairs: usize,
    verdict: Verdict,
    as_json: bool,
) -> anyhow::Result<String> {
    if as_json {
        return Ok(serde_json::to_string(&json!({
            "case": floor.case,
            "floor": floor.program,
            "ratio": ratio.value,
            "low": ratio.low,
            "high": ratio.high,
            "pairs": pairs,
            "bounds": [floor.bounds.0, floor.bounds.1],
            "verdict": verdict.word(),
        }))?);
    }
    Ok(format!(
        "{:42} / {:16} {:.3} ({:.3}–{:.3}), {pairs} pairs, bounds {:.2}–{:.2}: {}",
        floor.case,
        floor.program,
        ratio.value,
        ratio.low,
        ratio.high,
        floor.bounds.0,
        floor.bounds.1,
        verdict.word()
    ))
}

fn half_width(ratio: &Estimate) -> f64 {
    (ratio.high - ratio.low) / 2.0
}

/// Fresh pairs until the interval is narrow enough: median over pairs, with
/// its order-statistic interval, and the number of pairs.
fn compare(floor: &Floor, launch: &Launch, options: &Floors) -> anyhow::Result<(Estimate, usize)> {
    let cases = oscost::catalogue();
    let case = cases
        .iter()
        .find(|case| case.info.id.0 == floor.case)
        .with_context(|| format!("there is no case {}", floor.case))?;
    let mut ratios = Vec::new();
    loop {
        let case_first = ratios.len() % 2 == 0;
        ratios.push(pair(floor, case, launch, &options.programs, case_first)?);
        let most = usize::try_from(options.pairs).unwrap_or(usize::MAX);
        if ratios.len() >= FEWEST_PAIRS.min(most) {
            let ratio = median(&ratios);
            // A median outside is followed up until the interval agrees.
            let settled = half_width(&ratio) <= options.precision
                && Verdict::of(&ratio, floor.bounds) != Verdict::Undecided;
            if settled || ratios.len() >= most {
                return Ok((ratio, ratios.len()));
            }
        }
    }
}

/// The ratio of one fresh pair: the median over their bursts, taken in turn.
fn pair(
    floor: &Floor,
    case: &Case,
    launch: &Launch,
    programs: &Path,
    case_first: bool,
) -> Result<f64, Failure> {
    let cpu = launch.chosen.first().unwrap_or(Cpu(0));
    let program = || {
        let two_party = case
            .info
            .peers
            .is_some_and(|peers| peers != oscost_record::Peers::Coroutines);
        FloorProgram::start(
            &programs.join(floor.program),
            floor.argument,
            cpu,
            two_party,
        )
    };
    let (mut probe, mut bare) = if case_first {
        let probe = launch.launch(case)?;
        (probe, program()?)
    } else {
        let bare = program()?;
        (launch.launch(case)?, bare)
    };
    let plan = probe.pilot()?;
    let (ops, _) = Effort::default().bursts(plan);
    let turn = Turn {
        batch: plan.batch,
        ops,
    };
    bare.burst(plan.batch, ops)?;
    let taken = take_turns(&mut [(probe.as_mut(), turn), (&mut bare, turn)], TURNS)?;
    probe.finish()?;
    Box::new(bare).finish()?;
    let ratios: Vec<f64> = taken[0]
        .iter()
        .zip(&taken[1])
        .map(|(ours, bare)| per_op(ours) / per_op(bare))
        .collect();
    Ok(median(&ratios).value)
}

fn per_op(burst: &Burst) -> f64 {
    burst.elapsed.0 / burst.ops.0 as f64
}

/// The median with its 95 % order-statistic interval.
fn median(values: &[f64]) -> Estimate {
    let mut sorted: Vec<(f64, u64)> = values.iter().map(|&value| (value, 1)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ranks = ranks(values.len() as u64, 0.5, 0.95);
    let at = |rank: Option<u64>, otherwise: f64| {
        let index = rank.and_then(|rank| usize::try_from(rank.saturating_sub(1)).ok());
        index
            .and_then(|index| sorted.get(index))
            .map_or(otherwise, |&(value, _)| value)
    };
    Estimate {
        value: quantile(&sorted, 0.5).unwrap_or(f64::NAN),
        low: at(ranks.low, f64::NEG_INFINITY),
        high: at(ranks.high, f64::INFINITY),
    }
}

#[cfg(test)]
mod tests {
    use super::table::SAME;
    use super::*;

    #[test]
    fn every_floor_names_a_case() {
        let cases = oscost::catalogue();
        for floor in FLOORS {
            assert!(
                cases.iter().any(|case| case.info.id.0 == floor.case),
                "{}",
                floor.case
            );
        }
    }

    #[test]
    fn a_verdict_needs_the_whole_interval() {
        let ratio = |value, low, high| Estimate { value, low, high };
        assert_eq!(Verdict::of(&ratio(1.04, 1.0, 1.2), SAME), Verdict::Within);
        assert_eq!(
            Verdict::of(&ratio(1.06, 1.04, 1.2), SAME),
            Verdict::Undecided
        );
        assert_eq!(Verdict::of(&ratio(1.08, 1.06, 1.2), SAME), Verdict::Outside);
        assert_eq!(Verdict::of(&ratio(0.9, 0.8, 0.96), SAME), Verdict::Outside);
    }

    #[test]
    fn few_pairs_give_no_interval() {
        assert!(median(&[1.0, 1.1]).high.is_infinite());
        let many: Vec<f64> = (0..50).map(f64::from).collect();
        let ratio = median(&many);
        assert_eq!(ratio.value, 24.5);
        assert!(ratio.low > 10.0 && ratio.high < 40.0);
    }
}
