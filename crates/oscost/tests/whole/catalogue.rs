//! What holds for every row: it is documented, it is named once, and it does
//! the work that it claims.

use std::collections::BTreeSet;
use std::sync::RwLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use oscost_harness::need::Supply;
use oscost_harness::probe::{Launch, Launcher as _};
use oscost_harness::{Case, Failure};
use oscost_record::{Aspect, Bytes, CaseId, Tier};

#[test]
fn ids_are_unique_and_travel() {
    let mut seen = BTreeSet::new();
    for case in oscost::catalogue() {
        let id = case.info.id.0.clone();
        assert!(
            id.chars()
                .all(|c| c.is_ascii_alphanumeric() || "/-=.".contains(c)),
            "{id}: a file name, a URL and a shell must take it as it is"
        );
        assert!(seen.insert(id.clone()), "{id} is there twice");
    }
}

#[test]
fn every_case_says_what_it_is() {
    for case in oscost::catalogue() {
        let info = &case.info;
        assert!(
            info.question.ends_with('?') && info.question.len() > 20,
            "{}",
            info.id
        );
        assert!(
            !info.title.is_empty() && info.title.len() <= 32,
            "{}",
            info.id
        );
        assert!(!info.unit.per.is_empty(), "{}", info.id);
        assert!(
            info.claims.iter().all(|claim| (1..=20).contains(claim)),
            "{}",
            info.id
        );
    }
}

#[test]
fn every_control_exists_and_counts_the_same_thing() {
    let catalogue = oscost::catalogue();
    for case in &catalogue {
        let timed = matches!(case.info.aspect, Aspect::Create | Aspect::Switch);
        assert!(!timed || case.info.control.is_some(), "{}", case.info.id);
        if let Some(control) = &case.info.control {
            let control = catalogue.iter().find(|other| other.info.id == *control);
            let control = control.unwrap_or_else(|| panic!("{} names no case", case.info.id));
            assert_eq!(control.info.aspect, Aspect::Control);
            assert_eq!(control.info.unit.quantity, case.info.unit.quantity);
        }
    }
}

#[test]
fn the_headline_cases_exist() {
    let ids: BTreeSet<CaseId> = oscost::catalogue()
        .into_iter()
        .map(|case| case.info.id)
        .collect();
    for (_, cases) in oscost_analysis::HEADLINE_CASES {
        for case in cases {
            assert!(ids.contains(&CaseId::from(case)), "{case}");
        }
    }
}

#[test]
fn the_core_tier_has_at_least_forty_cases() {
    let core = oscost::catalogue()
        .into_iter()
        .filter(|case| case.info.tier == Tier::Core);
    assert!(core.count() >= 40);
}

/// Operations of the sweep: more than one, so that what an operation leaves
/// behind meets the next.
const OPS: u64 = 3;

/// A short run of every case, in a probe, with its proof of work. What this
/// machine cannot run is skipped by name. Two sweep at once: nothing is timed. A
/// case that needs more than half of the machine runs alone.
#[test]
fn every_case_proves_its_work() {
    if crate::common::is_emulated() {
        println!("skipped: emulated, `run --once` does it with the static program");
        return;
    }
    let (session, launch) = crate::common::launcher();
    let cases = oscost::catalogue();
    let next = AtomicUsize::new(0);
    let half = half_of(&session.supply);
    let machine = RwLock::new(());
    let sweep = || {
        let mut found = Found::default();
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = match session.supply.lacks(case) {
                Some(reason) => Err(Failure::Skip(reason)),
                None if half.lacks(case).is_none() => {
                    let _shared = machine.read().unwrap();
                    prove(&launch, case)
                }
                None => {
                    let _alone = machine.write().unwrap();
                    prove(&launch, case)
                }
            };
            found.note(&case.info.id, outcome);
        }
        found
    };
    let (here, there) = std::thread::scope(|scope| {
        let other = scope.spawn(sweep);
        (sweep(), other.join().unwrap())
    });
    let (measured, skipped) = (here.measured + there.measured, here.skipped + there.skipped);
    let failed = [here.failed, there.failed].concat();
    println!("{measured} cases were measured, {skipped} skipped");
    assert_eq!(measured + skipped + failed.len(), cases.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(measured >= 30, "only {measured} cases could be measured");
}

fn half_of(supply: &Supply) -> Supply {
    let limits = supply.task_limits.iter();
    Supply {
        memory: supply.memory.map(|Bytes(bytes)| Bytes(bytes / 2)),
        task_limits: limits
            .map(|(name, most)| (name.clone(), most / 2))
            .collect(),
        ..supply.clone()
    }
}

/// What one sweep has found.
#[derive(Default)]
struct Found {
    measured: usize,
    skipped: usize,
    failed: Vec<String>,
}

impl Found {
    fn note(&mut self, id: &CaseId, outcome: Result<(), Failure>) {
        match outcome {
            Ok(()) => self.measured += 1,
            Err(Failure::Skip(reason)) => {
                println!("skipped: {id}: {reason}");
                self.skipped += 1;
            }
            Err(Failure::Fail(reason)) => self.failed.push(format!("{id}: {reason}")),
        }
    }
}

fn prove(launch: &Launch, case: &Case) -> Result<(), Failure> {
    let mut probe = launch.launch(case)?;
    let ops = if case.info.aspect.is_level() { 1 } else { OPS };
    let (burst, values) = probe.burst(1, ops)?;
    probe.finish()?;
    let sound = burst.ops.0 >= ops && !values.is_empty() && values.iter().all(|v| v.is_finite());
    if sound {
        Ok(())
    } else {
        Err(Failure::Fail(format!("{burst:?}, {values:?}")))
    }
}
