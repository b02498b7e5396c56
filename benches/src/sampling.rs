//! One case under criterion: every call of criterion's timing loop is a round
//! in a fresh probe.

use oscost_harness::plan::Effort;
use oscost_harness::probe::{Launcher, Probe};
use oscost_harness::round::{self, Bursts};
use oscost_harness::sampler::Plan;
use oscost_harness::{Case, Failure, interrupt};
use oscost_record::CaseLine;

/// What criterion's calls have given so far.
pub(crate) struct Sampling<'a> {
    case: &'a Case,
    launcher: &'a dyn Launcher,
    /// A probe of which building takes too long is kept for all samples.
    kept: Option<Box<dyn Probe>>,
    keep: bool,
    plan: Option<Plan>,
    rounds: Vec<Bursts>,
}

impl<'a> Sampling<'a> {
    /// Nothing sampled yet. With `keep`, all samples come from one process.
    pub(crate) fn new(case: &'a Case, launcher: &'a dyn Launcher, keep: bool) -> Self {
        Self {
            case,
            launcher,
            kept: None,
            keep,
            plan: None,
            rounds: Vec::new(),
        }
    }

    /// Measures `iterations` operations: what they cost together.
    pub(crate) fn sample(&mut self, iterations: u64) -> Result<f64, Failure> {
        if interrupt::requested().is_some() {
            return Err(Failure::Fail("interrupted".into()));
        }
        if self.case.info.aspect.is_level() {
            return self.read_levels(iterations);
        }
        let mut probe = match self.kept.take() {
            Some(probe) => probe,
            None => self.launcher.launch(self.case)?,
        };
        let effort = Effort::default();
        let plan = round::prepare(probe.as_mut(), self.case, self.plan, &effort)?;
        self.plan = Some(plan);
        // Whole batches, in bursts as short as in every other run.
        let (longest, _) = effort.bursts(plan);
        let wanted = iterations.div_ceil(plan.batch) * plan.batch;
        let count = wanted.div_ceil(longest);
        let ops = (wanted / count).div_ceil(plan.batch) * plan.batch;
        let bursts = round::take_bursts(probe.as_mut(), plan, ops, count)?;
        if self.keep {
            self.kept = Some(probe);
        } else {
            probe.finish()?;
        }
        let elapsed: f64 = bursts.iter().map(|(burst, _)| burst.elapsed.0).sum();
        self.rounds.push(bursts);
        Ok(elapsed * iterations as f64 / (ops * count) as f64)
    }

    /// A level is read once in a process, so every iteration has its own.
    fn read_levels(&mut self, iterations: u64) -> Result<f64, Failure> {
        let mut sum = 0.0;
        let mut readings = Bursts::new();
        for _ in 0..iterations {
            let mut probe = self.launcher.launch(self.case)?;
            let plan = probe.pilot()?;
            self.plan = Some(plan);
            let bursts = round::take_bursts(probe.as_mut(), plan, 1, 1)?;
            probe.finish()?;
            sum += bursts.iter().flat_map(|(_, values)| values).sum::<f64>();
            readings.extend(bursts);
        }
        self.rounds.push(readings);
        Ok(sum)
    }

    /// Lets a kept probe go, and gives the lines of the last `samples` calls.
    /// Fewer calls than that were no measurement: `--test`, or a filter.
    pub(crate) fn lines(mut self, samples: usize) -> Result<Vec<CaseLine>, Failure> {
        if let Some(probe) = self.kept.take() {
            probe.finish()?;
        }
        let Some(first) = self.rounds.len().checked_sub(samples) else {
            return Ok(Vec::new());
        };
        let rounds = self.rounds.split_off(first).into_iter().zip(0..);
        Ok(rounds
            .map(|(bursts, round)| round::line(self.case, round, self.plan, Ok(bursts)))
            .collect())
    }
}
