//! A time that is filled, on the clock of the fakes.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use oscost_record::{CaseId, CaseLine, Outcome};

use super::super::tests::{Ears, FakeLauncher, Time, cases_of};
use super::*;
use crate::budget::{Budget, Outlook, Sight};
use crate::ledger::Ledger;
use crate::need::Supply;

/// What one measurement of a fake takes: its start, six bursts and a warm-up, its
/// end, and the line.
const ONE: u64 = 1 + 700 + 1_000 + 10_000;

/// Sees what it is told to.
struct Told(BTreeMap<CaseId, Outlook>);

impl Sight for Told {
    fn see(&mut self, _: &CaseLine) {}

    fn outlooks(&self) -> BTreeMap<CaseId, Outlook> {
        self.0.clone()
    }
}

fn told(effects: &[(&str, f64)]) -> Told {
    let told = effects.iter().map(|&(operation, effect)| {
        let wanted = if effect > 0.05 { 40 } else { 3 };
        let id = CaseId(format!("drill/{operation}"));
        (id, Outlook { effect, wanted })
    });
    Told(told.collect())
}

struct Filled {
    ending: Ending,
    took: u64,
    ears: Ears,
}

impl Filled {
    fn rounds_of(&self, operation: &str) -> Vec<u32> {
        let id = CaseId(format!("drill/{operation}"));
        let own = self.ears.lines.iter().filter(|line| line.id == id);
        own.map(|line| line.round).collect()
    }
}

fn fill(
    operations: &[&str],
    seconds: u64,
    shares: Shares<'_>,
    done: BTreeSet<(CaseId, u32)>,
) -> Filled {
    let time = Time::default();
    let clock = time.clone();
    let launcher = FakeLauncher {
        time: time.clone(),
        ..FakeLauncher::default()
    };
    let mut ears = Ears {
        time: time.clone(),
        ..Ears::default()
    };
    let runner = Runner {
        launcher: &launcher,
        supply: &Supply::default(),
        effort: Effort::default(),
        seed: 1,
        budget: Budget::Filled(Duration::from_secs(seconds), shares),
        done,
        reference: false,
        ledger: &Ledger::with_clock(Box::new(move || clock.0.get())),
    };
    let ending = runner.run(&cases_of(operations), &mut ears).unwrap();
    Filled {
        ending,
        took: time.0.get().as_secs(),
        ears,
    }
}

#[test]
fn time_is_filled_and_the_worst_get_most_of_it() {
    let sight = RefCell::new(told(&[("nothing", 0.3), ("panic", 0.2), ("lie", 0.01)]));
    let all = ["nothing", "panic", "lie", "partner", "segfault", "refused"];
    let run = fill(&all, 60 * ONE, Shares::Worst(&sight), BTreeSet::new());
    assert_eq!(run.ending, Ending::Complete);
    assert!(run.took <= 60 * ONE && run.took > 57 * ONE, "{}", run.took);
    let rounds = |operation| run.rounds_of(operation).len();
    // What nobody knows yet is found out like what is known too badly.
    for blurred in ["nothing", "panic", "partner"] {
        assert!(rounds(blurred) > rounds("lie"), "{blurred}");
    }
    assert!(rounds("lie") >= 3);
    // What breaks and what cannot run is left in peace as in any other run.
    assert_eq!((rounds("segfault"), rounds("refused")), (2, 1));
    let measured = run.rounds_of("nothing");
    assert!(measured.iter().copied().eq((0..).take(measured.len())));
}

#[test]
fn equal_shares_are_equal() {
    let run = fill(
        &["nothing", "panic", "lie"],
        30 * ONE,
        Shares::Equal,
        BTreeSet::new(),
    );
    let counts = ["nothing", "panic", "lie"].map(|name| run.rounds_of(name).len());
    let (most, fewest) = (counts.iter().max(), counts.iter().min());
    assert!(most.unwrap() - fewest.unwrap() <= 1, "{counts:?}");
    assert!(run.took > 28 * ONE && run.took <= 30 * ONE);
}

#[test]
fn a_time_too_short_for_every_case_is_said() {
    let run = fill(
        &["nothing", "panic", "lie"],
        2 * ONE,
        Shares::Equal,
        BTreeSet::new(),
    );
    assert_eq!(run.ending, Ending::OutOfTime);
    assert_eq!(run.ears.lines.len(), 2);
    // The first one shows how long they take: there is time for a single burst of the
    // second.
    let bursts = |line: &CaseLine| (line.outcome == Outcome::Measured).then_some(line.bursts.len());
    let bursts: Vec<_> = run.ears.lines.iter().map(bursts).collect();
    assert_eq!(bursts, [Some(6), Some(1)]);
    let none = fill(&["nothing"], 0, Shares::Equal, BTreeSet::new());
    assert_eq!((none.ending, none.took), (Ending::OutOfTime, 0));
}

#[test]
fn what_was_begun_goes_on_with_its_next_rounds() {
    let done = (0..5).map(|round| ("drill/lie".into(), round));
    let done = done.chain([("drill/nothing".into(), 0)]).collect();
    let run = fill(&["nothing", "lie"], 20 * ONE, Shares::Equal, done);
    assert_eq!(run.rounds_of("nothing")[..4], [1, 2, 3, 4]);
    assert_eq!(run.rounds_of("lie")[0], 5);
    // The one that was behind has caught up first.
    let ids = run.ears.lines[..4].iter().map(|line| line.id.0.as_str());
    assert!(ids.eq(["drill/nothing"; 4]));
    // Rounds of the whole run, too, are numbered on from where they were.
    assert_eq!(run.ears.rounds[0], 5);
}
