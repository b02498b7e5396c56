//! Two looks at two programs: the first at every case, the second at what the
//! first made suspect.

use std::io;

use indicatif::ProgressBar;
use oscost_analysis::verdict::{JudgedPairs, side_of, suspects};
use oscost_harness::need::Supply;
use oscost_harness::probe::Launcher;
use oscost_harness::runner::Ending;
use oscost_harness::side_by_side::{Listener, Pair, Pairs, SideBySide, Trio};
use oscost_harness::{Case, Failure};
use oscost_record::{
    CaseId, Ops, Outcome, PairLine, PairsHead, PairsLine, PairsWriter, Sides, Stage,
};

use crate::output::complain;
use crate::progress;

/// Slow cases get so many pairs at first: fewer cannot be judged.
const SLOW: u32 = 6;

/// Draws the second look apart from the first.
const SECOND: u64 = 0x5eed_5eed_5eed_5eed;

/// Two programs to be compared.
pub(crate) struct Task<'a> {
    pub(crate) a: &'a dyn Launcher,
    pub(crate) b: &'a dyn Launcher,
    pub(crate) supply: &'a Supply,
    pub(crate) cases: &'a [Case],
    pub(crate) head: &'a PairsHead,
    /// Pairs of each case at first, and of each suspect afterwards.
    pub(crate) pairs: u32,
    pub(crate) confirm: u32,
}

impl Task<'_> {
    /// Measures both looks; what was measured is in the scribe.
    ///
    /// # Errors
    /// Where pairs cannot be written down.
    pub(crate) fn run(&self, scribe: &mut Scribe) -> io::Result<Ending> {
        let seed = self.head.seed;
        let mut measuring = SideBySide::of(self.a, self.b, self.supply, seed);
        scribe.stage = Stage::Screening;
        let first = Pairs {
            each: self.pairs,
            slow: SLOW.min(self.pairs),
        };
        let ending = measuring.look(self.cases, first, scribe)?;
        if ending != Ending::Complete {
            return Ok(ending);
        }
        let found = JudgedPairs::screened(self.head, &scribe.lines);
        let suspected = suspects(&found.judgements);
        let is_suspect = |case: &&Case| suspected.contains(&case.info.id);
        let again: Vec<Case> = self.cases.iter().filter(is_suspect).cloned().collect();
        measuring.seed = seed ^ SECOND;
        scribe.stage = Stage::Confirming;
        let second = Pairs {
            each: self.confirm,
            slow: self.confirm,
        };
        measuring.look(&again, second, scribe)
    }
}

/// Keeps every pair, in memory and where there is one in a file.
pub(crate) struct Scribe {
    stage: Stage,
    pub(crate) lines: Vec<PairLine>,
    writer: Option<PairsWriter>,
    bar: ProgressBar,
}

impl Scribe {
    pub(crate) fn new(writer: Option<PairsWriter>) -> Self {
        Self {
            stage: Stage::Screening,
            lines: Vec::new(),
            writer,
            bar: progress::bar(),
        }
    }

    /// Takes the bar away and ends the file.
    ///
    /// # Errors
    /// What `write(2)` says.
    pub(crate) fn close(&mut self, end: oscost_record::End) -> io::Result<()> {
        self.bar.finish_and_clear();
        match &mut self.writer {
            Some(writer) => writer.write(&PairsLine::End(end)),
            None => Ok(()),
        }
    }

    fn tell(&self, id: &CaseId, outcome: &Outcome) {
        if let Outcome::Failed(why) = outcome {
            let text = format!("{id} failed: {why}");
            self.bar.suspend(|| complain(&text));
        }
    }
}

impl Listener for Scribe {
    fn pair_begins(&mut self, case: &Case, done: u64, expected: u64) {
        let again = match self.stage {
            Stage::Screening => "",
            Stage::Confirming => "again: ",
        };
        self.bar.set_length(expected);
        self.bar.set_position(done);
        self.bar.set_message(format!("{again}{}", case.info.id));
    }

    fn pair_ends(&mut self, pair: Pair<'_>) -> io::Result<()> {
        let line = line(pair, self.stage);
        self.tell(&line.id, &line.outcome);
        if let Some(writer) = &mut self.writer {
            writer.write(&PairsLine::Pair(Box::new(line.clone())))?;
        }
        self.lines.push(line);
        Ok(())
    }
}

/// A pair as it is kept.
fn line(pair: Pair<'_>, stage: Stage) -> PairLine {
    let info = &pair.case.info;
    let sides = |trio: Trio| {
        let [a, b, again] = [trio.a, trio.b, trio.again].map(|side| side_of(info.aspect, side));
        Sides { a, b, again }
    };
    let (outcome, sides) = match pair.measured {
        Ok(trio) => (Outcome::Measured, Some(sides(trio))),
        Err(Failure::Skip(why)) => (Outcome::Skipped(why), None),
        Err(Failure::Fail(why)) => (Outcome::Failed(why), None),
    };
    PairLine {
        id: info.id.clone(),
        stage,
        round: pair.round,
        outcome,
        ops_per_sample: Ops(pair.batch),
        sides,
    }
}
