//! The runner against probes that answer as their case's name says.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use oscost_record::{Burst, Nanos, Ops, Outcome};

use super::*;
use crate::drill;

/// Launches probes that answer as their case's name says, and counts them.
#[derive(Default)]
pub(super) struct FakeLauncher {
    pub(super) launched: RefCell<BTreeMap<String, u32>>,
    pub(super) piloted: Rc<Cell<u32>>,
    pub(super) time: Time,
}

/// A clock on which all that is faked takes its seconds.
#[derive(Clone, Default)]
pub(super) struct Time(pub(super) Rc<Cell<Duration>>);

impl Time {
    fn pass(&self, seconds: u64) {
        self.0.set(self.0.get() + Duration::from_secs(seconds));
    }
}

struct FakeProbe {
    piloted: Rc<Cell<u32>>,
    time: Time,
    breaks: bool,
    halted: bool,
}

impl Launcher for FakeLauncher {
    fn launch(&self, case: &Case) -> Result<Box<dyn Probe>, Failure> {
        let operation = case.info.operation.clone();
        let mut launched = self.launched.borrow_mut();
        let count = launched.entry(operation.clone()).or_default();
        *count += 1;
        self.time.pass(1);
        match operation.as_str() {
            "refused" => Err(Failure::Skip("refused".into())),
            operation => Ok(Box::new(FakeProbe {
                piloted: Rc::clone(&self.piloted),
                time: self.time.clone(),
                breaks: operation == "segfault",
                // One is stopped now and then, the other always.
                halted: operation == "orphans"
                    || (operation == "hang" && !(*count).is_multiple_of(3)),
            })),
        }
    }
}

impl Probe for FakeProbe {
    fn pilot(&mut self) -> Result<Plan, Failure> {
        self.piloted.set(self.piloted.get() + 1);
        self.time.pass(10);
        Ok(Plan {
            batch: 1,
            per_op: Nanos(1e6),
            granule: 1,
        })
    }

    fn burst(&mut self, _: u64, ops: u64) -> Result<(Burst, Vec<f64>), Failure> {
        self.time.pass(100);
        if self.breaks {
            return Err(Failure::Fail("broke".into()));
        }
        let burst = Burst {
            ops: Ops(ops),
            ..Burst::default()
        };
        Ok((burst, vec![1e6; usize::try_from(ops).unwrap()]))
    }

    fn was_halted(&self) -> bool {
        self.halted
    }

    fn finish(self: Box<Self>) -> Result<(), Failure> {
        self.time.pass(1_000);
        Ok(())
    }
}

#[derive(Default)]
pub(super) struct Ears {
    pub(super) rounds: Vec<u32>,
    pub(super) lines: Vec<CaseLine>,
    pub(super) full_after: Option<usize>,
    pub(super) time: Time,
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
        self.time.pass(10_000);
        Ok(())
    }
}

fn cases() -> Vec<Case> {
    cases_of(&["nothing", "segfault", "refused"])
}

pub(super) fn cases_of(wanted: &[&str]) -> Vec<Case> {
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
        budget: Budget::None,
        done,
        reference: false,
        ledger: &Ledger::default(),
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

#[test]
fn what_stood_still_is_measured_again_and_else_marked() {
    let launcher = FakeLauncher::default();
    let mut ears = Ears::default();
    let effort = Effort {
        rounds: 2,
        ..Effort::default()
    };
    let runner = Runner {
        launcher: &launcher,
        supply: &Supply::default(),
        effort,
        seed: 1,
        budget: Budget::None,
        done: BTreeSet::new(),
        reference: false,
        ledger: &Ledger::default(),
    };
    let cases = cases_of(&["hang", "orphans", "nothing"]);
    assert_eq!(runner.run(&cases, &mut ears).unwrap(), Ending::Complete);
    let count = |name: &str| launcher.launched.borrow()[name];
    assert_eq!(
        (count("nothing"), count("hang"), count("orphans")),
        (2, 6, 6)
    );
    assert_eq!(ears.lines.len(), 6);
    for line in &ears.lines {
        assert_eq!(line.outcome, Outcome::Measured);
        let marked = line.bursts.iter().all(|burst| burst.disturbed);
        assert_eq!(marked, line.id.0 == "drill/orphans", "{}", line.id);
    }
    // What a halted probe found out of the timing is forgotten with it, but for the
    // last, whose line needs it.
    assert_eq!(launcher.piloted.get(), 1 + 3 + 3);
}

#[test]
fn all_time_is_booked_on_what_took_it() {
    let time = Time::default();
    let clock = time.clone();
    let ledger = Ledger::with_clock(Box::new(move || clock.0.get()));
    time.pass(7);
    let launcher = FakeLauncher {
        time: time.clone(),
        ..FakeLauncher::default()
    };
    let runner = Runner {
        launcher: &launcher,
        supply: &Supply::default(),
        effort: Effort {
            rounds: 2,
            ..Effort::default()
        },
        seed: 1,
        budget: Budget::None,
        done: BTreeSet::new(),
        reference: false,
        ledger: &ledger,
    };
    let mut ears = Ears {
        time: time.clone(),
        ..Ears::default()
    };
    let cases = cases_of(&["nothing", "segfault"]);
    assert_eq!(runner.run(&cases, &mut ears).unwrap(), Ending::Complete);
    let spent = ledger.spent();
    let seconds = Spending::ALL.map(|spending| spent.on(spending).as_secs());
    // Of both a pilot and then a warm-up; one breaks in its first burst and then
    // in its warm-up, the other takes six bursts in each round.
    let (warm_up, bursts) = (2 * (10 + 100), 2 * 600 + 100);
    assert_eq!(seconds, [7, 4, warm_up, bursts, 2_000, 40_000]);
    assert_eq!(spent.wall, time.0.get());
    assert_eq!(seconds.iter().sum::<u64>(), spent.wall.as_secs());
}
