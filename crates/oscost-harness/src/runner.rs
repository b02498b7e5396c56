//! Measures cases round by round, each in a fresh probe, in an order drawn
//! anew for every round.
//!
//! Knows neither the record's file nor the terminal: it tells a [`Listener`],
//! and takes probes from a [`Launcher`].

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::{Duration, Instant};

use oscost_record::{CaseId, CaseLine, Reference};

use crate::Failure;
use crate::case::Case;
use crate::interrupt;
use crate::need::Supply;
use crate::plan::{Effort, order};
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

/// The first case of every row, then the second of every row, and so on: a
/// row's cases are in rising order of their parameters.
fn rows_in_turn(cases: &[Case]) -> Vec<usize> {
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let ranks = cases.iter().map(|case| {
        let rank = seen
            .entry((&case.info.suite, case.row.operation))
            .or_default();
        *rank += 1;
        *rank
    });
    let ranks: Vec<usize> = ranks.collect();
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_by_key(|&index| ranks[index]);
    order
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
mod tests {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    use oscost_record::{Burst, Nanos, Ops, Outcome};

    use super::*;
    use crate::drill;
    use crate::probe::Probe;

    /// Launches probes that answer as their case's name says, and counts them.
    #[derive(Default)]
    struct FakeLauncher {
        launched: RefCell<BTreeMap<String, u32>>,
        piloted: Rc<Cell<u32>>,
    }

    struct FakeProbe {
        piloted: Rc<Cell<u32>>,
        breaks: bool,
    }

    impl Launcher for FakeLauncher {
        fn launch(&self, case: &Case) -> Result<Box<dyn Probe>, Failure> {
            let operation = case.info.operation.clone();
            *self
                .launched
                .borrow_mut()
                .entry(operation.clone())
                .or_default() += 1;
            match operation.as_str() {
                "refused" => Err(Failure::Skip("refused".into())),
                operation => Ok(Box::new(FakeProbe {
                    piloted: Rc::clone(&self.piloted),
                    breaks: operation == "segfault",
                })),
            }
        }
    }

    impl Probe for FakeProbe {
        fn pilot(&mut self) -> Result<Plan, Failure> {
            self.piloted.set(self.piloted.get() + 1);
            Ok(Plan {
                batch: 1,
                per_op: Nanos(1e6),
            })
        }

        fn burst(&mut self, _: u64, ops: u64) -> Result<(Burst, Vec<f64>), Failure> {
            if self.breaks {
                return Err(Failure::Fail("broke".into()));
            }
            let burst = Burst {
                ops: Ops(ops),
                ..Burst::default()
            };
            Ok((burst, vec![1e6; usize::try_from(ops).unwrap()]))
        }

        fn finish(self: Box<Self>) -> Result<(), Failure> {
            Ok(())
        }
    }

    #[derive(Default)]
    struct Ears {
        rounds: Vec<u32>,
        lines: Vec<CaseLine>,
        full_after: Option<usize>,
    }

    impl Listener for Ears {
        fn round_begins(&mut self, round: u32) -> io::Result<()> {
            self.rounds.push(round);
            Ok(())
        }
        fn case_begins(&mut self, _: &Case, done: u64, expected: u64) {
            assert!(done < expected);
        }
        fn case_ends(&mut self, line: CaseLine) -> io::Result<()> {
            if self.full_after == Some(self.lines.len()) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.lines.push(line);
            Ok(())
        }
    }

    fn cases() -> Vec<Case> {
        let wanted = ["nothing", "segfault", "refused"];
        let all = drill::SUITE.cases().into_iter();
        all.filter(|case| wanted.contains(&case.info.operation.as_str()))
            .collect()
    }

    fn run(done: BTreeSet<(CaseId, u32)>, ears: &mut Ears) -> (FakeLauncher, io::Result<Ending>) {
        let effort = Effort {
            rounds: 6,
            ..Effort::default()
        };
        run_with(effort, done, ears)
    }

    fn run_with(
        effort: Effort,
        done: BTreeSet<(CaseId, u32)>,
        ears: &mut Ears,
    ) -> (FakeLauncher, io::Result<Ending>) {
        let launcher = FakeLauncher::default();
        let ending = Runner {
            launcher: &launcher,
            supply: &Supply::default(),
            effort,
            seed: 1,
            budget: None,
            done,
            reference: false,
        }
        .run(&cases(), ears);
        (launcher, ending)
    }

    fn count(ears: &Ears, is_it: impl Fn(&Outcome) -> bool) -> usize {
        ears.lines
            .iter()
            .filter(|line| is_it(&line.outcome))
            .count()
    }

    #[test]
    fn every_round_has_a_fresh_probe_and_the_first_plan() {
        let mut ears = Ears::default();
        let (launcher, ending) = run(BTreeSet::new(), &mut ears);
        assert_eq!(ending.unwrap(), Ending::Complete);
        assert_eq!(ears.rounds, [0, 1, 2, 3, 4, 5]);
        assert_eq!(launcher.launched.borrow()["nothing"], 6);
        assert_eq!(count(&ears, |outcome| *outcome == Outcome::Measured), 6);
        // Once for the case that can be measured, twice for the one that
        // breaks afterwards, whose plan is kept.
        assert_eq!(launcher.piloted.get(), 2);
        let measured = ears
            .lines
            .iter()
            .find(|line| line.outcome == Outcome::Measured)
            .unwrap();
        // 20 ms of measuring in bursts of 3 ms, of operations of 1 ms.
        assert_eq!(measured.samples.count(), 18);
        assert_eq!(measured.bursts.len(), 6);
    }

    #[test]
    fn one_operation_each_is_all_where_that_is_asked_for() {
        let mut ears = Ears::default();
        let (launcher, _) = run_with(Effort::ONCE, BTreeSet::new(), &mut ears);
        assert_eq!((launcher.piloted.get(), ears.lines.len()), (0, 3));
        let done = |line: &&CaseLine| line.outcome == Outcome::Measured;
        let line = ears.lines.iter().find(done).unwrap();
        assert_eq!((line.samples.count(), line.bursts.len()), (1, 1));
        assert_eq!(line.bursts[0].ops, Ops(1));
    }

    #[test]
    fn every_row_has_its_turn_before_any_has_a_second() {
        let cases = drill::SUITE.cases();
        let doubled: Vec<Case> = cases.iter().chain(&cases).cloned().collect();
        let order = rows_in_turn(&doubled);
        let rows = |part: &[usize]| -> BTreeSet<&str> {
            let names = part.iter().map(|&index| doubled[index].row.operation);
            names.collect()
        };
        let all: Vec<usize> = (0..doubled.len()).collect();
        let count = rows(&all).len();
        assert_eq!(rows(&order[..count]).len(), count);
        assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), doubled.len());
    }

    #[test]
    fn a_sample_spans_what_was_done_in_it() {
        let burst = Burst {
            ops: Ops(64),
            ..Burst::default()
        };
        let lap = vec![(burst.clone(), vec![1.0])];
        assert_eq!(as_it_was(Plan::UNTIMED, &lap).batch, 64);
        let parties = vec![(burst, vec![1.0; 64])];
        assert_eq!(as_it_was(Plan::UNTIMED, &parties).batch, 1);
    }

    #[test]
    fn what_cannot_run_is_said_once_and_what_breaks_is_tried_twice() {
        let mut ears = Ears::default();
        let (launcher, _) = run(BTreeSet::new(), &mut ears);
        assert_eq!(launcher.launched.borrow()["refused"], 1);
        assert_eq!(launcher.launched.borrow()["segfault"], PATIENCE);
        assert_eq!(
            count(&ears, |outcome| matches!(outcome, Outcome::Skipped(_))),
            1
        );
        assert_eq!(
            count(&ears, |outcome| matches!(outcome, Outcome::Failed(_))),
            2
        );
    }

    #[test]
    fn what_is_done_is_not_done_again() {
        let done = (0..4)
            .map(|round| ("drill/nothing".into(), round))
            .collect();
        let mut ears = Ears::default();
        let (launcher, _) = run(done, &mut ears);
        assert_eq!(launcher.launched.borrow()["nothing"], 2);
    }

    #[test]
    fn a_full_disk_ends_the_run_with_its_error() {
        let mut ears = Ears {
            full_after: Some(2),
            ..Ears::default()
        };
        let (_, ending) = run(BTreeSet::new(), &mut ears);
        assert_eq!(ending.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(ears.lines.len(), 2);
    }
}
