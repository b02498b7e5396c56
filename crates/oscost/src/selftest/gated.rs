//! Suites judged as `oscost gate` does it: a history of unchanged records, then
//! new records held against it, what is suspected measured anew.

use std::collections::BTreeSet;
use std::io;
use std::time::{Duration, Instant};

use oscost_analysis::Digest;
use oscost_analysis::verdict::{self, Baseline, Rules, suspects};
use oscost_harness::budget::Budget;
use oscost_harness::ledger::Ledger;
use oscost_harness::plan::Effort;
use oscost_harness::probe::Launch;
use oscost_harness::runner::{Ending, Listener, Runner};
use oscost_harness::session::Session;
use oscost_harness::{Case, interrupt};
use oscost_record::{CaseLine, Driver, Record, Tier};

use super::options::Part;
use super::results::{Figure, Results, SuiteLine};
use crate::gate::anew;
use crate::output::complain;

/// Records of the history: as many as a level is taken from.
const RECORDS: usize = verdict::MOST_RECORDS;

/// The time between two of them. Records that follow each other at once would
/// all see the machine in one mood, which no history of days does.
const APART: Duration = Duration::from_secs(20);

/// The time between fresh records of what is suspected: less than `oscost gate`
/// leaves by default, because sixty suites cannot wait so long.
pub(crate) const REST: Duration = Duration::from_secs(2);

/// Everything that suites of a part share.
pub(crate) struct Gated<'a> {
    pub(crate) part: Part,
    pub(crate) cases: &'a [Case],
    /// Unchanged, and what is judged.
    pub(crate) sides: [Launch; 2],
    pub(crate) session: &'a Session,
}

impl Gated<'_> {
    /// Measures what the history still lacks.
    ///
    /// # Errors
    /// Where a record cannot be kept.
    pub(crate) fn history(&self, results: &mut Results, seed: u64) -> anyhow::Result<Ending> {
        while results.history.len() < RECORDS {
            let number = results.history.len() as u64;
            if number > 0
                && let Some(signal) = interrupt::rest(APART)
            {
                return Ok(Ending::Interrupted(signal));
            }
            let rounds = Effort::default().rounds;
            let record = self.record(&self.sides[0], self.cases, rounds, seed ^ (number << 32))?;
            let (Ending::Complete, record) = record else {
                return Ok(record.0);
            };
            complain(&format!("history: record {} of {RECORDS}", number + 1));
            results.remember(Digest::of(&record))?;
        }
        Ok(Ending::Complete)
    }

    /// Measures a new record and judges it. The history goes on meanwhile, as one
    /// does from day to day: before each a further unchanged record joins it.
    ///
    /// # Errors
    /// Where a record cannot be kept.
    pub(crate) fn run(
        &self,
        number: u32,
        seed: u64,
        results: &mut Results,
    ) -> anyhow::Result<(Ending, SuiteLine)> {
        let rounds = Effort::default().rounds;
        let next = seed ^ (1 << 48);
        let (ending, record) = self.record(&self.sides[0], self.cases, rounds, next)?;
        if ending == Ending::Complete {
            results.remember(Digest::of(&record))?;
        }
        let begin = Instant::now();
        let launch = &self.sides[1];
        let (mut ending, record) = match ending {
            Ending::Complete => self.record(launch, self.cases, rounds, seed)?,
            interrupted => (interrupted, record),
        };
        let digest = Digest::of(&record);
        let rules = Rules::of(&record, &digest);
        let first = verdict::gate(&digest, Baseline::History(&results.history), &rules);
        let suspected = suspects(&first);
        let is_suspect = |case: &&Case| suspected.contains(&case.info.id);
        let again: Vec<Case> = self.cases.iter().filter(is_suspect).cloned().collect();
        let mut found = first.clone();
        let mut fresh = Vec::new();
        for record in 0..anew::RECORDS {
            if ending != Ending::Complete || again.is_empty() {
                break;
            }
            if record > 0
                && let Some(signal) = interrupt::rest(REST)
            {
                ending = Ending::Interrupted(signal);
                break;
            }
            let seed = seed ^ (u64::from(record + 1) << 40);
            let rounds = rounds.min(anew::ROUNDS);
            let (ended, record) = self.record(launch, &again, rounds, seed)?;
            ending = ended;
            fresh.push(Digest::of(&record));
        }
        if !again.is_empty() {
            verdict::confirm(&mut found, &fresh, &rules);
        }
        let line = SuiteLine {
            part: self.part,
            suite: number,
            seconds: begin.elapsed().as_secs_f64(),
            invalid: None,
            figures: Figure::of(&first, &found),
            pairs: Vec::new(),
        };
        Ok((ending, line))
    }

    fn record(
        &self,
        launcher: &Launch,
        cases: &[Case],
        rounds: u32,
        seed: u64,
    ) -> io::Result<(Ending, Record)> {
        let runner = Runner {
            launcher,
            supply: &self.session.supply,
            effort: Effort {
                rounds,
                ..Effort::default()
            },
            seed,
            budget: Budget::None,
            done: BTreeSet::new(),
            reference: true,
            ledger: &Ledger::default(),
        };
        let mut lines = Lines(Vec::new());
        let ending = runner.run(cases, &mut lines)?;
        let record = Record {
            run: self.session.header(Driver::Rounds, Tier::Core, seed, cases),
            rounds: Vec::new(),
            cases: lines.0,
            end: None,
            damage: Vec::new(),
        };
        Ok((ending, record))
    }
}

/// Keeps the lines in memory.
struct Lines(Vec<CaseLine>);

impl Listener for Lines {
    fn round_begins(&mut self, _: u32) -> io::Result<()> {
        Ok(())
    }
    fn case_begins(&mut self, _: &Case, _: u64, _: u64) {}
    fn case_ends(&mut self, line: CaseLine) -> io::Result<()> {
        self.0.push(line);
        Ok(())
    }
}
