//! Placement is real: where the parties run is checked, and a case that ran
//! elsewhere fails.

use oscost_harness::Failure;
use oscost_harness::probe::{Probe as _, Spec};
use oscost_record::{Burst, Cpu, Placement};

/// A burst of a case whose parties are pinned as told, whatever its name says.
fn burst(id: &str, cpus: &[Cpu]) -> Result<Burst, Failure> {
    let (session, launch) = crate::common::launcher();
    let spec = Spec {
        id: id.into(),
        cpus: cpus.to_vec(),
        clock: session.clock,
    };
    let mut probe = launch.start(&spec)?;
    let (burst, _) = probe.burst(1, 200)?;
    Box::new(probe).finish()?;
    Ok(burst)
}

fn two_cpus() -> Option<[Cpu; 2]> {
    let (session, _) = crate::common::launcher();
    match session.supply.chosen.at(Placement::CrossCpu) {
        Some(&[first, second]) => Some([first, second]),
        _ => {
            println!("skipped: this process may use one CPU only");
            None
        }
    }
}

const TWO_PARTY: [&str; 4] = [
    "process/switch/pipe",
    "process/switch/futex",
    "thread/switch/pipe",
    "thread/switch/futex",
];

#[test]
fn parties_run_where_they_are_told() {
    let Some([first, second]) = two_cpus() else {
        return;
    };
    for case in TWO_PARTY {
        let same = burst(&format!("{case}/placement=same-cpu"), &[first]).unwrap();
        assert_eq!(same.cpus, [first, first], "{case}");
        let cross = burst(&format!("{case}/placement=cross-cpu"), &[first, second]).unwrap();
        assert_eq!(cross.cpus, [first, second], "{case}");
        let free = burst(&format!("{case}/placement=free"), &[]).unwrap();
        assert_eq!(free.cpus.len(), 2, "{case}");
    }
}

#[test]
fn a_case_that_ran_elsewhere_fails() {
    let Some([first, second]) = two_cpus() else {
        return;
    };
    for case in TWO_PARTY {
        for (placement, wrong) in [("same-cpu", [first, second]), ("cross-cpu", [first, first])] {
            match burst(&format!("{case}/placement={placement}"), &wrong) {
                Err(Failure::Fail(why)) => assert!(why.contains(placement), "{why}"),
                other => panic!("{case} was to run {placement}, ran on {wrong:?}, and: {other:?}"),
            }
        }
    }
}

#[test]
fn one_cpu_makes_two_switches_of_every_round_trip() {
    let (session, _) = crate::common::launcher();
    let cpu = session.supply.chosen.first().unwrap();
    for case in TWO_PARTY {
        let counters = burst(&format!("{case}/placement=same-cpu"), &[cpu])
            .unwrap()
            .counters;
        let switches = counters
            .voluntary_switches
            .zip(counters.involuntary_switches);
        if let Some((voluntary, involuntary)) = switches {
            assert!(voluntary + involuntary >= 390, "{case}: {counters:?}");
        }
    }
}
