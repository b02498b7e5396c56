//! One suite: two sides measured and judged as `oscost ab` does it.

use std::time::Instant;

use oscost_analysis::verdict::{JudgedPairs, Statistic, difference, pairs_of};
use oscost_harness::Case;
use oscost_harness::need::Supply;
use oscost_harness::probe::Launch;
use oscost_harness::runner::Ending;
use oscost_record::{PairLine, PairsHead, Side, Stage};

use super::options::Part;
use super::results::{Figure, Measured, MeasuredTrio, SuiteLine, rounded};
use crate::ab::{Scribe, Task};

/// Pairs of the first look.
pub(crate) const FIRST: u32 = 10;
/// Fresh pairs of suspects.
pub(crate) const SECOND: u32 = 20;

/// Everything that suites of a part share.
pub(crate) struct Suite<'a> {
    pub(crate) part: Part,
    pub(crate) cases: &'a [Case],
    pub(crate) sides: [Launch; 2],
    pub(crate) supply: &'a Supply,
    pub(crate) head: PairsHead,
}

impl Suite<'_> {
    /// Measures and judges the suite of that number.
    ///
    /// # Errors
    /// None but those of the terminal.
    pub(crate) fn run(&mut self, number: u32, seed: u64) -> anyhow::Result<(Ending, SuiteLine)> {
        let begin = Instant::now();
        self.head.seed = seed;
        let [a, b] = &self.sides;
        let task = Task {
            a,
            b,
            supply: self.supply,
            cases: self.cases,
            head: &self.head,
            pairs: FIRST,
            confirm: SECOND,
        };
        let mut scribe = Scribe::new(None);
        let ending = task.run(&mut scribe)?;
        let lines = &scribe.lines;
        let first = JudgedPairs::screened(&self.head, lines);
        let found = JudgedPairs::judged(&self.head, lines);
        let line = SuiteLine {
            part: self.part,
            suite: number,
            seconds: begin.elapsed().as_secs_f64(),
            invalid: found
                .alarm
                .as_ref()
                .map(|(stage, alarm)| alarm.in_words(*stage)),
            figures: Figure::of(&first.judgements, &found.judgements),
            pairs: match self.part {
                Part::Aa => self.measured(lines),
                _ => Vec::new(),
            },
        };
        Ok((ending, line))
    }

    /// What the pairs of the first look measured.
    fn measured(&self, lines: &[PairLine]) -> Vec<Measured> {
        let first: Vec<PairLine> = lines
            .iter()
            .filter(|line| line.stage == Stage::Screening)
            .cloned()
            .collect();
        let figures = pairs_of(&self.head, &first, Stage::Screening);
        let all = figures.iter().map(|pairs| {
            let of_case = first.iter().filter(|line| line.id == pairs.id);
            let sides = of_case.filter_map(|line| line.sides.as_ref());
            let trios =
                sides.filter_map(|sides| trio(pairs.statistic, [&sides.a, &sides.b, &sides.again]));
            Measured {
                id: pairs.id.clone(),
                statistic: pairs.statistic.name().to_owned(),
                resolution: pairs.resolution,
                trios: trios.collect(),
            }
        });
        all.collect()
    }
}

/// `None` where one of them lacks the figure.
fn trio(statistic: Statistic, [a, b, c]: [&Side; 3]) -> Option<MeasuredTrio> {
    let between = |from: &Side, to: &Side| match statistic {
        Statistic::Median => difference(from, to),
        Statistic::P99 => level(statistic, to) - level(statistic, from),
    };
    let found = MeasuredTrio {
        differences: [between(a, b), between(a, c), between(b, c)].map(rounded),
        levels: [a, b, c].map(|side| rounded(level(statistic, side))),
    };
    let mut all = found.differences.iter().chain(&found.levels);
    all.all(|value| value.is_finite()).then_some(found)
}

/// How high one process was by itself, on the logarithmic scale.
fn level(statistic: Statistic, side: &Side) -> f64 {
    let level = match statistic {
        Statistic::Median => {
            let mut sorted = side.medians.clone();
            sorted.sort_by(f64::total_cmp);
            let weighted: Vec<(f64, u64)> = sorted.into_iter().map(|value| (value, 1)).collect();
            oscost_analysis::quantile(&weighted, 0.5)
        }
        Statistic::P99 => side.p99,
    };
    level.map_or(f64::NAN, f64::ln)
}
