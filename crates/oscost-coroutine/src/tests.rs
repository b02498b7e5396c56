//! Every row builds, does what it is asked for, and accounts for it.

use oscost_harness::{Measure, Setting};
use oscost_record::{Aspect, CaseId};

use crate::SUITE;

#[test]
fn the_catalogue_is_what_was_agreed() {
    let ids: Vec<String> = SUITE
        .cases()
        .into_iter()
        .map(|case| case.info.id.0)
        .collect();
    let mut expected = Vec::new();
    for operation in ["bare", "corosensei", "swapcontext", "poll", "tokio"] {
        expected.push(format!("coroutine/switch/{operation}"));
    }
    for operation in ["bare", "corosensei", "swapcontext", "future", "tokio"] {
        expected.push(format!("coroutine/create/{operation}"));
    }
    for operation in ["bare", "corosensei", "future", "tokio"] {
        for tasks in [10, 100, 1_000, 10_000, 100_000] {
            expected.push(format!("coroutine/memory/{operation}/tasks={tasks}"));
        }
    }
    expected.push("coroutine/control/loop".into());
    assert_eq!(ids, expected);
}

#[test]
fn every_row_says_what_it_asks_and_has_its_control() {
    let cases = SUITE.cases();
    for case in &cases {
        let info = &case.info;
        assert!(
            info.question.ends_with('?') && info.question.contains(' '),
            "{}",
            info.id
        );
        assert!(!info.question.contains("  "), "{}", info.id);
        assert!(!info.title.is_empty(), "{}", info.id);
        if info.aspect == Aspect::Switch {
            assert_eq!(info.control, Some(CaseId::from("coroutine/control/loop")));
        }
        if let Some(control) = &info.control {
            assert!(
                cases.iter().any(|case| case.info.id == *control),
                "{control}"
            );
        }
    }
}

#[test]
fn what_is_timed_is_counted_over_there() {
    for case in SUITE.cases() {
        let id = &case.info.id;
        if case.info.aspect == Aspect::Memory {
            continue;
        }
        let Measure::Timed(mut work) = (case.row.build)(&Setting::default()).unwrap() else {
            panic!("{id} is not timed from outside");
        };
        // Around the 61 and 31 steps after which tokio looks at other things.
        let mut done = work.audit().unwrap().done;
        for ops in [1, 2, 0, 30, 31, 32, 59, 60, 61, 62, 122, 1000, 1001, 4096] {
            work.run(ops).unwrap();
            let now = work.audit().unwrap().done;
            assert_eq!(now - done, ops, "{id}");
            done = now;
        }
    }
}
