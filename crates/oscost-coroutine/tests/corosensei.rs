//! The case on corosensei's switch beside the loop that the library benchmarks
//! itself with: both must do as many round trips as they are asked for. How
//! long they take is compared elsewhere: never in a test.

#[path = "../examples/corosensei_bench/library_loop.rs"]
mod library_loop;

use library_loop::{identity, nothing};
use oscost_coroutine::SUITE;
use oscost_harness::Measure;

#[test]
fn the_case_and_the_library_do_the_same_round_trips() {
    let cases = SUITE.cases();
    let mut switches = cases
        .iter()
        .filter(|case| case.info.id.0 == "coroutine/switch/corosensei");
    let case = switches.next().unwrap();
    assert_eq!(case.info.unit.per, "round trip");
    let Measure::Timed(mut work) = (case.row.build)(&case.setting(Vec::new())).unwrap() else {
        panic!("not timed from outside");
    };
    let (mut identity, mut nothing) = (identity(), nothing());
    let mut before = work.audit().unwrap();
    let lap = work.granule();
    for ops in [0, lap, 2 * lap, 12 * lap] {
        work.run(ops).unwrap();
        let after = work.audit().unwrap();
        assert_eq!(after.done - before.done, ops);
        assert_eq!((identity(ops), nothing(ops)), (ops, ops));
        // Neither ever asks the kernel for anything.
        let switches = |audit: &oscost_harness::Audit| audit.parties[0].usage.voluntary_switches;
        assert_eq!(switches(&after), switches(&before));
        before = after;
    }
}
