//! For the tests of every family: each case of its rows is built, does a few
//! operations, and must have done them by its own account.

use oscost_harness::machine::{Chosen, Sources, Topology, identity};
use oscost_harness::need::Supply;
use oscost_harness::proof::prove;
use oscost_harness::{Case, Evidence as _, Failure, Measure, Row, Suite, pin};
use oscost_record::Cpu;
use oscost_sys::counter;

/// Cases of one row that are proven here, spread over all of them. The sweep of
/// the whole catalogue takes every one.
const MOST: usize = 12;

/// What this machine cannot run is skipped by name.
pub(crate) fn every_row_proves_its_work(rows: &'static [Row]) {
    let sources = Sources::machine();
    let chosen = Topology::read(&sources).choose();
    let supply = Supply::of(&identity(&sources), chosen.clone());
    for row in rows {
        let suite = Suite {
            name: "sync",
            families: Box::leak(Box::new([std::slice::from_ref(row)])),
        };
        let mut cases = suite.cases();
        cases.retain(|case| match supply.lacks(case) {
            None => true,
            Some(reason) => {
                println!("skipped: {}: {reason}", case.info.id);
                false
            }
        });
        // Odd, or it would meet one of two values of the last axis alone.
        let step = cases.len().div_ceil(MOST) | 1;
        for case in cases.into_iter().step_by(step) {
            prove_apart(case, &supply, &chosen);
        }
    }
}

/// In a thread of its own: it is pinned for good.
fn prove_apart(case: Case, supply: &Supply, chosen: &Chosen) {
    let id = case.info.id.clone();
    let cpus = chosen.at(case.info.placement).unwrap_or_default().to_vec();
    // An emulator's own locks count as switches of whoever waits for them.
    let own = supply.emulated.is_none();
    match std::thread::spawn(move || prove_case(&case, cpus, own)).join() {
        Ok(Ok(())) => println!("proven: {id}"),
        Ok(Err(Failure::Skip(reason))) => println!("skipped: {id}: {reason}"),
        Ok(Err(Failure::Fail(reason))) => panic!("{id}: {reason}"),
        Err(_) => panic!("{id} panicked"),
    }
}

fn prove_case(case: &Case, cpus: Vec<Cpu>, own_switches: bool) -> Result<(), Failure> {
    let setting = case.setting(cpus);
    if let Some(cpu) = setting.cpu(0) {
        pin::this_thread(cpu)?;
    }
    let mut measure = (case.row.build)(&setting)?;
    for ops in [1, 7] {
        let before = measure.audit()?;
        let done = run(&mut measure, ops)?;
        let after = measure.audit()?;
        let mut expect = (case.row.expect)(&setting);
        expect.switches = expect.switches.filter(|_| own_switches);
        prove(done, (&before, &after), expect, case.info.placement)?;
    }
    Ok(())
}

/// Does so many operations, or as many times so many as are done at once.
fn run(measure: &mut Measure, ops: u64) -> Result<u64, Failure> {
    match measure {
        Measure::Timed(work) => {
            let ops = ops * work.granule();
            work.run(ops)?;
            Ok(ops)
        }
        Measure::SelfTimed(work) => {
            for _ in 0..ops {
                work.run_once(counter::read)?;
            }
            Ok(ops)
        }
        Measure::Parallel(work) => {
            let times = work.run(ops, counter::read)?;
            Ok(times.len() as u64)
        }
        Measure::Level(level) => {
            level.read()?;
            Ok(1)
        }
    }
}
