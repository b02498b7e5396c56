//! Measures cases round by round, each in a fresh probe, in an order drawn
//! anew for every round.
//!
//! Knows neither the record's file nor the terminal: it tells a [`Listener`],
//! and takes probes from a [`Launcher`].

use std::collections::BTreeSet;
use std::io;
use std::time::{Duration, Instant};

use oscost_record::{CaseId, CaseLine, Reference};

use crate::Failure;
use crate::case::Case;
use crate::interrupt;
use crate::need::Supply;
use crate::plan::{Effort, order, rows_in_turn};
use crate::probe::Launcher;
use crate::reference::Companions;
use crate::round::{self, Bursts};
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
    /// No case is begun after this; `None`: no limit.
    pub budget: Option<Duration>,
    /// Lines that an earlier run of the same seed has already.
    pub done: BTreeSet<(CaseId, u32)>,
    /// Whether a frozen workload takes turns with every case that has one.
    pub reference: bool,
}

/// What is known of a case from the rounds before.
#[derive(Debug, Default)]
struct Memory {
    plan: Option<Plan>,
    rounds: u32,
    failures: u32,
    given_up: bool,
}

/// A case that failed so often is not tried again in this run.
const PATIENCE: u32 = 2;

impl Runner<'_> {
    /// Measures `cases`.
    ///
    /// # Errors
    /// What the listener could not write down.
    pub fn run(&self, cases: &[Case], listener: &mut dyn Listener) -> io::Result<Ending> {
        let begin = Instant::now();
        let mut memories: Vec<Memory> = cases.iter().map(|_| self.fresh_memory()).collect();
        let mut companions = Companions::new(self.launcher, self.reference);
        let mut done = 0;
        for round in 0..self.effort.rounds {
            listener.round_begins(round)?;
            companions.begin_round();
            for index in self.order(cases, round) {
                let (case, memory) = (&cases[index], &mut memories[index]);
                if self.is_settled(case, memory, round) {
                    continue;
                }
                if let Some(signal) = interrupt::requested() {
                    return Ok(Ending::Interrupted(signal));
                }
                if self.budget.is_some_and(|budget| begin.elapsed() >= budget) {
                    return Ok(Ending::OutOfTime);
                }
                let expected = expected(&memories, round);
                listener.case_begins(case, done, expected.max(done + 1));
                let line = self.line(case, &mut memories[index], &mut companions, round);
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

    fn measure(
        &self,
        case: &Case,
        memory: &mut Memory,
        companions: &mut Companions<'_>,
    ) -> Result<(Bursts, Option<Reference>), Failure> {
        // Started first: nothing but bursts lies between the case's warm-up
        // and its end.
        let companion = companions.beside(case);
        let mut probe = self.launcher.launch(case)?;
        let plan = round::prepare(probe.as_mut(), case, memory.plan, &self.effort)?;
        memory.plan = Some(plan);
        let (ops, bursts) = self.effort.bursts(plan.per_op.0, plan.batch);
        let taken = round::take_bursts_beside(probe.as_mut(), plan, ops, bursts, companion)?;
        probe.finish()?;
        if self.effort.once {
            memory.plan = Some(as_it_was(plan, &taken.0));
        }
        Ok(taken)
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

#[cfg(test)]
mod tests;
