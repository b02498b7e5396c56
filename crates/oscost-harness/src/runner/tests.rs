//! The runner against probes that answer as their case's name says.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
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
