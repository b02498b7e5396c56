use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use oscost_record::{Burst, Nanos, Ops};

use super::*;
use crate::drill;

/// Everything that probes were asked, in order: who, what.
type Log = Rc<RefCell<Vec<(char, &'static str)>>>;

struct FakeLauncher {
    name: char,
    log: Log,
    /// What the probe of each operation gives instead of a burst.
    fails: fn(&str) -> Option<Failure>,
}

struct FakeProbe {
    name: char,
    log: Log,
    fails: Option<Failure>,
}

impl Launcher for FakeLauncher {
    fn launch(&self, case: &Case) -> Result<Box<dyn Probe>, Failure> {
        self.log.borrow_mut().push((self.name, "launch"));
        Ok(Box::new(FakeProbe {
            name: self.name,
            log: Rc::clone(&self.log),
            fails: (self.fails)(&case.info.operation),
        }))
    }
}

impl Probe for FakeProbe {
    fn pilot(&mut self) -> Result<Plan, Failure> {
        self.log.borrow_mut().push((self.name, "pilot"));
        Ok(Plan {
            batch: 10,
            per_op: Nanos(1_000.0),
            granule: 1,
        })
    }

    fn burst(&mut self, batch: u64, ops: u64) -> Result<(Burst, Vec<f64>), Failure> {
        self.log.borrow_mut().push((self.name, "burst"));
        if let Some(failure) = self.fails.clone() {
            return Err(failure);
        }
        let burst = Burst {
            ops: Ops(ops),
            ..Burst::default()
        };
        let value = if self.name == 'b' { 2_000.0 } else { 1_000.0 };
        Ok((burst, vec![value; usize::try_from(ops / batch).unwrap()]))
    }

    fn finish(self: Box<Self>) -> Result<(), Failure> {
        self.log.borrow_mut().push((self.name, "finish"));
        Ok(())
    }
}

#[derive(Default)]
struct Ears(Vec<(String, u32, Result<Trio, Failure>)>);

impl Listener for Ears {
    fn pair_begins(&mut self, _: &Case, done: u64, expected: u64) {
        assert!(done < expected);
    }
    fn pair_ends(&mut self, pair: Pair<'_>) -> io::Result<()> {
        let operation = pair.case.info.operation.clone();
        self.0.push((operation, pair.round, pair.measured));
        Ok(())
    }
}

fn cases(wanted: &[&str]) -> Vec<Case> {
    let all = drill::SUITE.cases().into_iter();
    all.filter(|case| wanted.contains(&case.info.operation.as_str()))
        .collect()
}

fn look(wanted: &[&str], each: u32, fails: fn(&str) -> Option<Failure>) -> (Log, Ears) {
    let log = Log::default();
    let launcher = |name, fails| FakeLauncher {
        name,
        log: Rc::clone(&log),
        fails,
    };
    let (a, b) = (launcher('a', |_| None), launcher('b', fails));
    let mut ears = Ears::default();
    let supply = Supply::default();
    let ending = SideBySide::of(&a, &b, &supply, 7)
        .look(&cases(wanted), Pairs { each, slow: 2 }, &mut ears)
        .unwrap();
    assert_eq!(ending, Ending::Complete);
    (log, ears)
}

#[test]
fn a_pair_is_two_of_a_and_one_of_b_in_turns() {
    let (log, ears) = look(&["nothing"], 1, |_| None);
    let count = |who, what| {
        log.borrow()
            .iter()
            .filter(|&&entry| entry == (who, what))
            .count()
    };
    // One of A finds out how to time it and takes no part.
    assert_eq!((count('a', "pilot"), count('b', "pilot")), (1, 0));
    assert_eq!((count('a', "launch"), count('b', "launch")), (3, 1));
    // A warm-up each, and twelve turns.
    assert_eq!((count('a', "burst"), count('b', "burst")), (26, 13));
    assert_eq!((count('a', "finish"), count('b', "finish")), (3, 1));
    let [(_, 0, Ok(trio))] = ears.0.as_slice() else {
        panic!("{:?}", ears.0);
    };
    for (bursts, value) in [
        (&trio.a, 1_000.0),
        (&trio.b, 2_000.0),
        (&trio.again, 1_000.0),
    ] {
        assert_eq!(bursts.len(), 12);
        assert!(bursts.iter().all(|(burst, values)| {
            burst.ops.0 == 1_250 && values.len() == 125 && values[0] == value
        }));
    }
}

/// Every process stands at each place of a turn as often, and every two of
/// them are neighbours as often as any other two.
#[test]
fn turns_treat_all_three_alike() {
    let mut places = [[0; 3]; 3];
    let mut first = BTreeMap::new();
    let mut neighbours = BTreeMap::new();
    for order in ARRANGEMENTS {
        for (place, who) in order.into_iter().enumerate() {
            places[who][place] += 1;
        }
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            let at = |who| order.iter().position(|&here| here == who).unwrap();
            *first.entry((one, other)).or_insert(0) += u32::from(at(one) < at(other));
            let apart = at(one).abs_diff(at(other));
            *neighbours.entry((one, other)).or_insert(0) += u32::from(apart == 1);
        }
    }
    assert_eq!(places, [[2; 3]; 3]);
    assert!(first.values().all(|&count| count == 3), "{first:?}");
    assert!(
        neighbours.values().all(|&count| count == 4),
        "{neighbours:?}"
    );
}

#[test]
fn every_arrangement_of_starts_comes_once_in_six_pairs() {
    let id = CaseId::from("a/b");
    for block in [0, 6, 12] {
        let seen: BTreeSet<_> = (block..block + 6)
            .map(|round| arrangement(1, &id, round))
            .collect();
        assert_eq!(seen.len(), 6);
    }
    let of = |seed, id: &str| -> Vec<_> {
        (0..12)
            .map(|round| arrangement(seed, &id.into(), round))
            .collect()
    };
    assert_eq!(of(1, "a/b"), of(1, "a/b"));
    assert_ne!(of(1, "a/b"), of(2, "a/b"));
    assert_ne!(of(1, "a/b"), of(1, "a/c"));
}

#[test]
fn rounds_are_outermost_and_a_seed_decides() {
    let order = |(_, ears): (Log, Ears)| -> Vec<(String, u32)> {
        ears.0
            .into_iter()
            .map(|(case, round, _)| (case, round))
            .collect()
    };
    let seen = order(look(&["nothing", "hang", "panic"], 4, |_| None));
    assert_eq!(seen.len(), 12);
    assert!(seen.is_sorted_by_key(|(_, round)| *round));
    assert_eq!(
        seen,
        order(look(&["nothing", "hang", "panic"], 4, |_| None))
    );
}

#[test]
fn a_side_that_fails_is_named_and_given_up() {
    let (_, ears) = look(
        &["nothing", "hang", "panic"],
        5,
        |operation| match operation {
            "hang" => Some(Failure::Fail("broke".into())),
            "panic" => Some(Failure::Skip("refused".into())),
            _ => None,
        },
    );
    let of = |operation: &str| -> Vec<&Result<Trio, Failure>> {
        let mine = ears.0.iter().filter(|(case, ..)| case == operation);
        mine.map(|(.., measured)| measured).collect()
    };
    assert_eq!(of("nothing").len(), 5);
    let why = |measured: &Result<Trio, Failure>| measured.as_ref().unwrap_err().to_string();
    assert_eq!(of("hang").len(), 2);
    assert_eq!(why(of("hang")[0]), "B: broke");
    assert_eq!(of("panic").len(), 1);
    assert_eq!(why(of("panic")[0]), "B: refused");
}

#[test]
fn a_slow_case_gets_fewer_pairs_and_a_failing_one_no_more() {
    let fresh = Memory {
        pairs: 10,
        failures: 0,
    };
    let trio = || {
        Ok(Trio {
            a: Vec::new(),
            b: Vec::new(),
            again: Vec::new(),
        })
    };
    assert_eq!(fresh.after(&trio(), 0, None).pairs, 10);
    assert_eq!(fresh.after(&trio(), 0, Some(6)).pairs, 6);
    // Later slowness is the machine's.
    assert_eq!(fresh.after(&trio(), 3, Some(6)).pairs, 10);
    let failed = fresh.after(&Err(Failure::Fail("x".into())), 0, None);
    assert_eq!((failed.pairs, failed.failures), (10, 1));
    assert_eq!(
        failed.after(&Err(Failure::Fail("x".into())), 4, None).pairs,
        5
    );
}

#[test]
fn a_level_is_read_once_and_a_long_operation_twice() {
    let case = &cases(&["nothing"])[0];
    let mut level = case.clone();
    level.info.aspect = oscost_record::Aspect::Memory;
    let plan = |per_op| Plan {
        batch: 1,
        per_op: Nanos(per_op),
        granule: 1,
    };
    let turn = |ops| Turn { batch: 1, ops };
    assert_eq!(turns(&level, plan(f64::MAX)), (turn(1), 1));
    assert_eq!(turns(case, plan(50e6)), (turn(1), 2));
    assert_eq!(turns(case, plan(2e6)), (turn(1), 6));
    assert_eq!(turns(case, plan(1_000.0)), (turn(1_250), 12));
}
