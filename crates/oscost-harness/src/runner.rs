//! Measures cases round by round, each in a fresh probe, in an order drawn
//! anew for every round.
//!
//! Knows neither the record's file nor the terminal: it tells a [`Listener`],
//! and takes probes from a [`Launcher`].

use std::collections::BTreeSet;
use std::io;
use std::time::Instant;

use oscost_record::{CaseId, CaseLine, Reference};

use crate::Failure;
use crate::budget::Budget;
use crate::case::Case;
use crate::interrupt;
use crate::ledger::{Ledger, Spending};
use crate::need::Supply;
use crate::plan::{Effort, order, rows_in_turn};
use crate::probe::{Launcher, Probe};
use crate::reference::{Companion, Companions};
use crate::round::{self, Bursts, TakenBursts};
use crate::sampler::Plan;

/// Hears of everything that happens in a run.
pub trait Listener {
    /// A round begins.
    ///
    /// # Errors
    /// Where it cannot be written down: the run ends.
    fn round_begins(&mut self, round: u32) -> io::Result<()>;

    /// A case is about to be measured; so many measurements are done of so
    /// many that are still expected.
    fn case_begins(&mut self, case: &Case, done: u64, expected: u64);

    /// A case has its line for this round.
    ///
    /// # Errors
    /// Where it cannot be written down: the run ends.
    fn case_ends(&mut self, line: CaseLine) -> io::Result<()>;
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every round was measured.
    Complete,
    /// The time was up.
    OutOfTime,
    /// A signal asked for the end.
    Interrupted(u8),
}

/// A run to be done.
#[expect(missing_debug_implementations, reason = "holds a launcher")]
pub struct Runner<'a> {
    /// Where probes come from.
    pub launcher: &'a dyn Launcher,
    /// What the machine has.
    pub supply: &'a Supply,
    /// How much is measured.
    pub effort: Effort,
    /// Decides the order.
    pub seed: u64,
    /// How long it may take, from the ledger's beginning on.
    pub budget: Budget<'a>,
    /// Lines that an earlier run of the same seed has already.
    pub done: BTreeSet<(CaseId, u32)>,
    /// Whether a frozen workload takes turns with every case that has one.
    pub reference: bool,
    /// Told where the time goes.
    pub ledger: &'a Ledger,
}

/// What is known of a case from the rounds before.
#[derive(Debug, Default)]
struct Memory {
    plan: Option<Plan>,
    effort: Effort,
    rounds: u32,
    failures: u32,
    given_up: bool,
}

/// A case that failed so often is not tried again in this run.
const PATIENCE: u32 = 2;

/// A case whose probe stood still is measured so often at the most.
const TRIES: u32 = 3;

impl Runner<'_> {
    /// Measures `cases`.
    ///
    /// # Errors
    /// What the listener could not write down.
    pub fn run(&self, cases: &[Case], listener: &mut dyn Listener) -> io::Result<Ending> {
        self.ledger.enter(Spending::Driver);
        let mut companions = Companions::new(self.launcher, self.reference);
        let ending = match self.budget {
            Budget::Filled(time, shares) => {
                self.fill(cases, (time, shares), &mut companions, listener)
            }
            _ => self.rounds(cases, &mut companions, listener),
        };
        self.ledger.enter(Spending::Stop);
        drop(companions);
        self.ledger.enter(Spending::Driver);
        ending
    }

    fn rounds(
        &self,
        cases: &[Case],
        companions: &mut Companions<'_>,
        listener: &mut dyn Listener,
    ) -> io::Result<Ending> {
        let mut memories: Vec<Memory> = cases.iter().map(|_| self.fresh_memory()).collect();
        let mut done = 0;
        for round in 0..self.effort.rounds {
            listener.round_begins(round)?;
            self.ledger.enter(Spending::Stop);
            companions.begin_round();
            self.ledger.enter(Spending::Driver);
            for index in self.order(cases, round) {
                let (case, memory) = (&cases[index], &mut memories[index]);
                if self.is_settled(case, memory, round) {
                    continue;
                }
                if let Some(signal) = interrupt::requested() {
                    return Ok(Ending::Interrupted(signal));
                }
                if let Budget::Until(end) = self.budget
                    && self.ledger.elapsed() >= end
                {
                    return Ok(Ending::OutOfTime);
                }
                let expected = expected(&memories, round);
                listener.case_begins(case, done, expected.max(done + 1));
                let line = self.line(case, &mut memories[index], companions, round);
                if let Some(signal) = interrupt::requested() {
                    return Ok(Ending::Interrupted(signal));
                }
                listener.case_ends(line)?;
                done += 1;
            }
        }
        Ok(Ending::Complete)
    }

    /// Shuffled, so that drift falls on all alike. What is done once is not
    /// timed: there the order sees to it that a budget leaves out no row.
    fn order(&self, cases: &[Case], round: u32) -> Vec<usize> {
        match self.effort.once {
            true => rows_in_turn(cases),
            false => order(cases.len(), self.seed, round),
        }
    }

    fn fresh_memory(&self) -> Memory {
        Memory {
            effort: self.effort,
            rounds: self.effort.rounds,
            ..Memory::default()
        }
    }

    fn is_settled(&self, case: &Case, memory: &Memory, round: u32) -> bool {
        memory.given_up
            || round >= memory.rounds
            || self.done.contains(&(case.info.id.clone(), round))
    }

    /// One case in one round.
    fn line(
        &self,
        case: &Case,
        memory: &mut Memory,
        companions: &mut Companions<'_>,
        round: u32,
    ) -> CaseLine {
        let begin = Instant::now();
        let measured = match self.supply.lacks(case) {
            Some(reason) => Err(Failure::Skip(reason)),
            None => self.measure(case, memory, companions),
        };
        self.ledger.enter(Spending::Driver);
        match &measured {
            Ok(_) if memory.rounds == self.effort.rounds => {
                memory.rounds = self.effort.rounds_for(begin.elapsed());
            }
            Ok(_) => {}
            Err(Failure::Skip(_)) => memory.given_up = true,
            Err(Failure::Fail(_)) => {
                memory.failures += 1;
                memory.given_up = memory.failures >= PATIENCE;
            }
        }
        let (measured, reference) = match measured {
            Ok((bursts, reference)) => (Ok(bursts), reference),
            Err(failure) => (Err(failure), None),
        };
        CaseLine {
            reference,
            ..round::line(case, round, memory.plan, measured)
        }
    }

    /// Where somebody let the probe stand still, or all processes, it is measured
    /// again. What is disturbed to the last is marked as such.
    fn measure(
        &self,
        case: &Case,
        memory: &mut Memory,
        companions: &mut Companions<'_>,
    ) -> Result<(Bursts, Option<Reference>), Failure> {
        let plan = memory.plan;
        for _ in 1..TRIES {
            let (measured, halted) = self.attempt(case, memory, companions);
            if !halted || interrupt::requested().is_some() {
                return measured;
            }
            memory.plan = plan;
        }
        self.attempt(case, memory, companions).0
    }

    /// One measurement in a fresh probe, and whether that stood still.
    fn attempt(
        &self,
        case: &Case,
        memory: &mut Memory,
        companions: &mut Companions<'_>,
    ) -> (Result<(Bursts, Option<Reference>), Failure>, bool) {
        // Started first: nothing but bursts lies between the case's warm-up
        // and its end.
        self.ledger.enter(Spending::Start);
        let companion = companions.beside(case);
        let mut probe = match self.launcher.launch(case) {
            Ok(probe) => probe,
            Err(failure) => return (Err(failure), false),
        };
        let taken = self.take(probe.as_mut(), case, memory, companion);
        self.ledger.enter(Spending::Stop);
        // What is no time is none the worse for a halt.
        let timed = !self.effort.once && !case.info.aspect.is_level();
        let stalled = taken.as_ref().is_ok_and(|taken| taken.stalled);
        let halted = timed && (stalled || probe.was_halted());
        let measured = taken.and_then(|taken| {
            probe.finish()?;
            if self.effort.once
                && let Some(plan) = memory.plan
            {
                memory.plan = Some(as_it_was(plan, &taken.bursts));
            }
            Ok((taken.bursts, taken.reference))
        });
        (measured, halted)
    }

    fn take(
        &self,
        probe: &mut dyn Probe,
        case: &Case,
        memory: &mut Memory,
        companion: Option<&mut Companion>,
    ) -> Result<TakenBursts, Failure> {
        self.ledger.enter(Spending::WarmUp);
        let plan = round::prepare(probe, case, memory.plan, &memory.effort)?;
        self.ledger.enter(Spending::Driver);
        memory.plan = Some(plan);
        let (ops, bursts) = memory.effort.bursts(plan);
        round::take_bursts_beside(probe, plan, (ops, bursts), companion, self.ledger)
    }
}

/// The plan of work that was asked for one operation, and may have done as many
/// as it cannot do fewer of.
fn as_it_was(plan: Plan, taken: &Bursts) -> Plan {
    let done = taken.first().map(|(burst, values)| {
        let samples = (values.len() as u64).max(1);
        burst.ops.0 / samples
    });
    Plan {
        batch: done.unwrap_or(plan.batch).max(1),
        ..plan
    }
}

/// Measurements of the whole run, as far as can be told in `round`.
fn expected(memories: &[Memory], round: u32) -> u64 {
    memories
        .iter()
        .map(|memory| {
            u64::from(if memory.given_up {
                round.min(1)
            } else {
                memory.rounds
            })
        })
        .sum()
}

mod passes;
#[cfg(test)]
mod tests;
