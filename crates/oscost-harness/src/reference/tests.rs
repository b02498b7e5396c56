//! Runs against fake probes: who has a burst when, and that a workload that
//! fails takes nothing from its case.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::rc::Rc;

use oscost_record::{Burst, CaseLine, Nanos, Ops, Outcome};

use super::*;
use crate::budget::Budget;
use crate::case::Case;
use crate::ledger::Ledger;
use crate::need::Supply;
use crate::plan::Effort;
use crate::probe::{Launcher, Probe};
use crate::runner::{Ending, Listener, Runner};
use crate::sampler::Plan;
use crate::{Failure, drill};

/// What happened, in order: `c` and `r` are bursts of the case and of the
/// workload, `<` and `>` the start and end of the workload's process.
type Log = Rc<RefCell<String>>;

struct Launches {
    log: Log,
    /// The burst of a workload's process that fails, counted from 0.
    breaks_at: Option<usize>,
}

struct Fake {
    log: Log,
    name: char,
    level: f64,
    bursts: usize,
    breaks_at: Option<usize>,
}

impl Launcher for Launches {
    fn launch(&self, case: &Case) -> Result<Box<dyn Probe>, Failure> {
        let is_workload = case.info.suite == SUITE.name;
        if is_workload {
            self.log.borrow_mut().push('<');
        }
        let (name, level) = if is_workload { ('r', 2e6) } else { ('c', 1e6) };
        Ok(Box::new(Fake {
            log: Rc::clone(&self.log),
            name,
            level,
            bursts: 0,
            breaks_at: self.breaks_at.filter(|_| is_workload),
        }))
    }
}

impl Probe for Fake {
    fn pilot(&mut self) -> Result<Plan, Failure> {
        Ok(Plan {
            batch: 1,
            per_op: Nanos(self.level),
            granule: 1,
        })
    }

    fn burst(&mut self, _: u64, ops: u64) -> Result<(Burst, Vec<f64>), Failure> {
        self.log.borrow_mut().push(self.name);
        let number = self.bursts;
        self.bursts += 1;
        if self.breaks_at == Some(number) {
            return Err(Failure::Fail("broke".into()));
        }
        let burst = Burst {
            ops: Ops(ops),
            ..Burst::default()
        };
        Ok((burst, vec![self.level; usize::try_from(ops).unwrap()]))
    }

    fn finish(self: Box<Self>) -> Result<(), Failure> {
        if self.name == 'r' {
            self.log.borrow_mut().push('>');
        }
        Ok(())
    }
}

#[derive(Default)]
struct Ears(Vec<CaseLine>);

impl Listener for Ears {
    fn round_begins(&mut self, _: u32) -> io::Result<()> {
        Ok(())
    }
    fn case_begins(&mut self, _: &Case, _: u64, _: u64) {}
    fn case_ends(&mut self, line: CaseLine) -> io::Result<()> {
        self.0.push(line);
        Ok(())
    }
}

fn run(rounds: u32, reference: bool, breaks_at: Option<usize>) -> (String, Vec<CaseLine>) {
    let log = Log::default();
    let launcher = Launches {
        log: Rc::clone(&log),
        breaks_at,
    };
    let mut cases = drill::SUITE.cases();
    cases.retain(|case| case.info.operation == "nothing");
    let mut ears = Ears::default();
    let runner = Runner {
        launcher: &launcher,
        supply: &Supply::default(),
        effort: Effort {
            rounds,
            ..Effort::default()
        },
        seed: 1,
        budget: Budget::None,
        done: BTreeSet::new(),
        reference,
        ledger: &Ledger::default(),
    };
    assert_eq!(runner.run(&cases, &mut ears).unwrap(), Ending::Complete);
    (log.take(), ears.0)
}

#[test]
fn bursts_of_both_alternate() {
    let (log, lines) = run(1, true, None);
    // A warm-up of the workload, and then turns, each between two of the case.
    assert_eq!(log, "<rcrccrccrc>");
    let reference = lines[0].reference.as_ref().unwrap();
    assert_eq!(reference.workload, "syscall@1");
    assert_eq!((reference.level, reference.ratio), (Nanos(2e6), 0.5));
}

#[test]
fn every_round_has_a_fresh_process() {
    let (log, lines) = run(3, true, None);
    assert_eq!(log.matches('<').count(), 3);
    assert_eq!(log.matches('>').count(), 3);
    assert!(lines.iter().all(|line| line.reference.is_some()));
}

#[test]
fn a_workload_that_fails_takes_nothing_from_the_case() {
    for breaks_at in 0..4 {
        let (log, lines) = run(6, true, Some(breaks_at));
        assert_eq!(lines.len(), 6);
        for line in &lines {
            assert_eq!(line.outcome, Outcome::Measured);
            assert_eq!((line.bursts.len(), &line.reference), (6, &None), "{log}");
        }
        assert_eq!(
            log.matches('<').count(),
            2,
            "given up after the second: {log}"
        );
    }
    let (_, lines) = run(6, true, Some(4));
    assert!(lines.iter().all(|line| line.reference.is_some()));
}

#[test]
fn nobody_takes_turns_where_nobody_is_wanted() {
    let (log, lines) = run(2, false, None);
    assert!(!log.contains(['<', 'r']), "{log}");
    assert!(lines.iter().all(|line| line.reference.is_none()));
}

#[test]
fn a_workload_stands_beside_every_time_and_no_level() {
    let case = drill::SUITE.cases().remove(0).info;
    let known: BTreeMap<String, _> = SUITE
        .cases()
        .into_iter()
        .map(|case| (case.info.operation, case.row))
        .collect();
    for aspect in Aspect::ALL {
        for suite in ["process", "thread", "coroutine", "sync", "ipc", "scenario"] {
            let found = beside(&CaseInfo {
                aspect,
                suite: suite.to_owned(),
                ..case.clone()
            });
            assert_eq!(found.is_none(), aspect.is_level(), "{aspect:?} of {suite}");
            assert!(found.is_none_or(|name| known.contains_key(name)));
        }
    }
}

#[test]
fn a_ratio_needs_every_pair() {
    let log = Log::default();
    let launcher = Launches {
        log,
        breaks_at: None,
    };
    let mut companions = Companions::new(&launcher, true);
    let case = drill::SUITE.cases().remove(0);
    let companion = companions.beside(&case).unwrap();
    let pair = |case, own: Option<f64>| (Nanos(case), own.map(Nanos));
    let reference = companion.reference(&[
        pair(2.0, Some(1.0)),
        pair(9.0, Some(3.0)),
        pair(8.0, Some(1.0)),
    ]);
    assert_eq!(reference.unwrap().ratio, 3.0);
    assert!(
        companion
            .reference(&[pair(2.0, Some(1.0)), pair(2.0, None)])
            .is_none()
    );
    assert!(companion.reference(&[pair(2.0, Some(0.0))]).is_none());
    assert!(companion.reference(&[]).is_none());
    assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
}
